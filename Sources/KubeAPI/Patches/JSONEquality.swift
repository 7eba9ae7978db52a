package import Beehive

extension JSONValue {
    /// Whether two values say the same: members in any order, escapes and digits written in any way.
    ///
    /// - Parameter other: the other value.
    /// - Returns: true when they are equal as RFC 6902 means it for its `test`.
    package func says(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)):
            return left == right || Self.number(left).map { $0 == Self.number(right) } ?? false
        case (.string(let left), .string(let right)): return left == right || text == other.text
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.says($1) }
        case (.object(let left), .object(let right)):
            // The last duplicate counts, and an index keeps objects with many members linear.
            let known = Dictionary(right.map { ($0.key, $0.value) }) { $1 }
            let mine = Dictionary(left.map { ($0.key, $0.value) }) { $1 }
            return mine.count == known.count
                && mine.allSatisfy { member in known[member.key].map { member.value.says($0) } ?? false }
        default: return false
        }
    }

    private static func number(_ digits: Bytes) -> Double? { Double(String(decoding: digits, as: UTF8.self)) }
}
