/// How far two words are from each other.
public enum EditDistance {
    /// The number of bytes to add, drop, change or swap to get from one word to the other.
    ///
    /// - Parameters:
    ///   - first: a word.
    ///   - second: another.
    /// - Returns: the number.
    public static func between(_ first: String, _ second: String) -> Int {
        let (left, right) = (Array(first.utf8), Array(second.utf8))
        var before = [Int](repeating: 0, count: right.count + 1)
        var row = Array(0...right.count)
        for at in left.indices {
            var next = [at + 1] + [Int](repeating: 0, count: right.count)
            for other in right.indices {
                let change = row[other] + (left[at] == right[other] ? 0 : 1)
                next[other + 1] = min(change, row[other + 1] + 1, next[other] + 1)
                if at > 0, other > 0, left[at] == right[other - 1], left[at - 1] == right[other] {
                    next[other + 1] = min(next[other + 1], before[other - 1] + 1)
                }
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }

    /// The nearest of some words, when one is near enough to be meant.
    ///
    /// - Parameters:
    ///   - word: the misspelt word.
    ///   - words: the words to choose from.
    ///   - preferring: which of two equally near ones to take.
    /// - Returns: the nearest; nil when more than two fifths of the word would have to change.
    public static func nearest(
        to word: String, among words: [String], preferring: (String) -> Bool = { _ in false }
    ) -> String? {
        // A long word is no misspelling, and the comparison takes the product of the lengths.
        guard word.utf8.count <= 128 else { return nil }
        let ranked = words.map {
            (word: $0, distance: between(word.lowercased(), $0.lowercased()) * 2 - (preferring($0) ? 1 : 0))
        }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(4, word.utf8.count * 4 / 5) ? best.word : nil
    }
}
