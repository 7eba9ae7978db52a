public import Beehive

/// Every setting with its value and origin, secrets masked.
public struct ConfigurationReport: Sendable, Hashable {
    /// One setting.
    public struct Row: Sendable, Hashable {
        /// The key.
        public let key: String
        /// The value in its text form; nil when unset.
        public let value: String?
        /// Who set it.
        public let origin: ConfigurationOrigin
        /// The line of the file that set it.
        public let line: Int?
        /// Whether a change applies on reload.
        public let live: Bool
    }

    /// What stands in place of a secret.
    public static let mask = "********"

    /// The settings in the order of the reference.
    public let rows: [Row]

    init(_ values: ConfigurationValues) {
        rows = ConfigurationKey.all.map { key in
            let entry = values[key.name]
            let text = entry.map { key.secret && $0.value != .text("") ? Self.mask : $0.value.text }
            return Row(
                key: key.name, value: text, origin: entry?.origin ?? .standard, line: entry?.line, live: key.live)
        }
    }

    /// The row of a key.
    package subscript(key: String) -> Row? { rows.first { $0.key == key } }

    /// A configuration file with the same effect, save masked secrets, with the origins as comments.
    public var text: String { Self.lines(json).map { $0 + "\n" }.joined() }

    /// The lines of `text`, of rows as `json` has them, which may come from a daemon.
    ///
    /// - Parameter json: the rows.
    /// - Returns: one line each.
    package static func lines(_ json: JSONValue) -> [String] {
        json.elements.map { row in
            let value = row["value"]?.text.map { " " + quoted($0) } ?? ""
            let line = row["line"]?.integer.map { " line \($0)" } ?? ""
            return "\(row["key"]?.text ?? ""):\(value)  # \(row["origin"]?.text ?? "")\(line)"
                + (row["live"] == true ? ", live" : "")
        }
    }

    /// The rows as JSON.
    public var json: JSONValue {
        .array(
            rows.map { row in
                var object: JSONValue = [
                    "key": JSONValue(text: row.key), "value": row.value.map { JSONValue(text: $0) } ?? .null,
                    "origin": JSONValue(text: row.origin.rawValue), "live": .bool(row.live),
                ]
                if let line = row.line { object["line"] = JSONValue(integer: line) }
                return object
            })
    }

    /// Lists and mappings as they are, words plain, the rest in quotes.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "-") } == true
            && text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (47...58).contains(byte) || byte == 45
                    || byte == 46 || byte == 95
            }
        if isPlain && text.last != ":" { return text }
        if let first = text.first, first == "[" || first == "{", !text.contains("\""), !text.contains("#") {
            return text
        }
        return String(decoding: JSONValue(text: text).json, as: UTF8.self)
    }
}
