internal import Beehive
internal import MetaManager

/// The reports of release 1.2, which hold a whole status each.
extension DirectoryState {
    /// `{"UID","Name","Status"}` of one pod, or an array of them; one answer for each.
    mutating func takePodStatus(_ message: Message, _ asked: ResourcePath, at now: Moment) -> DirectoryEffects {
        var effects = DirectoryEffects()
        guard let content = try? JSONValue(parsing: message.content.json) else { return effects }
        let reports: [JSONValue]
        if case .array(let list) = content { reports = list } else { reports = [content] }
        for report in reports {
            effects.replies.append(answer(to: message, content: .ok, at: now))
            let name = asked.id.isEmpty ? report["Name"]?.text ?? "" : asked.id
            guard !name.isEmpty else { continue }
            let path = ResourcePath(namespace: asked.namespace, type: .pod, id: name)
            let uid = report["UID"]?.text ?? ""
            guard let entry = live(path), let object = entry.object, uid.isEmpty || uid == entry.uid else {
                // An unreadable file must not cost its pods.
                let known = entries[path.key]
                if known == nil ? isComplete : known?.isEnded == true || known?.json != nil {
                    effects.pushes.append(unknownPod(path, uid: uid))
                }
                continue
            }
            var reported = object
            reported["status"] = report["Status"] ?? .object([])
            let updated = setObject(reported, of: entry)
            effects.writes += writes(
                of: updated, as: path.with(type: .podStatus), report: report.json)
            // As a cloud does: the report comes back as a new state of the pod.
            if updated.version != entry.version, let push = push(updated, .update) { effects.pushes.append(push) }
        }
        return effects
    }

    /// What a cloud says of a pod that it does not know, but with the uid that was reported, so that another pod of
    /// that name is left alone.
    private func unknownPod(_ path: ResourcePath, uid: String) -> DirectoryPush {
        var content: JSONValue = [
            "metadata": [
                "name": JSONValue(text: path.id), "namespace": JSONValue(text: path.namespace),
                "creationTimestamp": .null,
            ],
            "spec": ["containers": .null], "status": .object([]),
        ]
        if !uid.isEmpty { content["metadata"]?["uid"] = JSONValue(text: uid) }
        return DirectoryPush(operation: .delete, path: path, version: 0, content: Content(content))
    }

    /// Registration (`insert`, a Node) and status (`update`, `{"UID","Status","ExtendResources"}`) of a 1.2 node.
    mutating func takeNodeStatus(_ message: Message, _ asked: ResourcePath, at now: Moment) -> DirectoryEffects {
        let path = Self.objectPath(asked, type: .node)
        let answered = ResourcePath(namespace: asked.namespace, type: .node, id: asked.id).key
        guard !asked.id.isEmpty, let report = try? JSONValue(parsing: message.content.json) else {
            return DirectoryEffects()
        }
        var effects = DirectoryEffects(replies: [
            answer(to: message, content: .ok, resource: answered, at: now)
        ])
        let before = live(path)
        if message.route.operation == .insert {
            let entry = before ?? makeNode(path, from: report, at: now)
            effects.writes = writes(of: entry, as: path, report: entry.json)
            if before == nil, let push = push(entry, .update) { effects.pushes = [push] }
            return effects
        }
        let entry = before ?? makeNode(path, from: nil, at: now)
        guard var object = entry.object else { return effects }
        object["status"] = report["Status"] ?? .object([])
        let updated = setObject(object, of: entry)
        effects.writes = writes(of: updated, as: asked, report: report.json)
        if updated.version != before?.version, let push = push(updated, .update) { effects.pushes = [push] }
        return effects
    }
}
