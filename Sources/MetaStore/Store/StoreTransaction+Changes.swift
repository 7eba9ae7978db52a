internal import Beehive

/// What changes the store.
extension StoreTransaction {
    /// Notes up to which revision deliveries were made.
    ///
    /// - Parameter revision: the newest revision whose deliveries have left.
    /// - Throws: `StoreError` that names the file and the cure.
    public func setDelivered(_ revision: Int64) throws(StoreError) {
        guard revision > store.counters.deliveredRevision else { return }
        try put(state: "delivered", revision)
        store.counters.deliveredRevision = revision
    }

    /// Applies one change.
    ///
    /// - Parameters:
    ///   - change: the change.
    ///   - now: milliseconds since 1970.
    /// - Throws: `StoreError` that names the file and the cure.
    public func apply(_ change: StoreChange, now: Int64) throws(StoreError) {
        store.moment = now
        switch change {
        case .put(let object, let row): try put(object, replacing: row, now: now)
        case .confirm(let row):
            let statement = try statement(.confirm)
            statement.bind(1, row)
            statement.bind(2, now)
            try statement.run()
        case .adopt(let row):
            try store.uncountCached(row)
            let statement = try statement(.adopt)
            statement.bind(1, row)
            statement.bind(2, now)
            try statement.run()
        case .delete(let key, let remember): try delete(key, remember: remember, now: now)
        case .remember(let key, let uid, let version):
            try remember(key, uid: uid, version: version, now: now)
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
            let place = SealedPlace.frame(place: entry.place, id: entry.id, key: entry.key)
            let (frame, sealed) = try store.sealed(entry.frame, of: entry.type, key: entry.key, for: place)
            statement.bind(5, sealed)
            statement.bind(6, sealed == 0 ? sum(of: entry, at: entry.place) : 0)
            try statement.run(4, value: frame, isText: false)
            try requireChange("the outbox has no place \(entry.place)")
            store.outboxIDs?.rewrite(to: entry.id)
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

    /// A write that met nothing would be lost, with a line in the feed that points nowhere.
    private func requireChange(_ cause: @autoclosure () -> String) throws(StoreError) {
        guard store.connection.changedRows == 1 else {
            throw StoreError(.other, "database \(store.path): \(cause()); nothing was stored, report it with the log")
        }
    }

    func put(state name: String, _ value: Int64) throws(StoreError) {
        let statement = try statement(.statePut)
        statement.bind(1, name)
        statement.bind(2, value)
        try statement.run()
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
        if let row { try store.uncountCached(row) }
        let statement = try statement(row == nil ? .insert : .update)
        if let row {
            statement.bind(1, row)
            // ?2 to ?4 name the row and never change.
        } else {
            statement.bind(1, object.key)
            statement.bind(2, object.path.type.rawValue)
            statement.bind(3, object.path.namespace)
            statement.bind(4, object.path.id)
        }
        statement.bind(5, object.uid)
        statement.bind(6, object.version)
        statement.bind(7, object.apiVersion)
        statement.bind(8, object.kind)
        statement.bind(9, store.counters.revision + 1)
        statement.bind(10, object.origin.rawValue)
        statement.bind(11, now)
        let place = SealedPlace.object(
            type: object.path.type.rawValue, key: object.key, revision: store.counters.revision + 1)
        let (value, sealed) = try store.sealed(object.value, of: object.path.type, key: object.key, for: place)
        statement.bind(13, sealed)
        // What is sealed carries its own proof.
        let sum =
            sealed == 0
            ? CheckSum.object(
                key: object.key, uid: object.uid, version: object.version, revision: store.counters.revision + 1,
                value: value) : 0
        statement.bind(14, sum)
        try statement.run(12, value: value, isText: sealed == 0)
        if object.origin == .cached {
            store.countCached(key: object.key, value: value)
            store.mayExceedBudget = true
        }
        if row == nil { store.counters.rows += 1 } else { try requireChange("'\(object.key)' has no row any more") }
        let stored = row ?? store.connection.lastInsertID
        _ = try nextRevision(row == nil ? .added : .modified, row: stored)
        try found(object.key)
    }

    private func delete(_ key: String, remember: Bool, now: Int64) throws(StoreError) {
        try found(key)
        guard let head = try head(key) else { return }
        store.counters.revision += 1
        let feed = try statement(.feedDelete)
        feed.bind(1, store.counters.revision)
        feed.bind(2, head.rowID)
        try feed.run()
        if head.origin == .cached { try store.uncountCached(head.rowID) }
        let statement = try statement(.delete)
        statement.bind(1, head.rowID)
        try statement.run()
        store.counters.rows -= 1
        guard remember, !head.uid.isEmpty else { return }
        try self.remember(key, uid: head.uid, version: head.version, now: now)
    }

    private func remember(_ key: String, uid: String, version: String, now: Int64) throws(StoreError) {
        // The cloud has said what became of it.
        try found(key)
        let tombstone = try statement(.tombstonePut)
        tombstone.bind(1, key)
        tombstone.bind(2, uid)
        tombstone.bind(3, version)
        tombstone.bind(4, now)
        try tombstone.run()
    }

    private func enqueue(_ entry: OutboxEntry, lane: OutboxLane) throws(StoreError) {
        let index = Int(lane.rawValue)
        store.counters.places[index] += 1
        let place = SealedPlace.frame(place: store.counters.places[index], id: entry.id, key: entry.key)
        let (frame, sealed) = try store.sealed(entry.frame, of: entry.type, key: entry.key, for: place)
        let statement = try statement(.outboxPut)
        statement.bind(1, store.counters.places[index])
        statement.bind(2, entry.id)
        statement.bind(3, entry.kind.rawValue)
        statement.bind(4, entry.key)
        statement.bind(5, entry.endsByAnswer ? 1 : 0)
        statement.bind(6, entry.created)
        statement.bind(8, sealed)
        statement.bind(9, sealed == 0 ? sum(of: entry, at: store.counters.places[index]) : 0)
        try statement.run(7, value: frame, isText: false)
        store.outboxIDs?.add(entry.id)
        if entry.kind == .state { store.counters.states += 1 } else { store.counters.facts += 1 }
    }

    private func sum(of entry: OutboxEntry, at place: Int64) -> Int64 {
        CheckSum.frame(place: place, id: entry.id, key: entry.key, frame: entry.frame)
    }

    private func countEnded(_ statement: Statement) throws(StoreError) {
        while try statement.step() {
            store.outboxIDs?.remove(statement.text(1))
            if statement.integer(0) == OutboxClass.state.rawValue {
                store.counters.states -= 1
            } else {
                store.counters.facts -= 1
            }
        }
    }
}
