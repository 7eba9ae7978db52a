/// The fields of a message: what number each has in protobuf, and what it is in JSON.
struct ProtobufSchema: Sendable {
    /// A field.
    struct Field: Sendable {
        var number: Int
        var name: String
        var type: FieldType
        var shape: Shape
        /// Whether the field is written when it is empty: it then means something else than its absence.
        var isKept: Bool
    }

    /// How often a field stands.
    enum Shape: Sendable { case one, list, map }

    /// What a field holds.
    enum FieldType: Sendable, Hashable {
        case text, int, bool, bytes
        /// A message of seconds and nanoseconds; text of RFC 3339 in JSON.
        case time, microTime
        /// A message of a number or a text.
        case intOrText
        /// A message of bytes that are JSON.
        case json
        case message(String)
    }

    let fields: [Field]

    /// By the message's name.
    static let all = read(text)

    /// The message of a kind; nil when the kind is none that is read.
    static func named(apiVersion: String, kind: String) -> String? {
        // Options go with the version of the group that they are sent to.
        if kind == "DeleteOptions" { return kind }
        return roots["\(apiVersion) \(kind)"]
    }

    private static let roots: [String: String] = {
        var roots: [String: String] = [:]
        for line in kinds.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            for word in words.dropFirst() {
                // What has one name in two groups is two messages.
                let parts = word.split(separator: "=").map(String.init)
                if let kind = parts.first, let message = parts.last { roots["\(words[0]) \(kind)"] = message }
            }
        }
        return roots
    }()

    /// A line a message: its name, then `number:field:type`, `?` for those that are kept, `[]` lists, `{}` maps.
    private static func read(_ text: String) -> [String: ProtobufSchema] {
        var schemas: [String: ProtobufSchema] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let fields = words.dropFirst().compactMap { word -> Field? in
                let parts = word.split(separator: ":").map(String.init)
                guard parts.count == 3, let number = Int(parts[0]), let first = parts[2].first else { return nil }
                let shape: Shape = first == "[" ? .list : first == "{" ? .map : .one
                let type = parts[2].filter { !"[]{}?".contains($0) }
                return Field(
                    number: number, name: parts[1], type: Self.type(type), shape: shape,
                    isKept: parts[2].hasSuffix("?"))
            }
            if let name = words.first { schemas[name] = ProtobufSchema(fields: fields) }
        }
        return schemas
    }

    private static func type(_ word: String) -> FieldType {
        switch word {
        case "text": .text
        case "int": .int
        case "bool": .bool
        case "bytes": .bytes
        case "time": .time
        case "micro": .microTime
        case "intOrText": .intOrText
        case "json": .json
        default: .message(word)
        }
    }
}
