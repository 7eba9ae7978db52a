import Beehive

/// What the world outside the daemon knows of a run over the real link.
struct LinkLedger: Sendable {
    /// A message of the cloud's record: who sent the same number again has to send the same message.
    struct Sighting: Sendable, Equatable {
        let id: String
        let bytes: [UInt8]
    }

    /// One key of the node's reports, or one lane of its facts.
    struct Stream: Sendable {
        /// The newest number that the module has sent.
        var sent = 0
        /// The numbers that the daemon took: for a state only the newest counts.
        var promised: Set<Int> = []
        /// The newest number that the cloud has seen.
        var newest = 0
        /// All that the cloud has seen.
        var seen: [Int: Sighting] = [:]
    }

    /// One object of the cloud, as the module knows it.
    struct Told: Sendable {
        /// The newest version that the module was ever told of.
        var known = 0
        /// The newest on this connection.
        var heard = 0
    }

    private(set) var streams: [String: Stream] = [:]
    private(set) var objects: [String: Told] = [:]
    private(set) var faults: [String] = []
    private(set) var duplicates = 0
    private(set) var sightings = 0
    var deliveries = 0
    var refusals: [String: Int] = [:]

    mutating func fault(_ text: String) { if faults.count < 30 { faults.append(text) } }

    /// Takes the next number of a stream.
    mutating func next(_ key: String) -> Int {
        streams[key, default: Stream()].sent += 1
        return streams[key]?.sent ?? 0
    }

    /// The daemon has taken a number.
    mutating func promise(_ key: String, _ number: Int) { _ = streams[key]?.promised.insert(number) }

    /// The cloud gets a number in a message of the outbox.
    mutating func see(_ key: String, _ number: Int, _ sighting: Sighting) {
        sightings += 1
        let stream = streams[key, default: Stream()]
        if let former = stream.seen[number] {
            duplicates += 1
            if former != sighting {
                let what = former.id == sighting.id ? "with other bytes" : "under another id"
                fault("\(key): number \(number) came again \(what)")
            }
            return
        }
        if number < stream.newest { fault("\(key): number \(number) came after \(stream.newest)") }
        if number > stream.sent { fault("\(key): number \(number) came, but only \(stream.sent) were sent") }
        streams[key]?.seen[number] = sighting
        streams[key]?.newest = max(stream.newest, number)
    }

    /// The cloud gets a number in the list of all states, which is sent past the outbox and never again.
    mutating func see(listed key: String, _ number: Int) {
        let stream = streams[key, default: Stream()]
        if number < stream.newest { fault("\(key): the list said \(number) after \(stream.newest)") }
        if number > stream.sent { fault("\(key): the list said \(number), but only \(stream.sent) were sent") }
    }

    /// The module is told of an object's version.
    mutating func tell(_ key: String, _ version: Int, isListing: Bool) {
        if !isListing { deliveries += 1 }
        var told = objects[key, default: Told()]
        if version < told.heard {
            fault("\(key): the module was told of version \(version) after \(told.heard)")
        }
        told.heard = max(told.heard, version)
        told.known = max(told.known, version)
        objects[key] = told
    }

    /// A new connection of the module.
    mutating func reconnect() { for key in objects.keys { objects[key]?.heard = 0 } }

    /// What the daemon took and the cloud has not got: states by their newest number, facts each.
    var missing: [String] {
        streams.sorted { $0.key < $1.key }.flatMap { key, stream -> [String] in
            guard key.contains("/event/") else {
                guard let last = stream.promised.max(), stream.newest < last else { return [] }
                return ["\(key) \(last): the cloud has \(stream.newest)"]
            }
            return stream.promised.filter { stream.seen[$0] == nil }.sorted().map { "\(key) \($0)" }
        }
    }

    /// Holds what the database has after a kill against what was promised and acked.
    mutating func check(objects rows: [String: Int], statuses: [String: Int], acked: [String: Int], at place: String) {
        for (key, version) in acked where rows[key, default: 0] < version {
            fault("\(place): \(key) is stored at \(rows[key, default: 0]), but \(version) was acked")
        }
        for (key, stream) in streams where key.contains("/podstatus/") {
            let last = stream.promised.max() ?? 0
            let stored = statuses[key, default: 0]
            if stored < last { fault("\(place): \(key) is stored at \(stored), but \(last) was answered OK") }
        }
    }

    /// Holds what the module knows against what stood in the database.
    mutating func checkKnown(rows: [String: Int], at place: String) {
        for (key, version) in rows where objects[key]?.known ?? 0 < version {
            fault("\(place): \(key) is stored at \(version), the module knows \(objects[key]?.known ?? 0)")
        }
    }

    var summary: String {
        let states = streams.filter { !$0.key.contains("/event/") }
        let facts = streams.filter { $0.key.contains("/event/") }
        return "\(states.values.reduce(0) { $0 + $1.sent }) states on \(states.count) keys and "
            + "\(facts.values.reduce(0) { $0 + $1.sent }) facts, \(sightings) seen by the cloud, \(duplicates) of them "
            + "again; \(deliveries) deliveries"
    }
}
