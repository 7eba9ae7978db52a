/// A value from an open set: known ones are static members, unknown ones travel through unchanged.
///
/// KubeEdge's words (operations, modules, groups, resource types) are compared as constants and never
/// restricted to what this program knows, so that a newer peer's words survive a pass through it.
public protocol OpenValue: RawRepresentable, Hashable, Sendable, Comparable, ExpressibleByStringLiteral,
    CustomStringConvertible
where RawValue == String {
    /// Wraps any word.
    init(_ word: String)
}

extension OpenValue {
    /// Wraps any word; never fails.
    public init(rawValue: String) { self.init(rawValue) }

    /// Wraps a literal word.
    public init(stringLiteral value: String) { self.init(value) }

    /// The word itself.
    public var description: String { rawValue }

    /// True for the empty word, which the wire form leaves out.
    public var isEmpty: Bool { rawValue.isEmpty }

    /// Orders by the words' text.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
