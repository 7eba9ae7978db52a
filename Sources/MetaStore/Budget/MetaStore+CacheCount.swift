internal import Beehive

/// The writer's own count of what is merely cached (`CacheCount`).
extension MetaStore {
    /// A row becomes, or is written as, a cached one.
    func countCached(key: String, value: Bytes) {
        counters.cachedRows += 1
        counters.cachedBytes += Int64(key.utf8.count + value.count)
    }

    /// A row is replaced or goes: what it counted for is taken off.
    func uncountCached(_ row: Int64) throws(StoreError) {
        guard counters.cachedRows > 0 else { return }
        let statement = try statements[.cachedSize]
        statement.bind(1, row)
        guard try statement.step() else { return }
        defer { statement.reset() }
        uncountCached(size: statement.integer(0))
    }

    /// A cached row of a known size goes.
    func uncountCached(size: Int64) {
        counters.cachedRows = max(0, counters.cachedRows - 1)
        counters.cachedBytes = max(0, counters.cachedBytes - size)
    }

    /// Writes the numbers when they have changed.
    func noteCached(since before: Counters) throws(StoreError) {
        guard (counters.cachedRows, counters.cachedBytes) != (before.cachedRows, before.cachedBytes) else { return }
        let view = StoreTransaction(store: self)
        try view.put(state: "cached_rows", counters.cachedRows)
        try view.put(state: "cached_bytes", counters.cachedBytes)
    }

    /// Does work on rows, inside a transaction, that the triggers have to count.
    func withTriggers<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        connection.fireTriggers(true)
        defer { connection.fireTriggers(false) }
        let result = try body()
        (counters.cachedRows, counters.cachedBytes) = try cached()
        return result
    }
}
