internal import Beehive

/// The schema of a custom kind, made from what its definition says.
struct CustomSchema {
    let writer: SchemaWriter

    /// How Kubernetes names a custom kind's type: the group's parts backwards, version, kind.
    static func name(of kind: KubeKind) -> String {
        let group = kind.resource.group.split(separator: ".").reversed()
        return (group.map(String.init) + [kind.resource.version, kind.kind]).joined(separator: ".")
    }

    /// The schema of a kind; an open one when its definition has none.
    func schema(of kind: KubeKind) -> JSONValue {
        guard var schema = kind.schema, case .object = schema else { return writer.open(kind) }
        if writer.style == .v2 { schema = Self.older(schema) }
        // A root that takes anything has no members in the older form.
        if writer.style == .v3 || schema["properties"] != nil {
            var properties = schema["properties"] ?? [:]
            for (name, common) in writer.common() { properties[name] = common }
            schema["properties"] = properties
        }
        schema["type"] = "object"
        schema[SchemaWriter.kindMark] = [
            SchemaWriter.kind(group: kind.resource.group, version: kind.resource.version, kind: kind.kind)
        ]
        return schema
    }

    private static let depthLimit = 64

    /// What OpenAPI 2 can say of a schema: it leaves out what would make clients refuse what the cluster takes.
    ///
    /// Choices between schemas and defaults go; what may be null, or be a number or text, or hold unknown members, may
    /// be anything. So may what stands deeper than any schema that a person wrote: the protobuf form copies each level
    /// into the one above, and must not be made to do so hundreds of times.
    static func older(_ schema: JSONValue, depth: Int = 0) -> JSONValue {
        if depth >= depthLimit { return [:] }
        let isNullable = schema["nullable"] == .bool(true)
        let isOpen = schema["x-kubernetes-preserve-unknown-fields"] == .bool(true)
        let isEither = schema["x-kubernetes-int-or-string"] == .bool(true)
        let members = schema.members.compactMap { member -> JSONMember? in
            switch member.key {
            case "oneOf", "anyOf", "allOf", "not", "nullable", "default", "x-kubernetes-validations": return nil
            case "type": return isNullable || isEither ? nil : member
            case "properties":
                if isNullable || isOpen { return nil }
                return JSONMember(
                    member.key,
                    .object(member.value.members.map { JSONMember($0.key, older($0.value, depth: depth + 1)) }))
            case "items":
                return isNullable || isOpen ? nil : JSONMember(member.key, older(member.value, depth: depth + 1))
            case "additionalProperties":
                if isNullable || isOpen { return nil }
                guard case .object = member.value else { return member }
                return JSONMember(member.key, older(member.value, depth: depth + 1))
            default: return member
            }
        }
        return .object(members)
    }
}
