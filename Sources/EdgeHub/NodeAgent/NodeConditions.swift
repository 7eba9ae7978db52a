internal import Beehive

/// The conditions of the node, with when each last changed.
struct NodeConditions: Hashable, Sendable {
    private struct Known: Hashable {
        var status: String
        var changed: String
    }

    /// Less free memory than this is pressure; kubelet's own default for eviction.
    static let leastMemory: UInt64 = 100 << 20
    /// Less free storage than this is pressure.
    static let leastStorage: UInt64 = 100 << 20

    private var known: [String: Known] = [:]

    /// Takes over what the cloud has: a condition that we find unchanged keeps its time across restarts.
    mutating func learn(from node: JSONValue) {
        for condition in node["status"]?["conditions"]?.elements ?? [] {
            guard let type = condition["type"]?.text, let status = condition["status"]?.text else { continue }
            known[type] = Known(status: status, changed: condition["lastTransitionTime"]?.text ?? "")
        }
    }

    /// The conditions as they are now.
    ///
    /// - Parameters:
    ///   - facts: the machine's facts.
    ///   - now: milliseconds since 1970.
    /// - Returns: one for each type.
    mutating func current(_ facts: MachineFacts, at now: Int64) -> [JSONValue] {
        let text = KubernetesTimestamp.text(now)
        return Self.judge(facts).map { type, isTrue, reason, message in
            let status = isTrue ? "True" : "False"
            if known[type]?.status != status || known[type]?.changed.isEmpty != false {
                known[type] = Known(status: status, changed: text)
            }
            return [
                "type": JSONValue(text: type), "status": JSONValue(text: status), "reason": JSONValue(text: reason),
                "message": JSONValue(text: message), "lastHeartbeatTime": JSONValue(text: text),
                "lastTransitionTime": JSONValue(text: known[type]?.changed ?? text),
            ]
        }
    }

    private static func judge(
        _ facts: MachineFacts
    ) -> [(type: String, isTrue: Bool, reason: String, message: String)] {
        let memory = facts.freeMemory.map { $0 < leastMemory } ?? false
        let storage = facts.freeStorage.map { $0 < leastStorage } ?? false
        return [
            (
                "MemoryPressure", memory, memory ? "EdgeHasInsufficientMemory" : "EdgeHasSufficientMemory",
                memory ? "less than 100Mi of memory are free" : "edge has sufficient memory available"
            ),
            (
                "DiskPressure", storage, storage ? "EdgeHasDiskPressure" : "EdgeHasNoDiskPressure",
                storage ? "less than 100Mi of storage are free" : "edge has no disk pressure"
            ),
            ("PIDPressure", false, "EdgeHasSufficientPID", "edge has sufficient PID available"),
            ("Ready", true, "EdgeReady", "edge is posting ready status"),
        ]
    }

    /// True when the cloud's Node says of any of these conditions something else than we do.
    static func differ(_ own: [JSONValue], from node: JSONValue) -> Bool {
        let cloud = node["status"]?["conditions"]?.elements ?? []
        return own.contains { condition in
            cloud.first { $0["type"] == condition["type"] }?["status"] != condition["status"]
        }
    }
}
