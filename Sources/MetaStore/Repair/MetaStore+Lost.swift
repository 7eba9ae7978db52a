/// The keys of rows that a repair could not save: kept until a row of that key is stored, or the cloud says that it has none.
extension MetaStore {
    /// How many keys are lost.
    public var lostCount: Int { counters.lost }

    /// The lost keys, in the order of their bytes.
    ///
    /// - Parameter limit: the most keys.
    /// - Returns: the keys.
    /// - Throws: `StoreError` that names the file and the cure.
    public func lostKeys(limit: Int = .max) throws(StoreError) -> [String] {
        try connection.lostKeys(limit: limit)
    }

    /// Notes that rows are lost: their values cannot be given.
    ///
    /// - Parameters:
    ///   - keys: the keys of the rows.
    ///   - now: milliseconds since 1970.
    /// - Throws: `StoreError` that names the file and the cure.
    public func noteLost(_ keys: [String], now: Int64) throws(StoreError) {
        guard !keys.isEmpty else { return }
        try transaction(writing: true) { _ throws(StoreError) in
            let statement = try connection.prepare("INSERT OR IGNORE INTO lost(key, noted) VALUES(?1, ?2)")
            for key in keys {
                statement.bind(1, key)
                statement.bind(2, now)
                try statement.run()
                counters.lost += connection.changedRows
            }
        }
    }

    /// The cloud has said that it does not have something: it is not lost, but gone.
    ///
    /// - Parameter key: what it does not have.
    /// - Throws: `StoreError` that names the file and the cure.
    public func forgetLost(_ key: String) throws(StoreError) {
        guard counters.lost > 0 else { return }
        try transaction(writing: true) { view throws(StoreError) in try view.found(key) }
    }
}

extension StoreTransaction {
    /// A key is not lost any more; costs nothing while none is.
    func found(_ key: String) throws(StoreError) {
        guard store.counters.lost > 0 else { return }
        let statement = try statement(.lostFound)
        statement.bind(1, key)
        try statement.run()
        store.counters.lost -= store.connection.changedRows
    }
}

extension StoreReader {
    /// The keys that a repair lost and that have not come again, in the order of their bytes.
    ///
    /// - Parameter limit: the most keys.
    /// - Returns: the keys, and how many there are in all.
    /// - Throws: `StoreError` that names the file and the cure.
    public func lostKeys(limit: Int = .max) throws(StoreError) -> (keys: [String], count: Int) {
        try withConnection { connection throws(StoreError) in
            let count = Int(try connection.integer("SELECT count(*) FROM lost") ?? 0)
            return (count == 0 ? [] : try connection.lostKeys(limit: limit), count)
        }
    }
}

extension Connection {
    fileprivate func lostKeys(limit: Int) throws(StoreError) -> [String] {
        let statement = try prepare("SELECT key FROM lost ORDER BY key LIMIT ?1")
        statement.bind(1, Int64(limit))
        var keys: [String] = []
        while try statement.step() { keys.append(statement.text(0)) }
        return keys
    }
}
