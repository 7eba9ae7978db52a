internal import Beehive

/// Reading what waits for the cloud.
extension StoreTransaction {
    /// Known without asking in the writer; a reader does not follow what comes and goes, and always looks.
    private var isOutboxEmpty: Bool { store.isWriter && store.counters.states + store.counters.facts == 0 }

    /// An entry; one whose frame does not open or was damaged has an empty one, and can be counted, listed and dropped, not sent.
    private func entry(_ statement: Statement) throws(StoreError) -> OutboxEntry {
        var entry = OutboxEntry(
            place: statement.integer(0), id: statement.text(1),
            kind: OutboxClass(rawValue: statement.integer(2)) ?? .fact, key: statement.text(3),
            endsByAnswer: statement.integer(4) != 0, created: statement.time(5), frame: statement.bytes(6))
        guard statement.integer(7) != 0 else {
            let sum = statement.integer(8)
            let right = CheckSum.frame(place: entry.place, id: entry.id, key: entry.key, frame: entry.frame)
            if sum != 0, sum != right { entry.frame = [] }
            return entry
        }
        do throws(StoreError) {
            entry.frame = try store.open(
                entry.frame, at: .frame(place: entry.place, id: entry.id, key: entry.key))
        } catch  where error.isAboutOneRow {
            entry.frame = []
        }
        return entry
    }

    /// The entries of the outbox about one thing, in order.
    public func outbox(about key: String) throws(StoreError) -> [OutboxEntry] {
        let statement = try statement(.outboxAbout)
        statement.bind(1, key)
        var entries: [OutboxEntry] = []
        defer { statement.reset() }
        while try statement.step() { entries.append(try entry(statement)) }
        return entries
    }

    /// The entry that has an id.
    public func outbox(id: String) throws(StoreError) -> OutboxEntry? {
        // No index is kept: it is only asked for answers to what is not known to be on its way.
        guard !isOutboxEmpty, try mayHold(id) else { return nil }
        let statement = try statement(.outboxByID)
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return try entry(statement)
    }

    /// The next entries of a lane.
    public func outbox(lane: OutboxLane, after place: Int64, limit: Int) throws(StoreError) -> [OutboxEntry] {
        guard !isOutboxEmpty else { return [] }
        let statement = try statement(.outboxNext)
        statement.bind(1, max(place, lane.places.lowerBound - 1))
        statement.bind(2, lane.places.upperBound)
        statement.bind(3, Int64(limit))
        var entries: [OutboxEntry] = []
        defer { statement.reset() }
        while try statement.step() { entries.append(try entry(statement)) }
        return entries
    }

    /// How much waits for the cloud.
    public func outboxDepth() throws(StoreError) -> OutboxDepth {
        guard !isOutboxEmpty else { return OutboxDepth() }
        var depth = OutboxDepth(states: store.counters.states, facts: store.counters.facts)
        if !store.isWriter { (depth.states, depth.facts) = try store.countOutbox() }
        for lane in OutboxLane.allCases {
            let statement = try statement(.outboxFirst)
            statement.bind(1, lane.places.lowerBound - 1)
            statement.bind(2, lane.places.upperBound)
            guard try statement.step() else { continue }
            depth.oldest = min(depth.oldest ?? .max, statement.time(0))
            statement.reset()
        }
        return depth
    }
}
