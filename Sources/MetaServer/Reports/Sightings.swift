internal import Beehive
internal import MetaManager

/// What the cloud last said of one object.
struct Sighting: Sendable {
    /// The newest version that was ever seen of it; empty when it came without.
    var version: String
    /// When that version came, in milliseconds since 1970.
    var seen: Int64
    /// What the last message was, and what it came to.
    var operation: String
    var outcome: Outcome
    var reason: String
    /// When the last message came, in milliseconds since 1970.
    var last: Int64
}

/// What the cloud last said of each object: as many objects as fit in two bounded generations, the older of which goes.
struct Sightings {
    private var young: [String: Sighting] = [:]
    private var old: [String: Sighting] = [:]
    private let limit: Int

    /// Remembers nothing yet.
    ///
    /// - Parameter limit: the most objects of one generation.
    init(limit: Int = 4096) { self.limit = limit }

    subscript(key: String) -> Sighting? { young[key] ?? old[key] }

    /// Takes note of a message of the cloud; anything else tells nothing of what the cloud holds.
    mutating func note(_ decision: Decision) {
        guard decision.source == "cloud", let route = decision.route, !route.resource.isEmpty else { return }
        let key = route.resource
        var sighting =
            self[key]
            ?? Sighting(
                version: decision.version, seen: decision.time, operation: "", outcome: decision.outcome, reason: "",
                last: decision.time)
        if Self.isNewer(decision.version, than: sighting.version) {
            (sighting.version, sighting.seen) = (decision.version, decision.time)
        }
        sighting.operation = route.operation.rawValue
        (sighting.outcome, sighting.reason) = (decision.outcome, decision.reason)
        sighting.last = decision.time
        young[key] = sighting
        guard young.count >= limit else { return }
        (old, young) = (young, [:])
    }

    /// True unless the version is known to be older; the same one seen again counts as seen now.
    static func isNewer(_ version: String, than other: String) -> Bool {
        guard !version.isEmpty else { return false }
        guard let new = UInt64(version), let old = UInt64(other) else { return true }
        return new >= old
    }
}
