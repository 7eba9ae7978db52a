internal import Beehive

/// Finds keys that hold a text, and keeps the first of them by name; holds no more than its bounds.
struct ConsoleSearch {
    /// How many keys are shown.
    static let shown = 200
    /// How many are held before those that are not shown are let go.
    private static let held = 4096
    /// How much of a key is looked at.
    private static let keyLimit = 1024

    /// How many keys hold the text.
    private(set) var matches = 0
    private let wanted: [UInt8]
    private var keys: [String] = []

    /// Prepares a search.
    ///
    /// - Parameter text: looked for without regard to case, in ASCII; empty: all.
    init(_ text: String) { wanted = text.utf8.prefix(100).map(Self.lower) }

    /// The first keys that were found, by name.
    var found: [String] { Array(keys.sorted().prefix(Self.shown)) }

    /// Looks at a key.
    mutating func look(at key: String) {
        guard wanted.isEmpty || holds(key) else { return }
        matches += 1
        keys.append(key)
        if keys.count == Self.held { keys = found }
    }

    private func holds(_ key: String) -> Bool {
        let bytes = key.utf8.prefix(Self.keyLimit).map(Self.lower)
        guard bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == wanted[0] {
            if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}
