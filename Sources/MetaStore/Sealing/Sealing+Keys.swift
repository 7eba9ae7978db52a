internal import Beehive

/// The data keys as they stand in a file.
extension Sealing {
    /// A data key that is still wrapped.
    struct WrappedKey {
        var id: UInt32
        var bytes: Bytes
        var fingerprint: String
    }

    static func wrappedKeys(in connection: Connection) throws(StoreError) -> [WrappedKey] {
        let statement = try connection.prepare("SELECT id, wrapped, fingerprint FROM seal_key ORDER BY id")
        var keys: [WrappedKey] = []
        while try statement.step() {
            guard let id = UInt32(exactly: statement.integer(0)) else { continue }
            keys.append(WrappedKey(id: id, bytes: statement.bytes(1), fingerprint: statement.text(2)))
        }
        return keys
    }

    /// Unwraps the data keys of a file; what is wrong is noted here.
    ///
    /// - Returns: false when the file has none yet.
    @discardableResult
    func load(from connection: Connection) -> Bool {
        do throws(StoreError) {
            let rows = try Self.wrappedKeys(in: connection)
            guard let newest = rows.last else { return false }
            let source = source
            // Never made here: another key would open nothing of what is sealed.
            let outer = try source.load(making: false)
            let database = try connection.integer("SELECT value FROM state WHERE name = 'database'") ?? 0
            let keys = rows.compactMap { DataKey(id: $0.id, wrapped: $0.bytes, by: outer, database: database) }
            guard keys.contains(where: { $0.id == newest.id }) else {
                let cause =
                    outer.fingerprint == newest.fingerprint
                    ? "\(source.name) is the right one, and the wrapped key in the database was changed"
                    : "\(source.name) is another key (\(outer.fingerprint)) than the database wants "
                        + "(\(newest.fingerprint))"
                throw StoreError(.keyMissing, "\(cause); put the right key in its place, or restore the database")
            }
            use(keys, outer: outer, database: database)
            if keys.count < rows.count { notice("an older data key in the database does not open") }
        } catch {
            lock(because: error.description)
        }
        return true
    }
}
