internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Objects as they are, in JSON.
struct WholeForm: AnswerForming {
    let kind: KubeKind

    var name: String { "whole \(kind.apiVersion) \(kind.kind)" }

    func form(_ object: StoredObject) -> Bytes {
        let form = ObjectForm(apiVersion: kind.apiVersion, kind: kind.kind)
        if let whole = form.form(object.value, revision: object.head.revision) { return whole }
        // Of what was let go, or is no object, there is only the name.
        let path = try? ResourcePath(parsing: object.key)
        var metadata: JSONValue = [
            "name": JSONValue(text: path?.id ?? ""), "resourceVersion": JSONValue(text: "\(object.head.revision)"),
        ]
        if kind.isNamespaced { metadata["namespace"] = JSONValue(text: path?.namespace ?? "") }
        let value: JSONValue = [
            "apiVersion": JSONValue(text: kind.apiVersion), "kind": JSONValue(text: kind.kind), "metadata": metadata,
        ]
        return value.json
    }

    func bookmark(_ revision: Int64, isInitialEnd: Bool) -> Bytes {
        var metadata: JSONValue = ["resourceVersion": JSONValue(text: "\(revision)"), "creationTimestamp": nil]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let value: JSONValue = [
            "kind": JSONValue(text: kind.kind), "apiVersion": JSONValue(text: kind.apiVersion), "metadata": metadata,
        ]
        return value.json
    }

    func one(_ object: StoredObject) -> Bytes { form(object) }

    func append(_ object: StoredObject, to out: inout [UInt8]) -> Bool {
        ObjectForm(apiVersion: kind.apiVersion, kind: kind.kind)
            .append(object.value, revision: object.head.revision, to: &out)
    }

    func emptyList(revision: Int64, continuation: String?) -> Bytes {
        var metadata: JSONValue = ["resourceVersion": JSONValue(text: "\(revision)")]
        if let continuation { metadata["continue"] = JSONValue(text: continuation) }
        let list: JSONValue = [
            "kind": JSONValue(text: kind.listKind), "apiVersion": JSONValue(text: kind.apiVersion),
            "metadata": metadata, "items": [],
        ]
        return list.json
    }
}
