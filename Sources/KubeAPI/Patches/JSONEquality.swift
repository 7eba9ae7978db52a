package import Beehive

extension JSONValue {
    /// Whether two values say the same: members in any order, escapes and digits written in any way.
    ///
    /// - Parameter other: the other value.
    /// - Returns: true when they are equal as RFC 6902 means it for its `test`.
    package func says(_ other: JSONValue) -> Bool {
        var comparison = JSONComparison(budget: .max)
        return comparison.isSame(self, other)
    }
}

/// A comparison of two values that may cost so much and no more.
struct JSONComparison {
    /// What may still be spent, in units of about a nanosecond; below 0 the comparison was given up.
    private(set) var budget: Int

    /// What a member costs that is put into an index.
    private static let memberCost = 100
    /// What each other value costs.
    private static let valueCost = 8

    private mutating func spend(_ units: Int) -> Bool {
        budget = budget.subtractingReportingOverflow(units).partialValue
        return budget >= 0
    }

    /// Whether two values say the same; false as well when the budget is spent.
    mutating func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard budget >= 0, spend(Self.valueCost) else { return false }
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)):
            return spend(left.count + right.count) && (left == right || JSONDecimal.areSame(left, right))
        case (.string(let left), .string(let right)):
            guard spend(left.count + right.count) else { return false }
            // By bytes: texts that only look the same, such as é in one character or in two, are two texts.
            return left == right || JSONText.unescape(left) == JSONText.unescape(right)
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) { guard isSame(left, right) else { return false } }
            return true
        case (.object(let left), .object(let right)):
            // An index keeps objects with many members linear.
            guard let mine = index(left), let theirs = index(right), mine.count == theirs.count else { return false }
            for (key, value) in mine { guard let other = theirs[key], isSame(value, other) else { return false } }
            return true
        default: return false
        }
    }

    /// Members by their keys, of which the last duplicate counts; nil when that costs too much.
    private mutating func index(_ members: [JSONMember]) -> [KeyBytes: JSONValue]? {
        guard spend(members.count * Self.memberCost) else { return nil }
        var index: [KeyBytes: JSONValue] = [:]
        index.reserveCapacity(members.count)
        for member in members {
            guard spend(member.key.utf8.count) else { return nil }
            index[KeyBytes(text: member.key)] = member.value
        }
        return index
    }
}

/// A key that is equal to another when its bytes are: texts of Swift are equal already when they look the same.
struct KeyBytes: Hashable {
    let text: String

    static func == (left: KeyBytes, right: KeyBytes) -> Bool { areSame(left.text, right.text) }

    static func areSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }

    func hash(into hasher: inout Hasher) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: .init($0)) }
        if done == nil { for byte in text.utf8 { hasher.combine(byte) } }
    }
}
