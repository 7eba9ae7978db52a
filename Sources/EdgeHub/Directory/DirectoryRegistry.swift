internal import Beehive
internal import MetaManager

/// Objects that the node brings up itself: its Node, its lease, mirror pods, certificate requests.
extension DirectoryState {
    mutating func insert(_ message: Message, _ asked: ResourcePath, at now: Moment) -> DirectoryEffects {
        let path = Self.objectPath(asked, type: asked.type)
        guard let object = try? JSONValue(parsing: message.content.json), case .object = object else {
            return refuse(message, .badRequest(path, because: "\(path) has no object to insert"), at: now)
        }
        guard live(path) == nil else { return refuse(message, object: object, .alreadyExists(path), at: now) }
        if path.type == .lease, object["metadata"]?["resourceVersion"]?.text?.isEmpty == false {
            let error = StatusError(
                code: 500, reason: "", message: "resourceVersion should not be set on objects to be created",
                path: path)
            return refuse(message, error, at: now)
        }
        let entry = path.type == .node ? makeNode(path, from: object, at: now) : make(path, from: object, at: now)
        var effects = acceptance(of: message, entry, at: now)
        effects.writes = writes(of: entry, as: path, report: entry.json)
        if path.type == .pod, let push = push(entry, .insert) { effects.pushes = [push] }
        return effects
    }

    @discardableResult
    mutating func make(_ path: ResourcePath, from object: JSONValue, at now: Moment) -> DirectoryEntry {
        var object = object
        var metadata = object["metadata"] ?? .object([])
        metadata["name"] = JSONValue(text: path.id)
        if path.type == .pod || path.type == .lease { metadata["namespace"] = JSONValue(text: path.namespace) }
        if metadata["creationTimestamp"] == .null { metadata["creationTimestamp"] = nil }
        object["metadata"] = metadata
        let words = Self.words(path.type)
        var whole: JSONValue = ["apiVersion": JSONValue(text: words.apiVersion), "kind": JSONValue(text: words.kind)]
        for member in object.members { whole[member.key] = member.value }
        var entry = DirectoryEntry(
            path: path, apiVersion: words.apiVersion, kind: words.kind, uid: StableDigest.uid(path.key),
            version: nextVersion(), hash: "", created: KubernetesTimestamp.text(now.wall), file: "")
        entry.complete(whole, status: nil)
        entry.isReported = true
        entry.isAcknowledged = true
        entries[path.key] = entry
        deletions[path.key] = nil
        return entry
    }

    /// A Node, from what the node says of itself or with the least it needs.
    @discardableResult
    mutating func makeNode(_ path: ResourcePath, from object: JSONValue?, at now: Moment) -> DirectoryEntry {
        let least: JSONValue = [
            "metadata": [
                "name": JSONValue(text: path.id),
                "labels": [
                    "kubernetes.io/hostname": JSONValue(text: path.id), "node-role.kubernetes.io/edge": "",
                    "node-role.kubernetes.io/agent": "",
                ],
            ], "spec": .object([]), "status": .object([]),
        ]
        return make(path, from: object ?? least, at: now)
    }

    private static func words(_ type: ResourceType) -> (apiVersion: String, kind: String) {
        switch type {
        case .node: ("v1", "Node")
        case .lease: ("coordination.k8s.io/v1", "Lease")
        case .certificateSigningRequest: ("certificates.k8s.io/v1", "CertificateSigningRequest")
        default: ("v1", "Pod")
        }
    }

    /// Takes back what an earlier process wrote into the status folder.
    ///
    /// - Parameters:
    ///   - path: the resource that the file is named after.
    ///   - value: what it holds.
    mutating func restore(_ path: ResourcePath, _ value: JSONValue) {
        let key = path.with(type: path.type == .podStatus || path.type == .podPatch ? .pod : path.type).key
        switch path.type {
        case .podStatus: restored[key] = value["Status"]
        case .podPatch: restored[key] = value["status"]
        case .node, .lease, .pod, .certificateSigningRequest:
            // A manifest of the same name counts more; its status is the node's all the same.
            guard entries[key] == nil else {
                restored[key] = value["status"]
                return
            }
            guard let uid = value["metadata"]?["uid"]?.text,
                let version = value["metadata"]?["resourceVersion"]?.text.flatMap({ Int64($0) })
            else { return }
            let words = Self.words(path.type)
            var entry = DirectoryEntry(
                path: path, apiVersion: words.apiVersion, kind: words.kind, uid: uid, version: version, hash: "",
                created: value["metadata"]?["creationTimestamp"]?.text ?? "", file: "")
            entry.json = value.json
            entry.isReported = true
            entry.isAcknowledged = true
            entries[key] = entry
            noteRestored(version)
        default: break
        }
    }

    mutating func updateLease(_ message: Message, _ path: ResourcePath, at now: Moment) -> DirectoryEffects {
        guard let entry = live(path) else { return refuse(message, .notFound(path), at: now) }
        guard var lease = try? JSONValue(parsing: message.content.json), case .object = lease else {
            return refuse(message, .badRequest(path, because: "\(path) has no object to store"), at: now)
        }
        if let version = lease["metadata"]?["resourceVersion"]?.text, !version.isEmpty, version != "\(entry.version)" {
            return refuse(message, .conflict(path), at: now)
        }
        var object = entry.object ?? .object([])
        lease["metadata"] = nil
        for member in lease.members { object[member.key] = member.value }
        let updated = setObject(object, of: entry)
        var effects = acceptance(of: message, updated, at: now)
        effects.writes = writes(of: updated, as: path, report: updated.json)
        return effects
    }

    /// Labels and annotations are merged in; an absent Node is not answered at all.
    mutating func updateNode(_ message: Message, _ asked: ResourcePath, at now: Moment) -> DirectoryEffects {
        let path = Self.objectPath(asked, type: .node)
        guard let entry = live(path), var object = entry.object,
            let update = try? JSONValue(parsing: message.content.json)
        else { return DirectoryEffects() }
        for field in ["labels", "annotations"] {
            guard case .object(let members)? = update["metadata"]?[field] else { continue }
            for member in members {
                var metadata = object["metadata"] ?? .object([])
                var merged = metadata[field] ?? .object([])
                merged[member.key] = member.value
                metadata[field] = merged
                object["metadata"] = metadata
            }
        }
        let updated = setObject(object, of: entry)
        var effects = DirectoryEffects(replies: [answer(to: message, content: .ok, at: now)])
        effects.writes = writes(of: updated, as: path, report: updated.json)
        if updated.version != entry.version, let push = push(updated, .update) { effects.pushes = [push] }
        return effects
    }

    /// A pod that the node wants gone: it goes, and stays away until its manifest says something else.
    mutating func deletePod(_ message: Message, _ path: ResourcePath, at now: Moment) -> DirectoryEffects {
        var effects = DirectoryEffects(replies: [answer(to: message, content: .ok, at: now)])
        let options = try? JSONValue(parsing: message.content.json)
        let uid = message.content.string ?? options?["preconditions"]?["uid"]?.text ?? ""
        guard let entry = live(path), uid.isEmpty || uid == entry.uid else { return effects }
        effects.pushes = [noteDeletion(of: entry)]
        if entry.isFromNode {
            entries[path.key] = nil
        } else {
            entries[path.key]?.isEnded = true
            entries[path.key]?.isReported = false
            entries[path.key]?.json = nil
        }
        effects.writes = Self.traces(of: path).map { .remove(path: $0) }
        return effects
    }

    /// The files that tell of a pod.
    static func traces(of path: ResourcePath) -> [String] {
        [.podPatch, .podStatus, .pod].map { StatusWrite.path(path.with(type: $0)) }
    }
}
