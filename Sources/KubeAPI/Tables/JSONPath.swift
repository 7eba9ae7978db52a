import Beehive

/// The part of Kubernetes' JSONPath that columns of custom kinds use: members, elements, wildcards and filters.
///
/// `.spec.x`, `.metadata.annotations.a\.b/c`, `['a.b']`, `.list[0]`, `.list[-1]`, `.list[*].x`,
/// `.status.conditions[?(@.type=="Ready")].status`. No recursive descent, no ranges, no unions.
struct JSONPath: Hashable, Sendable {
    /// One step into a value.
    enum Step: Hashable {
        case member(String)
        /// An element; from the end when negative.
        case element(Int)
        /// Every element or member.
        case every
        /// The elements for which a comparison holds.
        case filter(JSONPathFilter)
    }

    /// The steps, from the object on.
    let steps: [Step]

    /// Longer paths, and paths of more steps, are not understood.
    static let bounds = (bytes: 1024, steps: 32)

    /// Reads a path; nil when it is not understood.
    init?(_ text: String) {
        var reader = JSONPathReader(text)
        guard text.utf8.count <= Self.bounds.bytes, let steps = reader.steps(), reader.isAtEnd else { return nil }
        self.steps = steps
    }

    init(steps: [Step]) { self.steps = steps }

    /// The first value that the path leads to; every part of the object is looked at once at most for each step.
    func first(in value: JSONValue) -> JSONValue? { Self.first(steps[...], in: value) }

    private static func first(_ steps: ArraySlice<Step>, in value: JSONValue) -> JSONValue? {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch (step, value) {
        case (.member(let key), .object): return value[key].flatMap { first(rest, in: $0) }
        case (.element(let index), .array(let elements)):
            let at = index < 0 ? elements.count + index : index
            return elements.indices.contains(at) ? first(rest, in: elements[at]) : nil
        case (.every, .array(let elements)): return firstOf(elements, rest)
        case (.every, .object(let members)): return firstOf(members.lazy.map(\.value), rest)
        case (.filter(let filter), .array(let elements)): return firstOf(elements.lazy.filter(filter.holds), rest)
        default: return nil
        }
    }

    private static func firstOf(_ values: some Sequence<JSONValue>, _ steps: ArraySlice<Step>) -> JSONValue? {
        for value in values {
            if let found = first(steps, in: value) { return found }
        }
        return nil
    }
}

/// A comparison inside of a path: `@.type=="Ready"`, or `@.x` for what has such a member.
struct JSONPathFilter: Hashable, Sendable {
    /// How two values are compared.
    enum Sign: String, CaseIterable {
        // Longer signs first: they begin like the shorter ones.
        case equal = "=="
        case notEqual = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case greater = ">"
    }

    /// Where the value stands in the element; members and elements alone.
    let path: [JSONPath.Step]
    /// What it is compared with; nil when it only has to be there.
    let comparison: Comparison?

    /// A sign with what stands behind it.
    struct Comparison: Hashable {
        let sign: Sign
        let value: JSONValue
    }

    /// Whether an element is meant.
    func holds(_ element: JSONValue) -> Bool {
        guard let found = JSONPath(steps: path).first(in: element) else { return false }
        guard let comparison else { return true }
        if let text = found.text, let other = comparison.value.text { return compare(text, other, comparison.sign) }
        if let number = Self.number(found), let other = Self.number(comparison.value) {
            return compare(number, other, comparison.sign)
        }
        switch comparison.sign {
        case .equal: return found == comparison.value
        case .notEqual: return found != comparison.value
        default: return false
        }
    }

    private func compare<Value: Comparable>(_ one: Value, _ other: Value, _ sign: Sign) -> Bool {
        switch sign {
        case .equal: one == other
        case .notEqual: one != other
        case .atMost: one <= other
        case .atLeast: one >= other
        case .less: one < other
        case .greater: one > other
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        guard case .number(let digits) = value, digits.count <= 64 else { return nil }
        return Double(String(decoding: digits, as: UTF8.self))
    }
}
