internal import Beehive

/// Writes types as OpenAPI's schemas, in the words of one of its two versions.
struct SchemaWriter {
    /// Which version of OpenAPI.
    enum Style {
        case v2
        case v3
    }

    let style: Style
    let library: SchemaLibrary

    /// The schema of a type.
    func schema(of type: SchemaType) -> JSONValue {
        var schema: JSONValue = ["description": JSONValue(text: type.description)]
        if let value = type.value {
            add(value, to: &schema)
            return schema
        }
        var fields = type.fields.map { ($0.name, self.schema(of: $0)) }
        if type.kind != nil { fields += common() }
        let required = type.fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema["required"] = .texts(required) }
        schema["type"] = "object"
        if !fields.isEmpty {
            schema["properties"] = .object(fields.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, $0.1) })
        }
        if let kind = type.kind {
            schema[Self.kindMark] = [Self.kind(group: kind.group, version: kind.version, kind: type.shortName)]
        }
        return schema
    }

    /// What every kind has.
    func common() -> [(String, JSONValue)] {
        [
            (
                "apiVersion",
                ["description": "Group and version in which the object is written.", "type": "string"]
            ), ("kind", ["description": "What the object is.", "type": "string"]),
            ("metadata", reference(SchemaLibrary.metadata, description: "Name, labels and the like.")),
        ]
    }

    /// The extension by which clients find the schema of a kind.
    static let kindMark = "x-kubernetes-group-version-kind"

    /// The value of that extension.
    static func kind(group: String, version: String, kind: String) -> JSONValue {
        ["group": JSONValue(text: group), "kind": JSONValue(text: kind), "version": JSONValue(text: version)]
    }

    /// A kind of which only the name is known: anything may stand in it.
    func open(_ kind: KubeKind) -> JSONValue {
        var schema: JSONValue = ["type": "object"]
        if style == .v3 {
            schema["description"] = "How objects of this kind look is not known here: anything may stand in them."
            schema["properties"] = .object(common().map { JSONMember($0.0, $0.1) })
        }
        schema["x-kubernetes-preserve-unknown-fields"] = true
        schema[Self.kindMark] = [
            Self.kind(group: kind.resource.group, version: kind.resource.version, kind: kind.kind)
        ]
        return schema
    }

    /// A reference; OpenAPI 3 lets nothing stand beside one, so that it is wrapped there.
    func reference(_ name: String, description: String) -> JSONValue {
        let target: JSONValue = [
            "$ref": JSONValue(text: (style == .v2 ? "#/definitions/" : "#/components/schemas/") + name)
        ]
        if description.isEmpty { return target }
        var schema: JSONValue = ["description": JSONValue(text: description)]
        if style == .v2 { schema["$ref"] = target["$ref"] } else { schema["allOf"] = [target] }
        return schema
    }

    private func schema(of field: SchemaType.Field) -> JSONValue {
        var schema: JSONValue
        if case .named(let name) = field.shape {
            schema = reference(name, description: field.description)
        } else {
            schema = ["description": JSONValue(text: field.description)]
            add(field.shape, to: &schema)
        }
        if !field.patchKey.isEmpty { schema["x-kubernetes-patch-merge-key"] = JSONValue(text: field.patchKey) }
        if !field.patchStrategy.isEmpty { schema["x-kubernetes-patch-strategy"] = JSONValue(text: field.patchStrategy) }
        return schema
    }

    private func add(_ shape: SchemaType.Shape, to schema: inout JSONValue) {
        switch shape {
        case .any: break
        case .plain(let type, let format):
            schema["type"] = JSONValue(text: type)
            if !format.isEmpty { schema["format"] = JSONValue(text: format) }
        case .named(let name): schema["$ref"] = reference(name, description: "")["$ref"]
        case .list(let inner):
            schema["type"] = "array"
            schema["items"] = element(inner)
        case .map(let inner):
            schema["type"] = "object"
            schema["additionalProperties"] = element(inner)
        }
    }

    private func element(_ shape: SchemaType.Shape) -> JSONValue {
        var schema: JSONValue = [:]
        add(shape, to: &schema)
        return schema
    }

    /// The types that are no objects and belong to no version.
    var special: [(name: String, schema: JSONValue)] {
        let numberOrText = "A whole number, or text."
        return [
            (
                SchemaLibrary.quantity,
                ["description": "A quantity, such as 100m, 2 or 64Mi.", "type": "string"]
            ),
            (
                SchemaLibrary.intOrString,
                style == .v2
                    ? ["description": JSONValue(text: numberOrText), "type": "string", "format": "int-or-string"]
                    : [
                        "description": JSONValue(text: numberOrText), "format": "int-or-string",
                        "oneOf": [["type": "integer"], ["type": "string"]],
                    ]
            ),
        ]
    }
}
