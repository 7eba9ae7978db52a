internal import Beehive

/// The paths of kinds: as much of them as clients look up — which kind is read there, and what a patch may say.
struct OpenAPIPaths {
    let style: SchemaWriter.Style
    let library: SchemaLibrary

    /// The paths of kinds with stored objects: that of a collection, and that of one object.
    func items(for kinds: [KubeKind]) -> [JSONMember] {
        kinds.flatMap { kind -> [JSONMember] in
            let base =
                (kind.resource.group.isEmpty ? "/api/" : "/apis/") + kind.apiVersion
                + (kind.isNamespaced ? "/namespaces/{namespace}/" : "/") + kind.resource.plural
            var collection: JSONValue = [:]
            if kind.verbs.contains("list") { collection["get"] = operation("list", kind) }
            if kind.verbs.contains("create") { collection["post"] = operation("post", kind) }
            var object: JSONValue = [:]
            if kind.verbs.contains("get") { object["get"] = operation("get", kind) }
            if kind.verbs.contains("patch") { object["patch"] = operation("patch", kind) }
            return [JSONMember(base, collection), JSONMember(base + "/{name}", object)].filter {
                !$0.value.members.isEmpty
            }
        }
    }

    private func operation(_ action: String, _ kind: KubeKind) -> JSONValue {
        var operation: JSONValue = [:]
        if action == "patch" {
            operation["parameters"] = .array(["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter))
            if style == .v2 {
                operation["consumes"] = .texts(patchTypes(of: kind))
            } else {
                operation["requestBody"] = [
                    "content": .object(patchTypes(of: kind).map { JSONMember($0, ["schema": ["type": "object"]]) })
                ]
            }
        }
        operation["responses"] = ["200": ["description": "OK"]]
        operation["x-kubernetes-action"] = JSONValue(text: action)
        operation[SchemaWriter.kindMark] = SchemaWriter.kind(
            group: kind.resource.group, version: kind.resource.version, kind: kind.kind)
        return operation
    }

    private func parameter(_ name: String) -> JSONValue {
        let type: JSONValue = ["type": name == "force" ? "boolean" : "string"]
        var parameter: JSONValue = ["name": JSONValue(text: name), "in": "query"]
        if style == .v2 { parameter["type"] = type["type"] } else { parameter["schema"] = type }
        return parameter
    }

    /// Strategic merge is offered only where the schema says how lists merge: else clients use what they know.
    private func patchTypes(of kind: KubeKind) -> [String] {
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"]
            + (library.type(of: kind) == nil ? [] : ["application/strategic-merge-patch+json"])
    }
}
