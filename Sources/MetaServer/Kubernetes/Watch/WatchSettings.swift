internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What a watcher wants.
struct WatchSettings: Sendable {
    /// Where the events begin.
    enum Start: Sendable, Hashable {
        /// With all objects as they are, then what changes.
        case state
        /// With what has changed behind a revision.
        case after(Int64)
    }

    var kind: KubeKind
    /// Only objects of this namespace; nil for all.
    var namespace: String?
    /// Only the object of this name; nil for all.
    var name: String?
    var labels: LabelSelector?
    /// Without `metadata.name` and `metadata.namespace`, which never change.
    var fields: FieldSelector?
    var start: Start
    /// A bookmark says when all objects as they are were sent (`sendInitialEvents`).
    var marksInitialEnd = false
    var allowsBookmarks = false
    /// How long it goes on at most, in nanoseconds.
    var duration: UInt64
    var form: any ObjectForming

    /// Whether what is matched can change while an object lives.
    var isSelective: Bool { labels != nil || fields != nil }
}

/// How objects are written into answers: whole, without spec and status, as rows of a table.
protocol ObjectForming: Sendable {
    /// Names the form: forms of the same name look the same.
    var name: String { get }

    /// An object in this form.
    ///
    /// - Parameter object: the object, with its revision.
    /// - Returns: JSON.
    func form(_ object: StoredObject) -> Bytes

    /// A bookmark's object.
    ///
    /// - Parameters:
    ///   - revision: everything up to this one was told.
    ///   - isInitialEnd: whether it ends the objects as they were.
    /// - Returns: JSON.
    func bookmark(_ revision: Int64, isInitialEnd: Bool) -> Bytes
}

/// Objects as they are, in JSON.
struct WholeForm: ObjectForming {
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
}
