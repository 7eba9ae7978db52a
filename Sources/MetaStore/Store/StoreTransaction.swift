public import Beehive

/// The store inside a transaction: what planning reads and what its changes are applied to.
///
/// Valid only while the closure that got it runs.
public struct StoreTransaction: StoreReading {
    let store: MetaStore

    private func statement(_ query: Query) throws(StoreError) -> Statement { try store.statements[query] }

    /// The head of a row.
    public func head(_ key: String) throws(StoreError) -> ObjectHead? {
        let statement = try statement(.head)
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return Self.head(statement)
    }

    private static func head(_ statement: Statement) -> ObjectHead {
        ObjectHead(
            rowID: statement.integer(0), uid: statement.text(1), version: statement.text(2),
            hasKind: statement.integer(3) != 0, revision: statement.integer(4),
            origin: ObjectOrigin(rawValue: statement.integer(5)) ?? .takenOver, stored: statement.integer(6),
            confirmed: statement.integer(7))
    }

    static func object(_ statement: Statement) -> StoredObject {
        StoredObject(
            key: statement.text(8), type: ResourceType(statement.text(9)), head: head(statement),
            value: statement.bytes(10))
    }

    /// True when a row holds exactly these bytes.
    public func holds(_ key: String, value: Bytes) throws(StoreError) -> Bool {
        let statement = try statement(.value)
        statement.bind(1, key)
        guard try statement.step() else { return false }
        defer { statement.reset() }
        return statement.equals(0, value)
    }

    /// A row.
    public func object(_ key: String) throws(StoreError) -> StoredObject? {
        let statement = try statement(.object)
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return Self.object(statement)
    }

    /// The rows of a type, over all namespaces.
    public func objects(ofType type: ResourceType) throws(StoreError) -> [StoredObject] {
        let statement = try statement(.list)
        statement.bind(1, type.rawValue)
        var rows: [StoredObject] = []
        while try statement.step() { rows.append(Self.object(statement)) }
        return rows
    }

    /// The keys that start with a text.
    public func keys(startingWith prefix: String) throws(StoreError) -> [String] {
        let statement = try statement(.prefix)
        statement.bind(1, prefix)
        // The last scalar value sorts behind every key with the prefix.
        statement.bind(2, prefix + "\u{10FFFF}")
        var keys: [String] = []
        while try statement.step() { keys.append(statement.text(0)) }
        return keys
    }

    /// What is remembered of a deleted object.
    public func tombstone(_ key: String) throws(StoreError) -> Tombstone? {
        let statement = try statement(.tombstone)
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return Tombstone(uid: statement.text(0), version: statement.text(1), deleted: statement.integer(2))
    }

    private static func entry(_ statement: Statement) -> OutboxEntry {
        OutboxEntry(
            place: statement.integer(0), id: statement.text(1),
            kind: OutboxClass(rawValue: statement.integer(2)) ?? .fact, key: statement.text(3),
            endsByAnswer: statement.integer(4) != 0, created: statement.integer(5), frame: statement.bytes(6))
    }

    /// The entries of the outbox about one thing, in order.
    public func outbox(about key: String) throws(StoreError) -> [OutboxEntry] {
        let statement = try statement(.outboxAbout)
        statement.bind(1, key)
        var entries: [OutboxEntry] = []
        while try statement.step() { entries.append(Self.entry(statement)) }
        return entries
    }

    /// The entry that has an id.
    public func outbox(id: String) throws(StoreError) -> OutboxEntry? {
        // Most stray answers meet an empty outbox; no index is kept for the rest.
        guard store.counters.states + store.counters.facts > 0 else { return nil }
        let statement = try statement(.outboxByID)
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return Self.entry(statement)
    }

    /// The next entries of a lane.
    public func outbox(lane: OutboxLane, after place: Int64, limit: Int) throws(StoreError) -> [OutboxEntry] {
        guard store.counters.states + store.counters.facts > 0 else { return [] }
        let statement = try statement(.outboxNext)
        statement.bind(1, max(place, lane.places.lowerBound - 1))
        statement.bind(2, lane.places.upperBound)
        statement.bind(3, Int64(limit))
        var entries: [OutboxEntry] = []
        while try statement.step() { entries.append(Self.entry(statement)) }
        return entries
    }

    /// Every stored pod status, by namespace.
    public func podStatuses() throws(StoreError) -> [PodStatusRow] {
        let statement = try statement(.statuses)
        var rows: [PodStatusRow] = []
        while try statement.step() {
            rows.append(
                PodStatusRow(
                    key: statement.text(0), namespace: statement.text(1), value: statement.bytes(3),
                    hasPod: statement.integer(2) != 0))
        }
        return rows
    }

    /// How much waits for the cloud.
    public func outboxDepth() throws(StoreError) -> OutboxDepth {
        var depth = OutboxDepth(states: store.counters.states, facts: store.counters.facts)
        guard depth.states + depth.facts > 0 else { return depth }
        for lane in OutboxLane.allCases {
            let statement = try statement(.outboxFirst)
            statement.bind(1, lane.places.lowerBound - 1)
            statement.bind(2, lane.places.upperBound)
            guard try statement.step() else { continue }
            depth.oldest = min(depth.oldest ?? .max, statement.integer(0))
            statement.reset()
        }
        return depth
    }

    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 { store.counters.deliveredRevision }

    /// Notes up to which revision deliveries were made.
    ///
    /// - Parameter revision: the newest revision whose deliveries have left.
    public func setDelivered(_ revision: Int64) throws(StoreError) {
        guard revision > store.counters.deliveredRevision else { return }
        try put(state: "delivered", revision)
        store.counters.deliveredRevision = revision
    }

    private func put(state name: String, _ value: Int64) throws(StoreError) {
        let statement = try statement(.statePut)
        statement.bind(1, name)
        statement.bind(2, value)
        try statement.run()
    }

    /// Applies one change.
    ///
    /// - Parameters:
    ///   - change: the change.
    ///   - now: milliseconds since 1970.
    public func apply(_ change: StoreChange, now: Int64) throws(StoreError) {
        switch change {
        case .put(let object, let row): try put(object, replacing: row, now: now)
        case .confirm(let row):
            let statement = try statement(.confirm)
            statement.bind(1, row)
            statement.bind(2, now)
            try statement.run()
        case .delete(let key, let remember): try delete(key, remember: remember, now: now)
        case .liftTombstone(let key):
            let statement = try statement(.tombstoneLift)
            statement.bind(1, key)
            try statement.run()
        case .enqueue(let entry, let lane): try enqueue(entry, lane: lane)
        case .rewrite(let entry):
            let statement = try statement(.outboxRewrite)
            statement.bind(1, entry.place)
            statement.bind(2, entry.id)
            statement.bind(3, entry.created)
            statement.bind(4, blob: entry.frame)
            try statement.run()
        case .dequeue(let place):
            let statement = try statement(.outboxEnd)
            statement.bind(1, place)
            try countEnded(statement)
        case .dequeueAll(let key):
            let statement = try statement(.outboxEndKey)
            statement.bind(1, key)
            try countEnded(statement)
        case .forgetDeleted(let moment):
            let statement = try statement(.tombstonePrune)
            statement.bind(1, moment)
            try statement.run()
        }
    }

    private func nextRevision(_ kind: ChangeKind, row: Int64) throws(StoreError) -> Int64 {
        store.counters.revision += 1
        let statement = try statement(.feed)
        statement.bind(1, store.counters.revision)
        statement.bind(2, row)
        statement.bind(3, kind.rawValue)
        try statement.run()
        return store.counters.revision
    }

    private func put(_ object: NewObject, replacing row: Int64?, now: Int64) throws(StoreError) {
        let statement = try statement(row == nil ? .insert : .update)
        if let row {
            statement.bind(1, row)
            // ?2 to ?4 name the row and never change.
        } else {
            statement.bind(1, object.key)
            statement.bind(2, object.path.type.rawValue)
            statement.bind(3, object.path.namespace)
            statement.bind(4, object.path.id)
            store.counters.rows += 1
        }
        statement.bind(5, object.uid)
        statement.bind(6, object.version)
        statement.bind(7, object.apiVersion)
        statement.bind(8, object.kind)
        statement.bind(9, store.counters.revision + 1)
        statement.bind(10, object.origin.rawValue)
        statement.bind(11, now)
        statement.bind(12, text: object.value)
        try statement.run()
        let stored = row ?? store.connection.lastInsertID
        _ = try nextRevision(row == nil ? .added : .modified, row: stored)
    }

    private func delete(_ key: String, remember: Bool, now: Int64) throws(StoreError) {
        guard let head = try head(key) else { return }
        store.counters.revision += 1
        let feed = try statement(.feedDelete)
        feed.bind(1, store.counters.revision)
        feed.bind(2, head.rowID)
        try feed.run()
        let statement = try statement(.delete)
        statement.bind(1, head.rowID)
        try statement.run()
        store.counters.rows -= 1
        guard remember, !head.uid.isEmpty else { return }
        let tombstone = try self.statement(.tombstonePut)
        tombstone.bind(1, key)
        tombstone.bind(2, head.uid)
        tombstone.bind(3, head.version)
        tombstone.bind(4, now)
        try tombstone.run()
    }

    private func enqueue(_ entry: OutboxEntry, lane: OutboxLane) throws(StoreError) {
        let index = Int(lane.rawValue)
        store.counters.places[index] += 1
        let statement = try statement(.outboxPut)
        statement.bind(1, store.counters.places[index])
        statement.bind(2, entry.id)
        statement.bind(3, entry.kind.rawValue)
        statement.bind(4, entry.key)
        statement.bind(5, entry.endsByAnswer ? 1 : 0)
        statement.bind(6, entry.created)
        statement.bind(7, blob: entry.frame)
        try statement.run()
        if entry.kind == .state { store.counters.states += 1 } else { store.counters.facts += 1 }
    }

    private func countEnded(_ statement: Statement) throws(StoreError) {
        while try statement.step() {
            if statement.integer(0) == OutboxClass.state.rawValue {
                store.counters.states -= 1
            } else {
                store.counters.facts -= 1
            }
        }
    }
}
