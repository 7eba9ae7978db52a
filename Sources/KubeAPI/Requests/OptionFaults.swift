import Beehive

/// What is wrong with the options of a request: each fault names its field; together they are one 422.
struct OptionFaults {
    private var causes: [JSONValue] = []
    private var lines: [String] = []

    /// Notes a field that may not be given here.
    mutating func forbid(_ field: String, _ why: String) {
        add(field, reason: "FieldValueForbidden", "Forbidden: \(why)")
    }

    /// Notes a value that is none of a few.
    mutating func unsupported(_ field: String, _ value: String, supported: [String]) {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        add(
            field, reason: "FieldValueNotSupported",
            "Unsupported value: \"\(SelectorBounds.shown(value))\": supported values: \(list)")
    }

    /// Notes a value that cannot be.
    mutating func invalid(_ field: String, _ value: String, _ why: String) {
        add(field, reason: "FieldValueInvalid", "Invalid value: \"\(SelectorBounds.shown(value))\": \(why)")
    }

    private mutating func add(_ field: String, reason: String, _ message: String) {
        lines.append("\(field): \(message)")
        causes.append([
            "reason": JSONValue(text: reason), "message": JSONValue(text: message), "field": JSONValue(text: field),
        ])
    }

    /// Throws what was noted, if anything was.
    func check(_ kind: String) throws(APIFailure) {
        guard !lines.isEmpty else { return }
        let all = lines.count == 1 ? lines[0] : "[\(lines.joined(separator: ", "))]"
        throw APIFailure(
            422, reason: "Invalid", "\(kind).meta.k8s.io \"\" is invalid: \(all)",
            details: ["group": "meta.k8s.io", "kind": JSONValue(text: kind), "causes": .array(causes)])
    }
}
