internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What the planner knows of pending writes without asking the store.
struct PendingLedger {
    /// Entries that were queued by this process and never sent: these can still be changed.
    ///
    /// Of one that was sent on an earlier connection nobody knows whether the cloud has done it.
    var fresh: Set<String> = []
    /// How large each row is, by its key; nil until they are counted.
    private(set) var sizes: [String: Int]?
    private var bytes = 0

    var count: Int { sizes?.count ?? 0 }
    var byteCount: Int { bytes }

    /// Counts what is stored, once.
    mutating func count(in view: some StoreReading) throws(StoreError) {
        guard sizes == nil else { return }
        var known: [String: Int] = [:]
        for row in try view.objects(ofType: PendingWrite.type) { known[row.key] = row.value.count }
        sizes = known
        bytes = known.values.reduce(0, +)
    }

    /// Puts back what was counted before.
    mutating func restore(_ known: [String: Int]?) {
        sizes = known
        bytes = known?.values.reduce(0, +) ?? 0
    }

    mutating func note(_ key: String, size: Int) {
        guard sizes != nil else { return }
        bytes += size - (sizes?[key] ?? 0)
        sizes?[key] = size
    }

    mutating func forget(_ key: String) {
        if let size = sizes?.removeValue(forKey: key) { bytes -= size }
    }

    func size(_ key: String) -> Int { sizes?[key] ?? 0 }
}
