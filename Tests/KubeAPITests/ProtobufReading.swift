import Beehive

/// Reads what the program wrote in protobuf's form, for tests: fields in the order in which they came.
struct ProtobufMessage {
    /// The content of a field.
    enum Value {
        case number(UInt64)
        case bits(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// What was wrong with a message.
    struct Fault: Error {}

    let fields: [(number: Int, value: Value)]

    init(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        var fields: [(Int, Value)] = []
        func varint() throws -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: 0, to: 64, by: 7) {
                guard let byte = rest.popFirst() else { throw Fault() }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            throw Fault()
        }
        while !rest.isEmpty {
            let tag = try varint()
            switch tag & 7 {
            case 0: fields.append((Int(tag >> 3), .number(try varint())))
            case 1:
                guard rest.count >= 8 else { throw Fault() }
                fields.append((Int(tag >> 3), .bits(rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })))
                rest = rest.dropFirst(8)
            case 2:
                let count = Int(try varint())
                guard rest.count >= count else { throw Fault() }
                fields.append((Int(tag >> 3), .bytes(rest.prefix(count))))
                rest = rest.dropFirst(count)
            default: throw Fault()
            }
        }
        self.fields = fields
    }

    func texts(_ number: Int) -> [String] {
        contents(number).map { String(decoding: $0, as: UTF8.self) }
    }

    func messages(_ number: Int) throws -> [ProtobufMessage] { try contents(number).map(ProtobufMessage.init) }

    private func contents(_ number: Int) -> [ArraySlice<UInt8>] {
        fields.compactMap { field in
            guard field.number == number, case .bytes(let bytes) = field.value else { return nil }
            return bytes
        }
    }

    /// The entries of a map.
    func entries(_ number: Int) throws -> [(name: String, value: ProtobufMessage)] {
        try messages(number).map { entry in
            guard let name = entry.texts(1).first, let value = try entry.messages(2).first else { throw Fault() }
            return (name, value)
        }
    }

    /// The message as a schema of OpenAPI 2.
    func schema() throws -> JSONValue {
        var schema: JSONValue = [:]
        for (number, key) in [(1, "$ref"), (2, "format"), (3, "title"), (4, "description"), (13, "pattern")] {
            if let text = texts(number).first { schema[key] = JSONValue(text: text) }
        }
        for field in fields {
            guard case .number(let number) = field.value else { continue }
            let keys = [11: "maxLength", 12: "minLength", 14: "maxItems", 15: "minItems"]
            if let key = keys[field.number] { schema[key] = JSONValue(integer: number) }
        }
        for field in fields {
            guard case .bits(let bits) = field.value else { continue }
            let keys = [6: "multipleOf", 7: "maximum", 9: "minimum"]
            if let key = keys[field.number] { schema[key] = JSONValue(integer: Int(Double(bitPattern: bits))) }
        }
        if !texts(19).isEmpty { schema["required"] = .array(texts(19).map { JSONValue(text: $0) }) }
        let choices = try messages(20).compactMap { try $0.yaml }
        if !choices.isEmpty { schema["enum"] = .array(choices) }
        if let item = try messages(21).first {
            schema["additionalProperties"] = try item.messages(1).first?.schema() ?? true
        }
        if let type = try messages(22).first?.texts(1).first { schema["type"] = JSONValue(text: type) }
        if let items = try messages(23).first?.messages(1).first { schema["items"] = try items.schema() }
        if let properties = try messages(25).first {
            schema["properties"] = .object(try properties.entries(1).map { JSONMember($0.name, try $0.value.schema()) })
        }
        for (name, value) in try entries(31) { schema[name] = try value.yaml }
        return schema
    }

    /// The message as any value.
    var yaml: JSONValue? {
        get throws { try texts(2).first.map { try JSONValue(parsing: ArraySlice($0.utf8)) } }
    }
}
