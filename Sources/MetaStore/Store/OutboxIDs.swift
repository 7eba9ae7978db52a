/// The ids in the outbox, as hashes that are counted: most answers of the cloud belong to entries that have ended or never
/// were one, and are told from the others without a walk through the table.
///
/// An index would cost every entry a second tree to write; this costs it a few nanoseconds once the first such answer
/// has come. A hash that two ids share makes the table be asked, no more.
struct OutboxIDs {
    private var counts: [Int: Int32] = [:]
    /// Ids of entries that were rewritten since: they are here still, and only cost a walk.
    private(set) var leftovers = 0

    mutating func add(_ id: String) { counts[id.hashValue, default: 0] += 1 }

    mutating func remove(_ id: String) {
        guard let index = counts.index(forKey: id.hashValue) else { return }
        if counts.values[index] > 1 { counts.values[index] -= 1 } else { counts.remove(at: index) }
    }

    mutating func rewrite(to id: String) {
        add(id)
        leftovers += 1
    }

    /// False when no entry has this id.
    func mayHold(_ id: String) -> Bool { counts[id.hashValue] != nil }
}

extension StoreTransaction {
    /// False when no entry has this id; reads all ids once, when first asked.
    func mayHold(_ id: String) throws(StoreError) -> Bool {
        // A reader does not follow what comes and goes.
        guard store.isWriter else { return true }
        if let known = store.outboxIDs, known.leftovers < 1000 { return known.mayHold(id) }
        var ids = OutboxIDs()
        let statement = try statement(.outboxIDs)
        while try statement.step() { ids.add(statement.text(0)) }
        store.outboxIDs = ids
        return ids.mayHold(id)
    }
}
