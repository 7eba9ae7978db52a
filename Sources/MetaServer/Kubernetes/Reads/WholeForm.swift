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

    func list() -> any ListWriting { WholeList(kind: kind) }
}

/// A list of whole objects: their bytes one behind the other, no tree made of any.
struct WholeList: ListWriting {
    private let kind: KubeKind
    private let form: ObjectForm
    private var items: [UInt8] = []
    private(set) var count = 0

    init(kind: KubeKind) {
        self.kind = kind
        form = ObjectForm(apiVersion: kind.apiVersion, kind: kind.kind)
    }

    mutating func add(_ object: StoredObject) {
        let before = items.count
        if count > 0 { items.append(UInt8(ascii: ",")) }
        if form.append(object.value, revision: object.head.revision, to: &items) {
            count += 1
        } else {
            items.removeSubrange(before...)
        }
    }

    mutating func finish(revision: Int64, continuation: String?) -> Bytes {
        var head: JSONValue = ["resourceVersion": JSONValue(text: "\(revision)")]
        if let continuation { head["continue"] = JSONValue(text: continuation) }
        let list: JSONValue = [
            "kind": JSONValue(text: kind.listKind), "apiVersion": JSONValue(text: kind.apiVersion), "metadata": head,
        ]
        var out = Array(list.json.dropLast())
        out.reserveCapacity(out.count + items.count + 16)
        out += Array(",\"items\":[".utf8)
        out += items
        out += Array("]}".utf8)
        return out[...]
    }
}
