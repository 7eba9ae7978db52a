internal import Beehive
internal import MetaStore

/// The rows of a replay, found by key, by the beginning of a key, by type and by number without a walk over all.
struct ShadowRows {
    /// A key, ordered as the store orders keys: by bytes.
    private struct Key: Comparable {
        let text: String

        static func < (left: Key, right: Key) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }
    }

    private var rows: [String: StoredObject] = [:]
    private var keys = SortedBlocks<Key>()
    private var keysByNumber: [Int64: String] = [:]
    private var numbersByType: [ResourceType: SortedBlocks<Int64>] = [:]
    private var nextNumber: Int64 = 1

    subscript(key: String) -> StoredObject? { rows[key] }

    /// The number of a row, or of a new one.
    func number(_ key: String) -> Int64 { rows[key]?.head.rowID ?? nextNumber }

    /// The key of a row.
    func key(_ number: Int64) -> String? { keysByNumber[number] }

    /// Puts a row, whose number is that of its key.
    mutating func put(_ row: StoredObject) {
        let number = row.head.rowID
        if let old = rows.updateValue(row, forKey: row.key) {
            if old.type != row.type { numbersByType[old.type]?.remove(number) }
        } else {
            nextNumber += 1
            keys.insert(Key(text: row.key))
            keysByNumber[number] = row.key
        }
        numbersByType[row.type, default: SortedBlocks()].insert(number)
    }

    /// Changes the head of a row.
    mutating func change(_ number: Int64, _ change: (inout ObjectHead) -> Void) {
        guard let key = keysByNumber[number], var row = rows[key] else { return }
        change(&row.head)
        rows[key] = row
    }

    /// Takes a row out.
    @discardableResult
    mutating func remove(_ key: String) -> StoredObject? {
        guard let old = rows.removeValue(forKey: key) else { return nil }
        keys.remove(Key(text: key))
        keysByNumber[old.head.rowID] = nil
        numbersByType[old.type]?.remove(old.head.rowID)
        return old
    }

    /// Takes all out; numbers go on.
    mutating func removeAll() {
        var empty = ShadowRows()
        empty.nextNumber = nextNumber
        self = empty
    }

    /// The first rows of a type, in the order they came.
    func rows(ofType type: ResourceType, limit: Int) -> [StoredObject] {
        var count = 0
        let numbers = numbersByType[type]?.elements(from: 0) { _ in
            count += 1
            return count <= limit
        }
        return (numbers ?? []).compactMap { number in keysByNumber[number].flatMap { rows[$0] } }
    }

    /// The first keys that start with a text.
    func keys(startingWith prefix: String, limit: Int) -> [String] {
        var count = 0
        return keys.elements(from: Key(text: prefix)) { key in
            count += 1
            return count <= limit && key.text.utf8.starts(with: prefix.utf8)
        }.map(\.text)
    }
}
