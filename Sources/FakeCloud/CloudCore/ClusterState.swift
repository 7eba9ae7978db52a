internal import Beehive

/// What became of an object.
struct ClusterChange: Sendable {
    enum Event: Sendable {
        case added
        case updated
        case deleted
    }

    let key: ObjectKey
    let event: Event
    /// The object now, or as it was last, with the version of the deletion.
    let object: JSONValue
    /// Metadata and spec are as before, but for what the API server notes about the change.
    var isStatusOnly = false
}

/// The objects of the cluster, as the API server keeps them: a pure value.
struct ClusterState: Sendable {
    private(set) var objects: [ObjectKey: JSONValue] = [:]
    var version: UInt64 = 200
    private var ids: MessageIDSource

    init(ids: MessageIDSource) { self.ids = ids }

    subscript(key: ObjectKey) -> JSONValue? { objects[key] }

    /// Which object a JSON object is.
    static func key(of object: JSONValue) throws(FakeCloudError) -> ObjectKey {
        guard let kind = object["kind"]?.text, let name = object["metadata"]?["name"]?.text, !kind.isEmpty,
            !name.isEmpty
        else { throw FakeCloudError(description: "an object needs kind and metadata.name") }
        let known = ObjectKind.named(kind, apiVersion: object["apiVersion"]?.text ?? "v1")
        let namespace = object["metadata"]?["namespace"]?.text ?? "default"
        return ObjectKey(known, known.isNamespaced ? namespace : "", name)
    }

    /// Creates an object, or replaces all of it but its identity, and its status when the new one has none.
    ///
    /// Gives nil when nothing changes: the version stays, as the API server does it.
    mutating func put(_ given: JSONValue, at key: ObjectKey, wall: Int64, statusOnly: Bool = false) -> ClusterChange? {
        var object = ordered(given, key)
        var metadata = object["metadata"] ?? .object([])
        metadata["name"] = JSONValue(text: key.name)
        metadata["namespace"] = key.namespace.isEmpty ? nil : Optional(JSONValue(text: key.namespace))
        let former = objects[key]
        for field in ["uid", "creationTimestamp", "resourceVersion", "managedFields"] {
            metadata[field] = former?["metadata"]?[field] ?? (field == "uid" ? metadata[field] : nil)
        }
        if former == nil {
            if metadata["uid"]?.text?.isEmpty != false { metadata["uid"] = JSONValue(text: ids.next()) }
            metadata["creationTimestamp"] = JSONValue(text: KubernetesTimestamp.text(wall))
        }
        object["metadata"] = metadata
        if object["status"] == nil, let status = former?["status"] { object["status"] = status }
        if key.kind == .pod { object = PodDefaults.filled(object) }
        guard object != former else { return nil }
        let stamped = stamp(object, key, wall, subresource: statusOnly ? "status" : nil)
        objects[key] = stamped
        return ClusterChange(
            key: key, event: former == nil ? .added : .updated, object: stamped, isStatusOnly: statusOnly)
    }

    /// Puts a changed object in the place of a former one, by any rule.
    mutating func change(
        _ key: ObjectKey, wall: Int64, statusOnly: Bool = false, _ body: (inout JSONValue) -> Void
    ) -> ClusterChange? {
        guard var object = objects[key] else { return nil }
        let former = object
        body(&object)
        if key.kind == .pod { object = PodDefaults.filled(object) }
        guard object != former else { return nil }
        let stamped = stamp(object, key, wall, subresource: statusOnly ? "status" : nil)
        objects[key] = stamped
        return ClusterChange(key: key, event: .updated, object: stamped, isStatusOnly: statusOnly)
    }

    mutating func remove(_ key: ObjectKey) -> ClusterChange? {
        guard var object = objects.removeValue(forKey: key) else { return nil }
        setVersion(&object)
        return ClusterChange(key: key, event: .deleted, object: object)
    }

    private mutating func setVersion(_ object: inout JSONValue) {
        version += 1
        var metadata = object["metadata"] ?? .object([])
        metadata["resourceVersion"] = JSONValue(text: "\(version)")
        object["metadata"] = metadata
    }

    /// A new version, and a note of the change as the API server makes one.
    private mutating func stamp(_ given: JSONValue, _ key: ObjectKey, _ wall: Int64, subresource: String?) -> JSONValue
    {
        var object = given
        setVersion(&object)
        var metadata = object["metadata"] ?? .object([])
        var entries = (metadata["managedFields"]?.elements ?? []).filter { $0["subresource"]?.text != subresource }
        var entry: JSONValue = [
            "manager": "cloudcore", "operation": "Update", "apiVersion": JSONValue(text: key.kind.apiVersion),
            "time": JSONValue(text: KubernetesTimestamp.text(wall)), "fieldsType": "FieldsV1",
            "fieldsV1": .object([]),
        ]
        if let subresource { entry["subresource"] = JSONValue(text: subresource) }
        entries.append(entry)
        metadata["managedFields"] = .array(entries)
        object["metadata"] = metadata
        return object
    }

    /// `kind`, `apiVersion` and `metadata` first, as Go's encoder writes them.
    private func ordered(_ given: JSONValue, _ key: ObjectKey) -> JSONValue {
        var object: JSONValue = [
            "kind": JSONValue(text: key.kind.name), "apiVersion": JSONValue(text: key.kind.apiVersion),
            "metadata": given["metadata"] ?? .object([]),
        ]
        for member in given.members where !["kind", "apiVersion", "metadata", "stringData"].contains(member.key) {
            object[member.key] = member.value
        }
        guard key.kind == .secret else { return object }
        var data = object["data"] ?? .object([])
        for member in given["stringData"]?.members ?? [] {
            data[member.key] = JSONValue(text: Base64.encode(Array((member.value.text ?? "").utf8)))
        }
        object["data"] = data
        if object["type"] == nil { object["type"] = "Opaque" }
        return object
    }
}

extension JSONValue {
    var objectVersion: String { self["metadata"]?["resourceVersion"]?.text ?? "" }
    var objectUID: String { self["metadata"]?["uid"]?.text ?? "" }
    var isTerminating: Bool { self["metadata"]?["deletionTimestamp"]?.text != nil }

    /// The form inside an ObjectResp: without kind and apiVersion.
    var bare: JSONValue { .object(members.filter { $0.key != "kind" && $0.key != "apiVersion" }) }
}

/// Base64 with padding, as Go writes byte slices.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for byte in part { word = word << 8 | UInt32(byte) }
            word <<= 8 * UInt32(3 - part.count)
            for place in 0..<4 {
                let shift = 18 - 6 * UInt32(place)
                out.append(place <= part.count ? alphabet[Int(word >> shift & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
