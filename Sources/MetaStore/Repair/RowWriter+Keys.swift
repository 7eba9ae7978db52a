internal import Beehive

/// The data keys, which stand on one page of the file: with that page all sealed values are gone, unless a backup has them.
extension RowWriter {
    /// Data keys, and the number of the database that they are bound to.
    private struct Keys {
        var rows: [Int64: (wrapped: [UInt8], fingerprint: String, created: Int64)]
        var database: Int64?

        func opens(_ id: Int64, by outer: KeyEncryptionKey) -> Bool {
            guard let row = rows[id], let database, let number = UInt32(exactly: id) else { return false }
            return DataKey(id: number, wrapped: row.wrapped[...], by: outer, database: database) != nil
        }
    }

    /// Writes what opens sealed values, before any row, so that each can be tried.
    ///
    /// A key that was damaged is left out, and what it sealed is lost: kept, it would lock all values of its types for ever.
    mutating func writeKeys(_ source: KeySource?, backup: String?) throws(StoreError) {
        var keys = Keys(rows: found.sealKeys, database: found.state["database"])
        // Without the outer key nobody can tell what opens: all is taken as it is.
        if let outer = try? source?.load(making: false) {
            let copy = backup.flatMap { try? Self.keys(of: $0) }
            if keys.database == nil { keys.database = copy?.database }
            for (id, row) in copy?.rows ?? [:] where !keys.opens(id, by: outer) && copy?.opens(id, by: outer) == true {
                keys.rows[id] = row
                keys.database = copy?.database
            }
            let damaged = keys.rows.filter {
                !keys.opens($0.key, by: outer) && $0.value.fingerprint == outer.fingerprint
            }
            for id in damaged.keys { keys.rows[id] = nil }
        }
        sealKeys = Set(keys.rows.keys)
        let insert = try connection.prepare(
            "INSERT INTO seal_key(id, wrapped, fingerprint, created) VALUES(?1, ?2, ?3, ?4)")
        for (id, key) in keys.rows {
            insert.bind(1, id)
            insert.bind(2, blob: key.wrapped[...])
            insert.bind(3, key.fingerprint)
            insert.bind(4, key.created)
            try insert.run()
        }
        // The triggers count what is cached as the rows are written.
        var state = found.state.filter { $0.key != "cached_bytes" && $0.key != "cached_rows" }
        state["database"] = keys.database
        let put = try connection.prepare("INSERT OR REPLACE INTO state(name, value) VALUES(?1, ?2)")
        for (name, value) in state {
            put.bind(1, name)
            put.bind(2, value)
            try put.run()
        }
    }

    private static func keys(of backup: String) throws(StoreError) -> Keys {
        let old = try Connection(path: backup, readOnly: true, busyTimeout: .seconds(1))
        var keys = Keys(rows: [:], database: try old.integer("SELECT value FROM state WHERE name = 'database'"))
        let read = try old.prepare("SELECT id, wrapped, fingerprint, created FROM seal_key")
        while try read.step() {
            keys.rows[read.integer(0)] = (Array(read.bytes(1)), read.text(2), read.integer(3))
        }
        return keys
    }
}
