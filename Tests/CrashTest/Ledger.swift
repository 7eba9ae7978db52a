import Beehive

/// What the world outside the daemon knows: what was sent, acked, delivered and promised.
struct Ledger: Sendable {
    /// One object of the cloud.
    struct Thing: Sendable {
        let key: String
        let type: ResourceType
        var kind: String { type == .pod ? "Pod" : type == .secret ? "Secret" : "ConfigMap" }
        /// Counts every change; the object's version.
        var version = 0
        var uid = 0
        /// What the cloud knows the node to hold; nil when deleted or never there.
        var acked: Int?
        /// What was sent and is not acked yet, in order; a state of nil is a delete, which is sent alone.
        var pending: [(id: String, state: Int?)] = []
        /// The newest version that the module has been told of, live or by a listing; a delete counts as one.
        var known: Int?
        /// The newest version that the module was told of on this connection: it never hears an older one after.
        var heard = 0
        /// The versions that have to be delivered, each for itself, once `isCounting`.
        var owed: Set<Int> = []
    }

    var things: [Thing]
    /// By pod: the newest status that the daemon said OK to, the newest one sent, the newest one the cloud has seen.
    var statuses: [String: (promised: Int, sent: Int, seen: Int)] = [:]
    /// Events by lane: the last one that the daemon said OK to, and those the cloud has seen.
    var events: [Int: (sent: Int, promised: Set<Int>, seen: Set<Int>, newest: Int)] = [:]
    /// True while no kill takes deliveries along: each change has to reach the module.
    var isCounting = false
    var faults: [String] = []
    var acks = 0
    var deliveries = 0
    var repeatedAcks = 0

    init(configMaps: Int, pods: Int, secrets: Int) {
        let namespaces = ["default", "site", "iot"]
        things = (0..<configMaps).map {
            Thing(key: "\(namespaces[$0 % 3])/configmap/settings-\($0)", type: .configMap)
        }
        things += (0..<pods).map { Thing(key: "\(namespaces[$0 % 3])/pod/web-\($0)", type: .pod) }
        // Sealed: what is left of them is worth nothing without the key beside the database.
        things += (0..<secrets).map { Thing(key: "\(namespaces[$0 % 3])/secret/key-\($0)", type: .secret) }
    }

    mutating func fault(_ text: String) { if faults.count < 20 { faults.append(text) } }

    /// A change on its way to the node.
    typealias Change = (operation: Operation, state: Int?, version: Int, uid: Int)

    /// Chooses the next change of a thing; nil when it has to wait for an ack.
    mutating func nextChange(_ index: Int, random: inout SeededRandom, id: String) -> Change? {
        let last = things[index].pending.last
        // A delete is alone: what came before it, sent again, would be another object's.
        guard last == nil || last?.state != nil && things[index].pending.count < 3 else { return nil }
        let exists = things[index].acked != nil || last != nil
        let isDelete = exists && last == nil && things[index].type == .configMap && random.next() % 5 == 0
        things[index].version += 1
        let version = things[index].version
        if isCounting { things[index].owed.insert(version) }
        if isDelete {
            things[index].pending = [(id, nil)]
            return (.delete, nil, version, things[index].uid)
        }
        // What comes back after a delete is another object.
        if !exists { things[index].uid += 1 }
        things[index].pending.append((id, version))
        return (exists ? .update : .insert, version, version, things[index].uid)
    }

    mutating func acknowledge(_ id: String) {
        guard let index = things.firstIndex(where: { $0.pending.contains { $0.id == id } }),
            let place = things[index].pending.firstIndex(where: { $0.id == id })
        else {
            repeatedAcks += 1
            return
        }
        acks += 1
        things[index].acked = things[index].pending[place].state
        things[index].pending.removeFirst(place + 1)
    }

    /// The module is told of a version.
    mutating func tell(_ index: Int, version: Int, isListing: Bool) {
        if version < things[index].heard {
            fault("\(things[index].key): the module was told of version \(version) after \(things[index].heard)")
        }
        things[index].heard = max(things[index].heard, version)
        things[index].known = max(things[index].known ?? 0, version)
        if !isListing { things[index].owed.remove(version) }
    }

    /// The cloud gets an event.
    mutating func see(event number: Int, lane: Int) {
        guard events[lane, default: (0, [], [], 0)].seen.insert(number).inserted else { return }
        let newest = events[lane]?.newest ?? 0
        if number < newest { fault("event \(lane)-\(number) came after \(lane)-\(newest)") }
        events[lane]?.newest = max(newest, number)
    }

    /// Events that were answered OK and that the cloud has not seen.
    var missingEvents: [String] {
        events.sorted { $0.key < $1.key }.flatMap { lane, event in
            event.promised.subtracting(event.seen).sorted().map { "\(lane)-\($0)" }
        }
    }

    /// A new connection of the module.
    mutating func reconnect() {
        for index in things.indices { things[index].heard = 0 }
    }

    /// Holds what stands in the database against what was promised.
    mutating func check(rows: [String: Int], statusRows: [String: Int], round: Int) {
        for thing in things {
            let row = rows[thing.key]
            let allowed = [thing.acked] + thing.pending.map(\.state)
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
