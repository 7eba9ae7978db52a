import Beehive

/// What the world outside the daemon knows: what was sent, acked, delivered and promised.
struct Ledger: Sendable {
    /// One object of the cloud.
    struct Thing: Sendable {
        let key: String
        let type: ResourceType
        /// Counts every change; the object's version.
        var version = 0
        var uid = 0
        /// What the cloud knows the node to hold; nil when deleted or never there.
        var acked: Int?
        /// What was sent last and is not acked yet; `.some(nil)` is a delete.
        var pending: (id: String, state: Int?)?
        /// The newest version that the module has been told of, live or by a listing.
        var known: Int?
    }

    var things: [Thing]
    /// By pod: the newest status that the daemon said OK to, the newest one sent, the newest one the cloud has seen.
    var statuses: [String: (promised: Int, sent: Int, seen: Int)] = [:]
    var faults: [String] = []
    var acks = 0
    var deliveries = 0
    var repeatedAcks = 0

    init(configMaps: Int, pods: Int) {
        let namespaces = ["default", "site", "iot"]
        things = (0..<configMaps).map {
            Thing(key: "\(namespaces[$0 % 3])/configmap/settings-\($0)", type: .configMap)
        }
        things += (0..<pods).map { Thing(key: "\(namespaces[$0 % 3])/pod/web-\($0)", type: .pod) }
    }

    mutating func fault(_ text: String) { if faults.count < 20 { faults.append(text) } }

    /// Chooses the next change of a thing that has none under way.
    mutating func nextChange(_ index: Int, random: inout SeededRandom, id: String) -> (
        operation: Operation, state: Int?, version: Int, uid: Int
    ) {
        things[index].version += 1
        let version = things[index].version
        let exists = things[index].acked != nil
        if exists, things[index].type == .configMap, random.next() % 5 == 0 {
            things[index].pending = (id, .none)
            return (.delete, nil, version, things[index].uid)
        }
        // What comes back after a delete is another object.
        if !exists { things[index].uid += 1 }
        things[index].pending = (id, version)
        return (exists ? .update : .insert, version, version, things[index].uid)
    }

    mutating func acknowledge(_ id: String) {
        guard let index = things.firstIndex(where: { $0.pending?.id == id }), let pending = things[index].pending else {
            repeatedAcks += 1
            return
        }
        acks += 1
        things[index].acked = pending.state
        things[index].pending = nil
    }

    /// Holds what stands in the database against what was promised.
    mutating func check(rows: [String: Int], statusRows: [String: Int], round: Int) {
        for thing in things {
            let row = rows[thing.key]
            var allowed: [Int?] = [thing.acked]
            if let pending = thing.pending { allowed.append(pending.state) }
            if !allowed.contains(row) {
                fault("round \(round): \(thing.key) is stored at \(text(row)), but \(text(thing.acked)) was acked")
            }
        }
        for (key, status) in statuses where (statusRows[key] ?? 0) < status.promised {
            fault("round \(round): status of \(key) is \(statusRows[key] ?? 0), but \(status.promised) was answered OK")
        }
    }

    /// Holds what the module knows after it has listed against what stood in the database before.
    mutating func checkKnown(rows: [String: Int], round: Int) {
        for thing in things {
            guard let row = rows[thing.key] else { continue }
            // A delete that came through before the module had attached: the listing shows that the object is gone.
            if thing.acked == nil || (thing.pending != nil && thing.pending?.state == nil) { continue }
            if (thing.known ?? 0) < row {
                fault(
                    "round \(round): \(thing.key) is stored at \(row), but the module was told of \(text(thing.known))")
            }
        }
    }

    private func text(_ version: Int?) -> String { version.map { "version \($0)" } ?? "nothing" }
}

/// A generator that gives the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64
    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
