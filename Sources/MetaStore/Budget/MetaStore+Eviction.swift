internal import Beehive

/// The budget of what is merely cached: answers of queries, which can be asked for again.
extension MetaStore {
    /// The most rows that one transaction evicts beside its own work.
    static var evictionLimit: Int { 256 }

    /// How many rows are merely cached, and the bytes of their keys and values.
    public func cached() throws(StoreError) -> (rows: Int64, bytes: Int64) {
        (try state("cached_rows") ?? 0, try state("cached_bytes") ?? 0)
    }

    /// How many rows were evicted since the store was opened.
    public var evictedRows: Int { upkeep.evictedRows }

    /// The keys of rows that were evicted, once.
    public func takeEvictedKeys() -> [String] {
        defer { upkeep.evictedKeys = [] }
        return upkeep.evictedKeys
    }

    /// Holds the budget inside a transaction that cached something; others pay a comparison for it.
    func keepBudget() throws(StoreError) {
        guard mayExceedBudget else { return }
        mayExceedBudget = try evict(limit: Self.evictionLimit)
    }

    /// Evicts the oldest cached rows, as long as they are over the budget.
    ///
    /// Without a tombstone, and with a line in the feed that is no deletion: in the cluster nothing happened.
    ///
    /// - Parameter limit: the most rows.
    /// - Returns: true when more have to go.
    /// - Throws: `StoreError` that names the file and the cure.
    func evict(limit: Int) throws(StoreError) -> Bool {
        var bytes = counters.cachedBytes
        guard bytes > cacheBudget else { return false }
        let oldest = try statements[.cachedOldest]
        oldest.bind(1, Int64(limit))
        var rows: [(id: Int64, key: String, size: Int64)] = []
        while bytes > cacheBudget, try oldest.step() {
            let size = oldest.integer(2)
            rows.append((oldest.integer(0), oldest.text(1), size))
            bytes -= size
        }
        oldest.reset()
        guard !rows.isEmpty else {
            // Somebody wrote the counts without the rows: nothing is cached.
            (counters.cachedRows, counters.cachedBytes) = (0, 0)
            return false
        }
        for row in rows {
            try evict(row.id)
            uncountCached(size: row.size)
        }
        upkeep.noteEvicted(rows.map(\.key))
        return bytes > cacheBudget
    }

    private func evict(_ row: Int64) throws(StoreError) {
        counters.revision += 1
        let feed = try statements[.feedEvict]
        feed.bind(1, counters.revision)
        feed.bind(2, row)
        try feed.run()
        let delete = try statements[.delete]
        delete.bind(1, row)
        try delete.run()
        counters.rows -= 1
    }
}
