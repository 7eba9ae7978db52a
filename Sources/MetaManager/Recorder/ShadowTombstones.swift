internal import MetaStore

/// The tombstones of a replay, of which the oldest are found without a walk over all.
struct ShadowTombstones {
    private struct Age: Comparable {
        let deleted: Int64
        let key: String

        static func < (left: Age, right: Age) -> Bool {
            (left.deleted, left.key) < (right.deleted, right.key)
        }
    }

    private var tombstones: [String: Tombstone] = [:]
    private var ages = SortedBlocks<Age>()

    subscript(key: String) -> Tombstone? {
        get { tombstones[key] }
        set {
            if let old = tombstones[key] { ages.remove(Age(deleted: old.deleted, key: key)) }
            tombstones[key] = newValue
            if let newValue { ages.insert(Age(deleted: newValue.deleted, key: key)) }
        }
    }

    /// Takes those out that are older.
    mutating func forget(before moment: Int64) {
        while let oldest = ages.first, oldest.deleted < moment {
            ages.remove(oldest)
            tombstones[oldest.key] = nil
        }
    }
}
