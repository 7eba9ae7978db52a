internal import Beehive

/// A document of OpenAPI 2 in protobuf's form, as older clients ask for it: the message `openapi.v2.Document`.
enum OpenAPIv2Protobuf {
    /// The document; members that neither this program nor a definition's schema needs have no form here.
    static func document(_ document: JSONValue) -> Bytes {
        var writer = ProtobufWriter()
        writer.text(1, document["swagger"]?.text)
        writer.message(2) { info in
            info.text(1, document["info"]?["title"]?.text)
            info.text(2, document["info"]?["version"]?.text)
        }
        writer.message(8) { paths in
            for path in document["paths"]?.members ?? [] { named(2, path, in: &paths, item) }
        }
        writer.message(9) { definitions in
            for definition in document["definitions"]?.members ?? [] { named(1, definition, in: &definitions, schema) }
        }
        return writer.bytes[...]
    }

    /// An entry of a map: its name, and its value as a message.
    private static func named(
        _ field: Int, _ member: JSONMember, in writer: inout ProtobufWriter,
        _ write: (JSONValue, inout ProtobufWriter) -> Void
    ) {
        writer.message(field) { entry in
            entry.text(1, member.key)
            entry.message(2) { write(member.value, &$0) }
        }
    }

    private static func item(_ item: JSONValue, in writer: inout ProtobufWriter) {
        for (field, method) in [(2, "get"), (4, "post"), (8, "patch")] {
            if let value = item[method] { writer.message(field) { operation(value, in: &$0) } }
        }
    }

    private static func operation(_ operation: JSONValue, in writer: inout ProtobufWriter) {
        for type in operation["consumes"]?.texts ?? [] { writer.text(7, type) }
        for parameter in operation["parameters"]?.elements ?? [] {
            // An item is a parameter, which is not the body but stands in the query.
            writer.message(8) { $0.message(1) { $0.message(2) { $0.message(3) { query(parameter, in: &$0) } } } }
        }
        writer.message(9) { responses in
            for response in operation["responses"]?.members ?? [] {
                named(1, response, in: &responses) { value, writer in
                    writer.message(1) { $0.text(1, value["description"]?.text) }
                }
            }
        }
        extensions(13, of: operation, in: &writer)
    }

    private static func query(_ parameter: JSONValue, in writer: inout ProtobufWriter) {
        writer.text(2, parameter["in"]?.text)
        writer.text(3, parameter["description"]?.text)
        writer.text(4, parameter["name"]?.text)
        writer.text(6, parameter["type"]?.text)
    }

    /// Recursion is bounded by the depth that `CustomSchema` leaves.
    private static func schema(_ schema: JSONValue, in writer: inout ProtobufWriter) {
        for member in schema.members {
            let value = member.value
            switch member.key {
            case "$ref": writer.text(1, value.text)
            case "format": writer.text(2, value.text)
            case "title": writer.text(3, value.text)
            case "description": writer.text(4, value.text)
            case "default": writer.message(5) { any(value, in: &$0) }
            case "multipleOf": writer.double(6, value.number)
            case "maximum": writer.double(7, value.number)
            case "exclusiveMaximum": writer.bool(8, value == .bool(true))
            case "minimum": writer.double(9, value.number)
            case "exclusiveMinimum": writer.bool(10, value == .bool(true))
            case "maxLength": writer.integer(11, value.integer)
            case "minLength": writer.integer(12, value.integer)
            case "pattern": writer.text(13, value.text)
            case "maxItems": writer.integer(14, value.integer)
            case "minItems": writer.integer(15, value.integer)
            case "uniqueItems": writer.bool(16, value == .bool(true))
            case "maxProperties": writer.integer(17, value.integer)
            case "minProperties": writer.integer(18, value.integer)
            case "required": for name in value.texts { writer.text(19, name) }
            case "enum": for choice in value.elements { writer.message(20) { any(choice, in: &$0) } }
            case "additionalProperties":
                writer.message(21) { item in
                    if case .bool(let allowed) = value {
                        item.bool(2, allowed)
                    } else {
                        item.message(1) { self.schema(value, in: &$0) }
                    }
                }
            case "type": writer.message(22) { $0.text(1, value.text) }
            case "items": writer.message(23) { $0.message(1) { self.schema(value, in: &$0) } }
            case "properties":
                writer.message(25) { properties in
                    for property in value.members { named(1, property, in: &properties, self.schema) }
                }
            case "example": writer.message(29) { any(value, in: &$0) }
            default: break
            }
        }
        extensions(31, of: schema, in: &writer)
    }

    private static func extensions(_ field: Int, of value: JSONValue, in writer: inout ProtobufWriter) {
        for member in value.members where member.key.hasPrefix("x-") { named(field, member, in: &writer, any) }
    }

    /// Any value stands as YAML, and JSON is YAML.
    private static func any(_ value: JSONValue, in writer: inout ProtobufWriter) {
        writer.text(2, String(decoding: value.json, as: UTF8.self))
    }
}

extension JSONValue {
    /// The number; nil for anything else.
    fileprivate var number: Double? {
        guard case .number(let digits) = self else { return nil }
        return Double(String(decoding: digits, as: UTF8.self))
    }
}
