/// A query's fields by name; of several with the same name the first counts.
struct QueryFields {
    private var values: [String: String] = [:]

    init(_ fields: [QueryField]) {
        for field in fields where values[field.name] == nil { values[field.name] = field.value }
    }

    /// A field's value; empty when it is absent.
    func text(_ name: String) -> String { values[name] ?? "" }

    /// A field's value; nil when it is absent or empty.
    func filled(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A switch: anything but `false` and `0` sets it; nil when it is absent.
    func flag(_ name: String) -> Bool? {
        values[name].map { value in
            let word = value.lowercased()
            return word != "false" && word != "0"
        }
    }

    /// Whether a switch is set.
    func isSet(_ name: String) -> Bool { flag(name) ?? false }

    /// A whole number of 64 bits; nil when it is absent.
    func number(_ name: String) throws(APIFailure) -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Int(value) else {
            throw .badRequest(
                "\(name): parsing \"\(SelectorBounds.shown(value))\": invalid syntax, a whole number is expected")
        }
        return number
    }
}
