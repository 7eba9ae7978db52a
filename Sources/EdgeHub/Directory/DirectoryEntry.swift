internal import Beehive

/// One object that the directory source stands for.
struct DirectoryEntry: Sendable {
    /// The resource under which it is sent.
    let path: ResourcePath
    let apiVersion: String
    let kind: String
    let uid: String
    /// Grows with every change, of the manifest as of the status.
    var version: Int64
    /// The digest of the manifest; empty for objects that came up from the node.
    var hash: String
    /// `metadata.creationTimestamp`.
    let created: String
    /// The file inside of the folder; empty for objects that came up from the node.
    var file: String
    /// True once the newest push was acknowledged.
    var isAcknowledged = false
    /// True when the node had it deleted: it stays away until its manifest says something else.
    var isEnded = false
    /// True when its status came up from the node, and so outlives a change of the manifest.
    var isReported = false
    /// The whole object; nil after a restart until its file has been read.
    var json: Bytes?

    var key: String { path.key }
    var isFromNode: Bool { file.isEmpty }

    /// The whole object as a tree.
    var object: JSONValue? { json.flatMap { try? JSONValue(parsing: $0) } }
}

extension DirectoryEntry {
    /// Makes the whole object as a cloud would send it.
    ///
    /// - Parameters:
    ///   - manifest: what the file says.
    ///   - status: what the node last reported; nil to leave the manifest's.
    mutating func complete(_ manifest: JSONValue, status: JSONValue?) {
        var object = manifest
        var metadata = object["metadata"] ?? .object([])
        metadata["uid"] = JSONValue(text: uid)
        metadata["resourceVersion"] = JSONValue(text: "\(version)")
        if metadata["creationTimestamp"]?.text == nil { metadata["creationTimestamp"] = JSONValue(text: created) }
        object["metadata"] = metadata
        if let status {
            object["status"] = status
            isReported = true
        }
        json = object.json
    }
}

/// An object that is gone, until the node has acknowledged it.
struct DirectoryDeletion: Sendable, Hashable {
    let path: ResourcePath
    let apiVersion: String
    let kind: String
    let uid: String
    let version: Int64

    /// What is told when the object itself is not known any more: as the cloud's reconciler does.
    var remains: JSONValue {
        var metadata: JSONValue = ["name": JSONValue(text: path.id), "namespace": JSONValue(text: path.namespace)]
        if !uid.isEmpty { metadata["uid"] = JSONValue(text: uid) }
        metadata["resourceVersion"] = JSONValue(text: "\(version)")
        return ["apiVersion": JSONValue(text: apiVersion), "kind": JSONValue(text: kind), "metadata": metadata]
    }
}

/// One frame for the node that has to be acknowledged.
struct DirectoryPush: Sendable {
    var operation: Operation
    let path: ResourcePath
    let version: Int64
    let content: Content

    var key: String { path.key }

    /// Who sends such objects in a cloud.
    var source: ModuleName {
        switch path.type {
        case .device, .deviceModel: .deviceController
        case .serviceAccountAccess: .policyController
        default: .edgeController
        }
    }

    /// The frame.
    func message(id: String, at now: Moment) -> Message {
        Message(
            header: Header(id: id, timestamp: now.wall, resourceVersion: version > 0 ? "\(version)" : ""),
            route: Route(source: source, group: .resource, operation: operation, resource: key), content: content)
    }

    /// What goes first: what pods need, then pods; namespaces before all.
    static func rank(_ type: ResourceType) -> Int {
        switch type {
        case "namespace": 0
        case .configMap, .secret: 1
        case .service, "serviceaccount", .persistentVolume, .persistentVolumeClaim: 2
        case .pod: 4
        default: 3
        }
    }
}
