/// How Kubernetes orders the versions of a group: `v2` before `v1` before `v1beta2` before `v1alpha1` before others.
public struct VersionOrder: Hashable, Sendable, Comparable {
    /// How firm it is: 2 for `v1`, 1 for `v1beta1`, 0 for `v1alpha1`, -1 for a word of another form.
    private var firmness: Int
    private var major: Int
    private var minor: Int
    private var word: String

    /// Reads a version.
    ///
    /// - Parameter version: such as `v1beta2`; any word is taken.
    public init(_ version: String) {
        word = version
        (firmness, major, minor) = Self.parts(version) ?? (-1, 0, 0)
    }

    private static func parts(_ version: String) -> (firmness: Int, major: Int, minor: Int)? {
        guard version.utf8.first == UInt8(ascii: "v") else { return nil }
        let rest = version.dropFirst()
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard let major = number(digits) else { return nil }
        let stage = rest.dropFirst(digits.count)
        if stage.isEmpty { return (2, major, 0) }
        for (word, firmness) in [("beta", 1), ("alpha", 0)] where stage.hasPrefix(word) {
            guard let minor = number(stage.dropFirst(word.count)) else { return nil }
            return (firmness, major, minor)
        }
        return nil
    }

    /// No leading zero, no sign, at least one digit, and no more than fit.
    private static func number(_ digits: Substring) -> Int? {
        guard let first = digits.first, first != "0", digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return Int(digits)
    }

    /// The preferred version comes first.
    public static func < (left: VersionOrder, right: VersionOrder) -> Bool {
        if left.firmness != right.firmness { return left.firmness > right.firmness }
        if left.major != right.major { return left.major > right.major }
        if left.minor != right.minor { return left.minor > right.minor }
        return left.word < right.word
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
