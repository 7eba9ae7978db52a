/// The value of a setting.
public enum ConfigurationValue: Sendable, Hashable {
    /// A length of time.
    case duration(Duration)
    /// Bytes.
    case size(Int)
    /// A whole number.
    case integer(Int)
    /// Yes or no.
    case boolean(Bool)
    /// A text.
    case text(String)
    /// Texts in their order.
    case list([String])
    /// Texts by name.
    case map([String: String])
    /// The permissions of a file.
    case mode(UInt32)
    /// How much of the change feed is kept.
    case window(FeedWindow)

    /// The text form; reading it again gives the same value.
    public var text: String {
        switch self {
        case .duration(let duration): DurationText.print(duration)
        case .size(let bytes): SizeText.print(bytes)
        case .integer(let number): "\(number)"
        case .boolean(let bool): bool ? "true" : "false"
        case .text(let text): text
        case .list(let words): "[\(words.joined(separator: ", "))]"
        case .map(let map):
            "{\(map.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        case .mode(let bits): "0" + String(bits, radix: 8)
        case .window(let window): "\(DurationText.print(window.age)) or \(window.changes) changes"
        }
    }
}

/// How much of the change feed is kept: whichever of the two keeps more.
public struct FeedWindow: Sendable, Hashable {
    /// Changes younger than this stay.
    public var age: Duration
    /// This many newest changes stay.
    public var changes: Int

    /// Makes a window.
    ///
    /// - Parameters:
    ///   - age: changes younger than this stay.
    ///   - changes: this many newest changes stay.
    public init(age: Duration = .seconds(3600), changes: Int = 10_000) {
        self.age = age
        self.changes = changes
    }
}
