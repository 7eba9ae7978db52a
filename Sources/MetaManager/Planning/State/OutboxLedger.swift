internal import Beehive
internal import MetaStore

/// What this connection has been sent from the outbox, and who waits for it to end.
struct OutboxLedger {
    struct Sent: Sendable {
        let place: Int64
        let id: String
        let key: String
        let endsByAnswer: Bool
        var attempts = 1
    }

    /// Entries that may still be sent before EdgeHub grants more.
    var credit = 0
    /// False when the last look found nothing to send.
    var mayHaveWork = true
    private(set) var sent: [Int64: Sent] = [:]
    private var placesByID: [String: Int64] = [:]
    private var placesByKey: [String: Int64] = [:]
    /// How far each lane has been read.
    private var cursors = [Int64](repeating: 0, count: OutboxLane.allCases.count)
    /// Keys whose next entry was passed over because an earlier one had not ended.
    private(set) var passedOver: Set<String> = []
    /// Keys whose first entry was not answered and comes again later: what stands behind it must not go before.
    var parked: Set<String> = []
    /// Keys that may go on, since the entry before has ended.
    var ready: [String] = []
    /// Who waits for entries to end.
    var waiting = WaitingCallers()

    mutating func cursor(_ lane: OutboxLane) -> Int64 { cursors[Int(lane.rawValue)] }

    mutating func advance(_ lane: OutboxLane, to place: Int64) { cursors[Int(lane.rawValue)] = place }

    /// True when an entry about this thing is on its way.
    func isBusy(_ key: String) -> Bool { !key.isEmpty && placesByKey[key] != nil }

    func isSent(_ place: Int64) -> Bool { sent[place] != nil }

    func entry(id: String) -> Sent? { placesByID[id].flatMap { sent[$0] } }

    mutating func passOver(_ key: String) { passedOver.insert(key) }

    /// An entry leaves the line without having ended.
    mutating func park(_ place: Int64) {
        guard let record = end(place), !record.key.isEmpty else { return }
        parked.insert(record.key)
    }

    mutating func noteSent(_ entry: OutboxEntry) {
        parked.remove(entry.key)
        let record = Sent(place: entry.place, id: entry.id, key: entry.key, endsByAnswer: entry.endsByAnswer)
        sent[entry.place] = record
        placesByID[entry.id] = entry.place
        if !entry.key.isEmpty { placesByKey[entry.key] = entry.place }
    }

    mutating func noteSentAgain(_ place: Int64) { sent[place]?.attempts += 1 }

    /// Forgets an entry that has ended; what waited behind it may go on.
    @discardableResult
    mutating func end(_ place: Int64) -> Sent? {
        guard let record = sent.removeValue(forKey: place) else { return nil }
        placesByID[record.id] = nil
        if placesByKey[record.key] == place { placesByKey[record.key] = nil }
        if passedOver.remove(record.key) != nil {
            ready.append(record.key)
            mayHaveWork = true
        }
        // The window has room again.
        mayHaveWork = true
        return record
    }

    /// An entry is to be sent once more, or something else in its place.
    mutating func again(_ place: Int64) {
        guard let record = end(place), !record.key.isEmpty else { return }
        if !ready.contains(record.key) { ready.append(record.key) }
        mayHaveWork = true
    }

    /// A new connection has been sent nothing.
    mutating func reset() {
        let waiting = self.waiting
        self = OutboxLedger()
        self.waiting = waiting
    }
}
