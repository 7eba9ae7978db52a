import Beehive

/// The rows of custom kinds, by the columns that their definitions ask for.
enum CustomRows {
    /// More columns are not shown: a definition is a stranger's.
    static let most = 64

    /// The name, and a column for each that is asked for.
    static func printer(_ columns: [PrinterColumn]) -> RowPrinter {
        let columns = columns.prefix(most)
        let paths = columns.map { (type: $0.type, path: JSONPath($0.jsonPath)) }
        let heads = columns.map { column in
            TableColumn(
                name: column.name, type: column.type, format: column.format,
                description: column.description.isEmpty
                    ? "Custom resource definition column (in JSONPath format): \(column.jsonPath)" : column.description,
                priority: column.priority)
        }
        return RowPrinter([.name] + heads) { object in
            [object.name]
                + paths.map { column in
                    guard let path = column.path, let value = object.object.value.flatMap({ path.first(in: $0) }) else {
                        return .null
                    }
                    return cell(value, type: column.type, object)
                }
        }
    }

    /// A value as its column's type wants it; null when it is of another type.
    private static func cell(_ value: JSONValue, type: String, _ object: PrintedObject) -> JSONValue {
        switch (type, value) {
        case ("string", .string), ("number", .number), ("boolean", .bool), (_, .null): value
        case ("string", _): JSONValue(text: String(decoding: value.json, as: UTF8.self))
        case ("integer", .number): whole(value)
        case ("date", .string): object.text(HumanAge.since(ObjectView(value), now: object.now))
        default: .null
        }
    }

    /// A number without its fraction.
    private static func whole(_ value: JSONValue) -> JSONValue {
        guard value.integer == nil, case .number(let digits) = value else { return value }
        guard digits.count <= 64, let number = Double(String(decoding: digits, as: UTF8.self)), abs(number) < 9e18
        else {
            return .null
        }
        return JSONValue(integer: Int(number))
    }
}
