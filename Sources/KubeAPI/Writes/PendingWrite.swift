package import Beehive

/// A write that was accepted while the cloud could not be asked: it lies over the object for readers until the cloud has
/// decided about it.
///
/// Stored as a row of its own, `<namespace>/pendingwrite/<type>.<name>`, whose value is:
///
/// ```
/// {"resource": {"group": "", "version": "v1", "plural": "configmaps"}, "namespace": "demo", "name": "settings",
///  "object": {…} or null,       what readers see in the place of the stored object; null: it is deleted
///  "base": {"resourceVersion": "817", "uid": "…"},   the cloud's object that was changed; empty texts: there was none
///  "time": 1800000000000, "changed": 1800000005000,  first and last write, milliseconds since 1970
///  "caller": "system:serviceaccount:demo:writer",    who wrote last
///  "steps": [{"id": "…", "verb": "update", "subresource": ""}],   what the cloud is asked, in order: entries of the outbox
///  "checking": {…},             only while the cloud is asked whether it has this already
///  "tries": 1,                  only for a status that was sent anew over the cloud's newer version
///  "problem": "…"}              only when the cloud was asked in vain
/// ```
///
/// `object` has the cloud's `metadata.resourceVersion` (none when it was created here); readers put the revision of the
/// store in its place, as for every object.
package struct PendingWrite: Hashable, Sendable {
    /// What the cloud is asked to do.
    package enum Verb: String, Sendable {
        case create, update, delete
    }

    /// One request to the cloud, which waits in the outbox under the same id.
    package struct Step: Hashable, Sendable {
        /// The id of the outbox's entry.
        package var id: String
        /// What the cloud is asked to do.
        package var verb: Verb
        /// `status`, or empty.
        package var subresource: String

        /// Makes a step.
        package init(id: String, verb: Verb, subresource: String = "") {
            self.id = id
            self.verb = verb
            self.subresource = subresource
        }
    }

    /// The type of the rows.
    package static let type = ResourceType.pendingWrite
    /// The annotation that tells readers; its value is what the write does: `create`, `update` or `delete`.
    package static let annotation = "metamanager/pending"

    /// Group, version and plural.
    package var resource: KubeKind.Resource
    /// The namespace; nil for kinds without.
    package var namespace: String?
    /// The object's name.
    package var name: String
    /// What readers see; nil when it is deleted.
    package var object: JSONValue?
    /// The cloud's version of the object that was changed; empty when there was none.
    package var baseVersion: String
    /// The uid of that object; empty when there was none.
    package var baseUID: String
    /// When the first of the writes was accepted, in milliseconds since 1970.
    package var time: Int64
    /// When the last one was.
    package var changed: Int64
    /// Who wrote last.
    package var caller: String
    /// What the cloud is asked, in order.
    package var steps: [Step] = []
    /// What the first step wanted, while the cloud is asked whether it has that already.
    package var checking: JSONValue?
    /// How often it was sent anew over a newer version of the cloud.
    package var tries = 0
    /// Why the cloud could not decide yet; empty for nothing.
    package var problem = ""

    /// Makes a write without steps.
    package init(
        resource: KubeKind.Resource, namespace: String?, name: String, object: JSONValue?, baseVersion: String = "",
        baseUID: String = "", time: Int64, caller: String
    ) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.object = object
        self.baseVersion = baseVersion
        self.baseUID = baseUID
        self.time = time
        changed = time
        self.caller = caller
    }

    /// What it does to the object that the cloud knows.
    package var verb: Verb { object == nil ? .delete : baseVersion.isEmpty ? .create : .update }

    /// The row that lies over an object.
    package static func path(over object: ResourcePath) -> ResourcePath {
        ResourcePath(namespace: object.namespace, type: type, id: "\(object.type.rawValue).\(object.id)")
    }

    /// The object that a row lies over; nil for what is no such row.
    package static func path(under row: ResourcePath) -> ResourcePath? {
        let parts = row.id.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard row.type == type, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return ResourcePath(namespace: row.namespace, type: ResourceType(String(parts[0])), id: String(parts[1]))
    }

    /// What readers see, with the annotation that says so; nil when it is deleted.
    package var shown: JSONValue? {
        guard var object else { return nil }
        var metadata = object["metadata"] ?? [:]
        var annotations = metadata["annotations"] ?? [:]
        annotations[Self.annotation] = JSONValue(text: verb.rawValue)
        metadata["annotations"] = annotations
        object["metadata"] = metadata
        return object
    }
}

extension PendingWrite {
    /// The row's value.
    package var json: JSONValue {
        var value: JSONValue = [
            "resource": resource.json, "namespace": namespace.map { JSONValue(text: $0) } ?? .null,
            "name": JSONValue(text: name), "object": object ?? .null,
            "base": ["resourceVersion": JSONValue(text: baseVersion), "uid": JSONValue(text: baseUID)],
            "time": JSONValue(integer: time), "changed": JSONValue(integer: changed),
            "caller": JSONValue(text: caller),
            "steps": .array(
                steps.map { step in
                    [
                        "id": JSONValue(text: step.id), "verb": JSONValue(text: step.verb.rawValue),
                        "subresource": JSONValue(text: step.subresource),
                    ]
                }),
        ]
        if let checking { value["checking"] = checking }
        if tries > 0 { value["tries"] = JSONValue(integer: tries) }
        if !problem.isEmpty { value["problem"] = JSONValue(text: problem) }
        return value
    }

    /// Reads a row's value; nil when it is none.
    package init?(_ value: Bytes) {
        guard let json = try? JSONValue(parsing: value) else { return nil }
        self.init(json: json)
    }

    /// Reads a row's value; nil when it is none.
    package init?(json: JSONValue) {
        guard let resource = json["resource"].flatMap(KubeKind.Resource.init(json:)), let name = json["name"]?.text,
            let object = json["object"]
        else { return nil }
        self.init(
            resource: resource, namespace: json["namespace"]?.text, name: name,
            object: object == .null ? Optional<JSONValue>.none : object,
            baseVersion: json["base"]?["resourceVersion"]?.text ?? "", baseUID: json["base"]?["uid"]?.text ?? "",
            time: Int64(json["time"]?.integer ?? 0), caller: json["caller"]?.text ?? "")
        changed = Int64(json["changed"]?.integer ?? Int(time))
        for step in json["steps"]?.elements ?? [] {
            guard let id = step["id"]?.text, let verb = step["verb"]?.text.flatMap(Verb.init) else { return nil }
            steps.append(Step(id: id, verb: verb, subresource: step["subresource"]?.text ?? ""))
        }
        checking = json["checking"]
        // As many as are counted; a flight record may say anything.
        tries = min(max(json["tries"]?.integer ?? 0, 0), 1 << 20)
        problem = json["problem"]?.text ?? ""
    }
}

extension KubeKind.Resource {
    /// Group, version and plural as members of an object.
    package var json: JSONValue {
        ["group": JSONValue(text: group), "version": JSONValue(text: version), "plural": JSONValue(text: plural)]
    }

    /// Reads such an object; nil when a member is absent.
    package init?(json: JSONValue) {
        guard let group = json["group"]?.text, let version = json["version"]?.text, let plural = json["plural"]?.text
        else { return nil }
        self.init(group: group, version: version, plural: plural)
    }
}
