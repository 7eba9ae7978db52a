public import Beehive

/// The store inside a transaction: what planning reads and what its changes are applied to.
///
/// Valid only while the closure that got it runs.
public struct StoreTransaction: StoreReading {
    let store: MetaStore
    /// Whether rows whose value does not open are given without one, in place of an error.
    var keepsFaults = false

    /// The same view for lists that show what can be shown: a row whose value does not open comes with an empty value
    /// and its `fault`.
    public var withFaults: StoreTransaction {
        var view = self
        view.keepsFaults = true
        return view
    }

    func statement(_ query: Query) throws(StoreError) -> Statement {
        try store.requireOpen()
        return try store.statements[query]
    }

    /// The head of a row.
    public func head(_ key: String) throws(StoreError) -> ObjectHead? {
        let statement = try statement(.head)
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return Self.head(statement)
    }

    static func head(_ statement: Statement) -> ObjectHead {
        ObjectHead(
            rowID: statement.integer(0), uid: statement.text(1), version: statement.text(2),
            hasKind: statement.integer(3) != 0, revision: statement.integer(4),
            origin: ObjectOrigin(rawValue: statement.integer(5)) ?? .takenOver, stored: statement.time(6),
            confirmed: statement.time(7))
    }

    func object(_ statement: Statement) throws(StoreError) -> StoredObject {
        try object(
            statement, key: statement.text(8), type: statement.text(9), head: Self.head(statement), value: 10,
            sealed: statement.integer(11), written: statement.integer(4), sum: statement.integer(12))
    }

    private func object(
        _ statement: Statement, key: String, type: String, head: ObjectHead, value: Int32, sealed: Int64,
        written: Int64, sum: Int64
    ) throws(StoreError) -> StoredObject {
        var object = StoredObject(key: key, type: ResourceType(type), head: head, value: [])
        do throws(StoreError) {
            if sealed == 0 {
                let stored = statement.bytes(value)
                if sum != 0 {
                    let right = CheckSum.object(
                        key: key, uid: head.uid, version: head.version, revision: written, value: stored)
                    guard sum == right else { throw StoreError.damaged(key) }
                }
                object.value = stored
            } else {
                let place = SealedPlace.object(type: type, key: key, revision: written)
                object.value = try store.open(statement.bytes(value), at: place)
            }
        } catch {
            guard keepsFaults, error.isAboutOneRow else { throw error }
            object.fault = error
        }
        return object
    }

    /// Whether a row that cannot be read is left out of a list: a damaged one is, and a local write that does not open,
    /// since rows of writes stand for objects of all types.
    static func leavesOut(_ error: StoreError, _ type: ResourceType) -> Bool {
        error.code == .damaged || error.isAboutOneRow && type.isOfWrites
    }

    /// True when a row holds exactly these bytes; a value that does not open or was damaged holds none.
    public func holds(_ key: String, value: Bytes) throws(StoreError) -> Bool {
        let statement = try statement(.value)
        statement.bind(1, key)
        guard try statement.step() else { return false }
        defer { statement.reset() }
        if statement.integer(1) == 0 { return statement.equals(0, value) && isSumRight(statement) }
        return try opened(statement, key: key) == value
    }

    /// Whether the row of a `value` statement is as it was written; true when its sum is not known.
    private func isSumRight(_ statement: Statement) -> Bool {
        let sum = statement.integer(4)
        guard sum != 0 else { return true }
        return sum == CheckSum.object(statement, (7, 5, 6, 3, 0))
    }

    /// False for a row whose value was changed or moved; true when nobody can tell, for want of the key.
    public func isSound(_ key: String, type: ResourceType) throws(StoreError) -> Bool {
        let statement = try statement(.value)
        statement.bind(1, key)
        guard try statement.step() else { return true }
        defer { statement.reset() }
        guard statement.integer(1) != 0 else { return isSumRight(statement) }
        do throws(StoreError) {
            _ = try opened(statement, key: key, orNil: false)
        } catch  where error.isAboutOneRow {
            return error.code == .keyMissing
        }
        return true
    }

    private func opened(_ statement: Statement, key: String, orNil: Bool = true) throws(StoreError) -> Bytes? {
        let place = SealedPlace.object(type: statement.text(2), key: key, revision: statement.integer(3))
        do throws(StoreError) {
            return try store.open(statement.bytes(0), at: place)
        } catch  where orNil && error.isAboutOneRow {
            return nil
        }
    }

    /// A row.
    public func object(_ key: String) throws(StoreError) -> StoredObject? {
        let statement = try statement(.object)
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return try object(statement)
    }

    /// The rows of a type, over all namespaces, in the order they were first stored; those that the disk damaged are
    /// left out, or given with their fault.
    public func objects(ofType type: ResourceType, upTo limit: Int) throws(StoreError) -> [StoredObject]? {
        let statement = try statement(.list)
        statement.bind(1, type.rawValue)
        var rows: [StoredObject] = []
        var bytes = 0
        // What ends the walk early must not leave the statement in the middle of it.
        defer { statement.reset() }
        while try statement.step() {
            bytes += statement.byteCount(10)
            guard bytes <= limit else { return nil }
            do throws(StoreError) {
                rows.append(try object(statement))
            } catch  where Self.leavesOut(error, type) {
                // One value that is gone must not keep all others of its type from who needs them.
                continue
            }
        }
        return rows
    }

    /// Other connections to the same file.
    public var snapshots: StoreSnapshots? {
        StoreSnapshots(path: store.path, sealing: store.sealing, readers: store.readers)
    }

    /// The keys that start with a text.
    public func keys(startingWith prefix: String) throws(StoreError) -> [String] {
        let statement = try statement(.prefix)
        statement.bind(1, prefix)
        // The first text behind every key with the prefix: its last byte plus one, which UTF-8 always has room for.
        // Behind all texts stand blobs.
        var end = Array(prefix.utf8)
        if let last = end.popLast() {
            end.append(last + 1)
            statement.bind(2, text: end[...])
        } else {
            statement.bind(2, blob: [])
        }
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
        return Tombstone(uid: statement.text(0), version: statement.text(1), deleted: statement.time(2))
    }

    /// Every stored pod status, by namespace.
    public func podStatuses() throws(StoreError) -> [PodStatusRow] {
        let statement = try statement(.statuses)
        var rows: [PodStatusRow] = []
        defer { statement.reset() }
        while try statement.step() {
            let key = statement.text(0)
            var value = statement.bytes(3)
            if statement.integer(4) == 0, statement.integer(6) != 0 {
                guard statement.integer(6) == CheckSum.object(statement, (0, 7, 8, 5, 3)) else { continue }
            }
            if statement.integer(4) != 0 {
                let place = SealedPlace.object(
                    type: ResourceType.podStatus.rawValue, key: key, revision: statement.integer(5))
                do throws(StoreError) {
                    value = try store.open(value, at: place)
                } catch  where error.isAboutOneRow {
                    // The periodic push repeats what it can; a report that does not open is made anew by its module.
                    continue
                }
            }
            rows.append(
                PodStatusRow(
                    key: key, namespace: statement.text(1), value: value, hasPod: statement.integer(2) != 0))
        }
        return rows
    }

    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 { store.counters.deliveredRevision }

    /// The newest revision that this transaction sees.
    public var revision: Int64 { store.counters.revision }

    /// The oldest revision from which the feed can be followed without a gap.
    public func oldestRevision() throws(StoreError) -> Int64 {
        let statement = try statement(.feedFirst)
        defer { statement.reset() }
        guard try statement.step(), statement.integer(0) > 0 else { return revision }
        return statement.integer(0) - 1
    }

    /// The lines of the change feed behind a revision, in order and without gaps.
    ///
    /// - Parameters:
    ///   - revision: the last one known; not older than `oldestRevision()`.
    ///   - limit: the most lines.
    /// - Returns: the lines, oldest first.
    /// - Throws: `StoreError` that names the file and the cure.
    public func changes(after revision: Int64, limit: Int) throws(StoreError) -> [FeedLine] {
        let statement = try statement(.feedAfter)
        statement.bind(1, revision)
        statement.bind(2, Int64(limit))
        var lines: [FeedLine] = []
        defer { statement.reset() }
        while try statement.step() {
            var line = FeedLine(
                revision: statement.integer(8), kind: ChangeKind(rawValue: statement.integer(9)) ?? .modified,
                rowID: statement.integer(10), object: nil)
            if line.kind == .deleted || line.kind == .evicted || statement.integer(0) != 0 {
                var head = Self.head(statement)
                head.rowID = line.rowID
                head.revision = line.revision
                do throws(StoreError) {
                    line.object = try object(
                        statement, key: statement.text(11), type: statement.text(12), head: head, value: 13,
                        sealed: statement.integer(14), written: statement.integer(15), sum: statement.integer(16))
                } catch  where Self.leavesOut(error, ResourceType(statement.text(12))) {
                    // As if a later line told of it: what comes in its place does.
                    line.object = nil
                }
            }
            lines.append(line)
        }
        return lines
    }
}
