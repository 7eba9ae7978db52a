internal import Beehive

/// The outputs that a run must see (`contract.md`, Bench), worked out from the messages alone.
struct BenchExpectations {
    /// What one message has to bring.
    struct Outputs: Sendable {
        /// Deliveries and answers to modules.
        var local = 0
        /// Acknowledgements to the cloud.
        var acks = 0
        /// True for a state that has to be sent, unless a later one of its key takes its place.
        var isState = false
        /// Frames of the periodic push.
        var reports = 0
    }

    private var states: [String: Int] = [:]
    private var pods: Set<String> = []
    private var namespaces: [String: Set<String>] = [:]
    let isLinkUp: Bool
    let isClassic = true

    init(isLinkUp: Bool) { self.isLinkUp = isLinkUp }

    /// Follows a message, and says what it has to bring.
    mutating func follow(_ message: Message) -> Outputs {
        let route = message.route
        guard route.source != .edged else { return followEdged(message) }
        if route.operation == .metaInternalSync {
            guard isLinkUp else { return Outputs() }
            let seen = Set(
                states.keys.compactMap { key -> String? in
                    guard let path = try? ResourcePath(parsing: key), pods.contains(path.with(type: .pod).key) else {
                        return nil
                    }
                    return path.namespace
                })
            return Outputs(reports: seen.count)
        }
        if let path = try? ResourcePath(parsing: route.resource), path.type == .pod {
            if route.operation == .delete {
                pods.remove(path.key)
                // A pod takes its report along.
                states[path.with(type: .podStatus).key] = nil
            } else {
                pods.insert(path.key)
            }
        }
        return Outputs(local: 1, acks: 1)
    }

    private mutating func followEdged(_ message: Message) -> Outputs {
        guard message.route.operation == .update else { return Outputs(local: 1) }
        var hasher = Hasher()
        hasher.combine(message.content.json)
        let hash = hasher.finalize()
        if states[message.route.resource] == hash { return Outputs(local: 1) }
        states[message.route.resource] = hash
        return Outputs(local: 1, isState: true)
    }
}
