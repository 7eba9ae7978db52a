internal import Beehive

/// How far a change of the data key has come.
public struct RekeyProgress: Sendable, Hashable {
    /// Values that had to be sealed anew when it began, or was taken up again.
    public var total = 0
    /// Values sealed with the new key.
    public var done = 0
    /// Values that do not open, and were left as they are.
    public var unreadable = 0
    /// True when nothing is left to do.
    public var isFinished = false

    /// Nothing done yet.
    public init() {}
}

/// The state of a change of the data key: where it stands in each table.
struct Rekey {
    enum Table: Int, CaseIterable {
        case object
        case change
        case outbox
        case classic
    }

    var progress = RekeyProgress()
    var table = Table.object
    var last = Int64.min
}

extension MetaStore {
    /// Makes a new data key: what is written from now on is sealed with it.
    ///
    /// What stands there is sealed anew by `continueRekey`; until then its old keys stay in the file, so that a crash at
    /// any point leaves every value readable.
    ///
    /// - Parameters:
    ///   - source: where a new key-encryption key is kept, made if it is a file that is not there; nil keeps the old one.
    ///   - now: milliseconds since 1970.
    /// - Throws: `StoreError` that names the cause and the cure; then nothing has changed.
    public func beginRekey(newKey source: KeySource? = nil, now: Int64) throws(StoreError) {
        guard let sealing, let outer = sealing.outer, let current = sealing.current, sealing.status != .locked else {
            throw StoreError(
                .keyMissing, "the data key cannot be changed: \(sealing?.problem ?? "nothing is sealed here")")
        }
        let newOuter = try source?.load(making: true) ?? outer
        let database = sealing.database
        let key = DataKey(id: current.id + 1)
        try transaction(writing: true) { _ throws(StoreError) in
            if source != nil { try rewrapKeys(from: outer, to: newOuter, database: database) }
            try insert(key, wrappedBy: newOuter, database: database, now: now)
        }
        sealing.use([key], outer: newOuter, source: source, database: database)
        rekey = nil
    }

    private func rewrapKeys(
        from outer: KeyEncryptionKey, to newOuter: KeyEncryptionKey, database: Int64
    ) throws(StoreError) {
        let write = try connection.prepare("UPDATE seal_key SET wrapped = ?2, fingerprint = ?3 WHERE id = ?1")
        for row in try Sealing.wrappedKeys(in: connection) {
            guard let key = DataKey(id: row.id, wrapped: row.bytes, by: outer, database: database) else { continue }
            write.bind(1, Int64(row.id))
            write.bind(2, blob: try key.wrapped(by: newOuter, database: database))
            write.bind(3, newOuter.fingerprint)
            try write.run()
        }
    }

    /// True when values are sealed with another key than the newest: a change was interrupted.
    public func needsRekey() throws(StoreError) -> Bool {
        guard let current = sealing?.current, sealing?.status != .locked else { return false }
        guard try connection.integer("SELECT count(*) FROM seal_key") ?? 0 > 1 else { return false }
        return try countSealed(otherThan: current.id) > 0
    }

    private func countSealed(otherThan key: UInt32) throws(StoreError) -> Int {
        var count = 0
        for table in Rekey.Table.allCases {
            count += Int(
                try connection.integer("SELECT count(*) FROM \(table) WHERE sealed <> 0 AND sealed <> \(key)") ?? 0)
        }
        return count
    }

    /// Seals some more values with the newest key, in one transaction.
    ///
    /// - Parameter limit: the most values.
    /// - Returns: how far it has come; old keys are gone once it is finished, unless a value does not open.
    /// - Throws: `StoreError` that names the file and the cure; what earlier calls did stays done.
    public func continueRekey(limit: Int = 128) throws(StoreError) -> RekeyProgress {
        guard let sealing, let current = sealing.current else { return RekeyProgress() }
        var rekey = self.rekey ?? Rekey()
        if self.rekey == nil { rekey.progress.total = try countSealed(otherThan: current.id) }
        try transaction(writing: true) { _ throws(StoreError) in
            var left = limit
            while left > 0 {
                let rows = try rowsToSeal(rekey, current: current.id, limit: left)
                for row in rows {
                    rekey.last = row.id
                    do throws(StoreError) {
                        let value = try open(row.value, at: row.place)
                        try write(try sealing.seal(value, for: row.place), to: row.id, in: rekey.table)
                        rekey.progress.done += 1
                    } catch  where error.isAboutOneRow {
                        rekey.progress.unreadable += 1
                    }
                }
                left -= rows.count
                guard left > 0 else { break }
                guard let next = Rekey.Table(rawValue: rekey.table.rawValue + 1) else {
                    try dropUnusedKeys(current: current.id)
                    rekey.progress.isFinished = true
                    break
                }
                rekey.table = next
                rekey.last = .min
            }
        }
        self.rekey = rekey.progress.isFinished ? nil : rekey
        return rekey.progress
    }

    private func rowsToSeal(
        _ rekey: Rekey, current: UInt32, limit: Int
    ) throws(StoreError) -> [(id: Int64, place: SealedPlace, value: Bytes)] {
        let columns =
            switch rekey.table {
            case .object: "id, type, key, revision, value FROM object WHERE id"
            case .change: "revision, type, key, written, value FROM change WHERE revision"
            case .outbox: "place, id, key, 0, frame FROM outbox WHERE place"
            case .classic: "id, place, source, source, value FROM classic WHERE id"
            }
        let statement = try connection.prepare(
            "SELECT \(columns) > ?1 AND sealed <> 0 AND sealed <> ?2 ORDER BY 1 LIMIT ?3")
        statement.bind(1, rekey.last)
        statement.bind(2, Int64(current))
        statement.bind(3, Int64(limit))
        var rows: [(id: Int64, place: SealedPlace, value: Bytes)] = []
        while try statement.step() {
            let id = statement.integer(0)
            let place: SealedPlace =
                switch rekey.table {
                case .object, .change:
                    .object(type: statement.text(1), key: statement.text(2), revision: statement.integer(3))
                case .outbox: .frame(place: id, id: statement.text(1), key: statement.text(2))
                case .classic: .classic(source: statement.integer(3), place: statement.text(1))
                }
            rows.append((id, place, statement.bytes(4)))
        }
        return rows
    }

    private func write(
        _ sealed: (bytes: Bytes, key: Int64), to row: Int64, in table: Rekey.Table
    ) throws(StoreError) {
        let columns =
            switch table {
            case .object: ("value", "id")
            case .change: ("value", "revision")
            case .outbox: ("frame", "place")
            case .classic: ("value", "id")
            }
        try connection.prepare("UPDATE \(table) SET \(columns.0) = ?2, sealed = ?3 WHERE \(columns.1) = ?1")
            .replace(row, with: sealed)
    }

    private func dropUnusedKeys(current: UInt32) throws(StoreError) {
        try connection.execute(
            """
            DELETE FROM seal_key WHERE id <> \(current) \
            AND id NOT IN (SELECT sealed FROM object WHERE sealed <> 0) \
            AND id NOT IN (SELECT sealed FROM change WHERE sealed <> 0) \
            AND id NOT IN (SELECT sealed FROM outbox WHERE sealed <> 0) \
            AND id NOT IN (SELECT sealed FROM classic WHERE sealed <> 0)
            """)
    }
}
