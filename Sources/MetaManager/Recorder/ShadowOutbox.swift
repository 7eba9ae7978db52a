internal import MetaStore

/// The outbox of a replay, found by place, by id and by key without a walk over all.
struct ShadowOutbox {
    private var entries: [Int64: OutboxEntry] = [:]
    private var places = SortedBlocks<Int64>()
    private var placesByID: [String: SortedBlocks<Int64>] = [:]
    private var placesByKey: [String: SortedBlocks<Int64>] = [:]

    subscript(place: Int64) -> OutboxEntry? { entries[place] }

    /// The first entry with an id.
    func first(id: String) -> OutboxEntry? { placesByID[id]?.first.flatMap { entries[$0] } }

    /// The first entries about a thing.
    func entries(about key: String, limit: Int) -> [OutboxEntry] {
        guard !key.isEmpty, let places = placesByKey[key] else { return [] }
        return entries(at: places, from: .min, limit: limit) { _ in true }
    }

    /// The next entries of a lane.
    func entries(of lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        let first = max(place, lane.places.lowerBound - 2)
        guard first < lane.places.upperBound else { return [] }
        return entries(at: places, from: first + 1, limit: limit) { $0 < lane.places.upperBound }
    }

    private func entries(
        at places: SortedBlocks<Int64>, from first: Int64, limit: Int, while isWanted: (Int64) -> Bool
    ) -> [OutboxEntry] {
        var count = 0
        return places.elements(from: first) { place in
            count += 1
            return count <= limit && isWanted(place)
        }.compactMap { entries[$0] }
    }

    /// Puts an entry in its place, which is free.
    mutating func add(_ entry: OutboxEntry) {
        remove(entry.place)
        entries[entry.place] = entry
        places.insert(entry.place)
        placesByID[entry.id, default: SortedBlocks()].insert(entry.place)
        if !entry.key.isEmpty { placesByKey[entry.key, default: SortedBlocks()].insert(entry.place) }
    }

    /// Takes an entry out.
    @discardableResult
    mutating func remove(_ place: Int64) -> OutboxEntry? {
        guard let entry = entries.removeValue(forKey: place) else { return nil }
        places.remove(place)
        Self.remove(place, of: entry.id, from: &placesByID)
        Self.remove(place, of: entry.key, from: &placesByKey)
        return entry
    }

    private static func remove(_ place: Int64, of name: String, from index: inout [String: SortedBlocks<Int64>]) {
        index[name]?.remove(place)
        if index[name]?.first == nil { index[name] = nil }
    }
}
