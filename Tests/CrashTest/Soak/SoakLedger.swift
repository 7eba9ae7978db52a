import Beehive

/// What the world outside the daemon knows of a soak: what was acked and promised.
///
/// It does not grow with the run.
struct SoakLedger: Sendable {
    /// One object of the cloud.
    struct Thing: Sendable {
        let key: String
        let type: ResourceType
        let kind: String
        /// Pods with reports stay: with a deleted pod the node forgets what waits about it.
        let isLasting: Bool
        /// Counts every change; the object's version.
        var version = 0
        /// What comes back after a delete is another object.
        var uid = 0
        /// The version that the cloud knows the node to hold; nil when deleted or never there.
        var acked: Int?
        /// What is on its way; the state of a delete is nil.
        var pending: (id: String, state: Int?)?
    }

    /// The numbers of one lane of facts.
    struct Lane: Sendable {
        var sent = 0
        var newest = 0
        /// Promised and not seen by the cloud.
        var open: Set<Int> = []
        /// Seen before the promise was noted.
        var early: Set<Int> = []
    }

    var things: [Thing]
    /// The thing that a message on its way is about.
    private(set) var onTheWay: [String: Int] = [:]
    /// By pod: the newest status sent, the newest the daemon said OK to, and the newest the cloud has seen.
    var statuses: [String: (sent: Int, promised: Int, seen: Int)] = [:]
    var lanes: [Lane]
    var faults: [String] = []
    var acks = 0
    var answers = 0
    var refusals = 0
    var visits = 0
    var follows = 0
    var cuts = 0
    /// What the command line's store commands came to, by command and exit code.
    var tools: [String: Int] = [:]

    init(objects: Int, lanes: Int) {
        let kinds: [(type: ResourceType, kind: String, tenths: Int)] = [
            (.pod, "Pod", 2), (.configMap, "ConfigMap", 4), (.secret, "Secret", 2), (.service, "Service", 1),
            (.endpoints, "Endpoints", 1),
        ]
        let namespaces = ["default", "site", "iot"]
        things = kinds.flatMap { kind in
            (0..<objects * kind.tenths / 10).map { number in
                Thing(
                    key: "\(namespaces[number % 3])/\(kind.type)/thing-\(number)", type: kind.type, kind: kind.kind,
                    isLasting: kind.type == .pod && number % 2 == 0)
            }
        }
        self.lanes = Array(repeating: Lane(), count: lanes)
    }

    mutating func fault(_ text: String) { if faults.count < 20 { faults.append(text) } }

    /// A change on its way to the node.
    typealias Change = (operation: Operation, version: Int, uid: Int)

    /// Chooses a thing's next change; nil while one is on its way.
    mutating func nextChange(_ index: Int, id: String, deletes: Bool) -> Change? {
        guard things[index].pending == nil else { return nil }
        let isDelete = deletes && things[index].acked != nil && !things[index].isLasting
        let isNew = things[index].acked == nil
        things[index].version += 1
        if isNew { things[index].uid += 1 }
        let version = things[index].version
        things[index].pending = (id, isDelete ? nil : version)
        onTheWay[id] = index
        return (isDelete ? .delete : isNew ? .insert : .update, version, things[index].uid)
    }

    mutating func acknowledge(_ id: String) {
        guard let index = onTheWay.removeValue(forKey: id), let pending = things[index].pending else { return }
        acks += 1
        things[index].acked = pending.state
        things[index].pending = nil
    }

    mutating func promise(status number: Int, of key: String) {
        let promised = statuses[key]?.promised ?? 0
        statuses[key]?.promised = max(promised, number)
    }

    mutating func promise(event number: Int, lane: Int) {
        if lanes[lane].early.remove(number) == nil { lanes[lane].open.insert(number) }
    }

    mutating func see(event number: Int, lane: Int) {
        guard lanes.indices.contains(lane) else { return }
        // The same one again comes after a cut.
        if number < lanes[lane].newest, lanes[lane].open.contains(number) {
            fault("event \(lane)-\(number) came after \(lane)-\(lanes[lane].newest)")
        }
        let isNew = number > lanes[lane].newest
        lanes[lane].newest = max(number, lanes[lane].newest)
        if lanes[lane].open.remove(number) == nil, isNew { lanes[lane].early.insert(number) }
        // One whose answer was lost is never promised.
        if lanes[lane].early.count > 64 { lanes[lane].early = lanes[lane].early.filter { $0 > number - 32 } }
    }

    mutating func see(status number: Int, of key: String) {
        guard let seen = statuses[key]?.seen else { return }
        if number < seen { fault("\(key): status \(number) came after \(seen)") }
        statuses[key]?.seen = max(seen, number)
    }

    /// What was promised and has not come to the cloud.
    var missing: [String] {
        let open = lanes.enumerated().flatMap { lane, all in all.open.sorted().map { "event \(lane)-\($0)" } }
        return open
            + statuses.filter { $0.value.seen < $0.value.promised }.map {
                "status \($0.value.promised) of \($0.key), the cloud has \($0.value.seen)"
            }
    }

    /// Holds what stands in the database against what was acked.
    mutating func check(rows: [String: Int]) {
        for thing in things where rows[thing.key] != thing.acked {
            let stored = rows[thing.key].map { "version \($0)" } ?? "nothing"
            fault("\(thing.key): stored is \(stored), acked was \(thing.acked.map { "version \($0)" } ?? "a delete")")
        }
    }

    var summary: String {
        let states = statuses.values.reduce(0) { $0 + $1.sent }
        let facts = lanes.reduce(0) { $0 + $1.sent }
        let tools = tools.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)x" }.joined(separator: ", ")
        return "\(acks) changes acked, \(states) states, \(facts) facts, \(answers) queries answered and \(refusals) "
            + "refused, \(visits) modules and \(follows) watchers came, \(cuts) cuts; \(tools)"
    }
}
