internal import Beehive
internal import MetaManager

/// What the source does with the frames that come up, as a cloud's controllers would.
extension DirectoryState {
    /// Takes a frame from the node; acknowledgements are told apart before.
    ///
    /// - Parameters:
    ///   - message: the frame.
    ///   - now: both clocks.
    /// - Returns: nil when nothing is known of such frames.
    mutating func take(_ message: Message, at now: Moment) -> DirectoryEffects? {
        if message.route.resource == SpecialResource.clusterCA {
            let path = ResourcePath(namespace: "k8s", type: .clusterCA)
            return reply(to: message, StatusError.notFound(path).value, at: now)
        }
        guard let path = try? ResourcePath(parsing: message.route.resource) else { return nil }
        switch (message.route.operation, path.type) {
        case (_, .event): return takeEvent(message)
        case (.query, .serviceAccountToken):
            let cause =
                "a folder of manifests issues no service account tokens: set automountServiceAccountToken: false"
            return reply(to: message, StatusError.unavailable(path, because: cause).value, at: now)
        case (.query, _) where !path.id.isEmpty: return query(message, path, at: now)
        case (.patch, .podPatch): return patch(message, path, of: .pod, at: now)
        case (.patch, .nodePatch): return patch(message, path, of: .node, at: now)
        case (.update, .podStatus): return takePodStatus(message, path, at: now)
        case (.insert, .nodeStatus), (.update, .nodeStatus): return takeNodeStatus(message, path, at: now)
        case (.insert, .node), (.insert, .pod), (.insert, .lease), (.insert, .certificateSigningRequest):
            return insert(message, path, at: now)
        case (.update, .lease): return updateLease(message, path, at: now)
        case (.update, .node): return updateNode(message, path, at: now)
        case (.delete, .pod): return deletePod(message, path, at: now)
        default: return nil
        }
    }

    /// The answer to a frame: its resource, its id as parent.
    mutating func answer(
        to message: Message, content: Content, resource: String? = nil, version: Int64 = 0, at now: Moment
    ) -> Message {
        Message(
            header: Header(
                id: ids.next(), parentID: message.id, timestamp: now.wall,
                resourceVersion: version > 0 ? "\(version)" : ""),
            route: Route(
                source: .edgeController, group: .resource, operation: .response,
                resource: resource ?? message.route.resource),
            content: content)
    }

    mutating func reply(to message: Message, _ content: JSONValue, at now: Moment) -> DirectoryEffects {
        DirectoryEffects(replies: [answer(to: message, content: Content(content), at: now)])
    }

    /// An ObjectResp that says no.
    mutating func refuse(
        _ message: Message, object: JSONValue = .null, _ error: StatusError, at now: Moment
    ) -> DirectoryEffects {
        reply(to: message, ["Object": object, "Err": error.value], at: now)
    }

    /// The key of an object, whatever word stands for no namespace.
    static func objectPath(_ path: ResourcePath, type: ResourceType) -> ResourcePath {
        type == .node ? ResourcePath(namespace: "null", type: .node, id: path.id) : path.with(type: type)
    }

    func live(_ path: ResourcePath) -> DirectoryEntry? {
        entries[path.key].flatMap { $0.isEnded ? nil : $0 }
    }

    /// What to say of something that is not there: "not found" only when that is certain, since the node forgets its
    /// own copy on it.
    private func absence(of path: ResourcePath) -> StatusError {
        guard isComplete || path.type == .lease || path.type == .node || path.type == .certificateSigningRequest else {
            return .unavailable(
                path,
                because: "\(path) is in none of the files that can be read, and some cannot: see the source's "
                    + "problems")
        }
        return .notFound(path)
    }

    private mutating func query(_ message: Message, _ asked: ResourcePath, at now: Moment) -> DirectoryEffects {
        let path = Self.objectPath(asked, type: asked.type)
        guard let entry = live(path), let json = entry.json, let content = try? Content(json: json) else {
            let error =
                live(path) == nil
                ? absence(of: path)
                : .unavailable(
                    path, because: "\(path) stands in \(entries[path.key]?.file ?? ""), which cannot be read")
            return path.type == .lease
                ? refuse(message, error, at: now) : reply(to: message, error.value, at: now)
        }
        if path.type == .lease { return acceptance(of: message, entry, at: now) }
        return DirectoryEffects(replies: [
            answer(to: message, content: content, version: entry.version, at: now)
        ])
    }

    /// An ObjectResp that says yes.
    mutating func acceptance(of message: Message, _ entry: DirectoryEntry, at now: Moment) -> DirectoryEffects {
        reply(to: message, ["Object": entry.object ?? .null, "Err": .null], at: now)
    }

    private func takeEvent(_ message: Message) -> DirectoryEffects {
        // Written on one line, whatever white space it came with.
        let content = (try? JSONValue(parsing: message.content.json)) ?? .null
        let line: JSONValue = [
            "operation": JSONValue(text: message.route.operation.rawValue),
            "resource": JSONValue(text: message.route.resource), "content": content,
        ]
        return DirectoryEffects(writes: [.event(line.json)])
    }

    /// Gives an object a status, and a new version if that changes it.
    ///
    /// - Returns: the entry as it is now.
    mutating func setObject(_ object: JSONValue, of entry: DirectoryEntry) -> DirectoryEntry {
        var entry = entry
        entry.isReported = true
        if object != entry.object {
            var object = object
            entry.version = nextVersion()
            object["metadata"]?["resourceVersion"] = JSONValue(text: "\(entry.version)")
            entry.json = object.json
        }
        entries[entry.key] = entry
        return entry
    }

    private mutating func patch(
        _ message: Message, _ asked: ResourcePath, of type: ResourceType, at now: Moment
    ) -> DirectoryEffects {
        let path = Self.objectPath(asked, type: type)
        let empty: JSONValue = ["metadata": ["creationTimestamp": .null], "spec": .object([]), "status": .object([])]
        guard let text = message.content.string, let patch = try? JSONValue(parsing: Bytes(text.utf8)),
            case .object = patch
        else {
            let cause = "the patch of \(path) is no JSON text that holds an object"
            return refuse(message, object: empty, .badRequest(path, because: cause), at: now)
        }
        // A node that registered with a source whose state was lost is taken in again.
        if type == .node, live(path) == nil { makeNode(path, from: nil, at: now) }
        guard let entry = live(path), let object = entry.object else {
            return refuse(message, object: empty, absence(of: path), at: now)
        }
        if let uid = patch["metadata"]?["uid"]?.text, uid != entry.uid {
            let cause = "metadata.uid: Invalid value: \"\(uid)\": field is immutable"
            return refuse(message, object: empty, .invalid(path, because: cause), at: now)
        }
        // The patch goes to the status subresource: whatever else it holds has no effect.
        let status = patch["status"].map { StrategicMerge.apply(["status": $0], to: object) } ?? object
        let patched = setObject(status, of: entry)
        var effects = acceptance(of: message, patched, at: now)
        effects.writes = writes(of: patched, as: asked, report: patched.json)
        return effects
    }

    /// The files that show a report: the report itself under its type, and the node as a whole.
    func writes(of entry: DirectoryEntry, as asked: ResourcePath, report: Bytes?) -> [StatusWrite] {
        var writes: [StatusWrite] = []
        if let report { writes.append(.file(path: StatusWrite.path(asked), json: report)) }
        if entry.isFromNode, let json = entry.json, asked.key != entry.key {
            writes.append(.file(path: StatusWrite.path(entry.path), json: json))
        }
        return writes
    }
}
