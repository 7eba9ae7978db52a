internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The frames that carry pending writes up: applications with the version that was changed as precondition.
extension Planner {
    /// The entry of a step; the object is what readers see.
    func entry(of step: PendingWrite.Step, _ pending: PendingWrite, key: String, at now: Moment) -> OutboxEntry {
        entry(step.id, Self.application(step, pending, object: pending.object ?? .null), pending, key: key, at: now)
    }

    func entry(
        _ id: String, _ application: Application, _ pending: PendingWrite, key: String, at now: Moment
    ) -> OutboxEntry {
        let message = Message(
            header: Header(id: id, timestamp: now.wall),
            route: Route(source: .metaServer, group: .dynamicController, operation: .null, resource: "null"),
            content: Content(application.content(node: settings.nodeName)))
        return OutboxEntry(
            id: id, kind: pending.isEvent ? .fact : .state, key: key, endsByAnswer: true, created: now.wall,
            frame: MessageEncoder.encode(message)[...], type: PendingWrite.type)
    }

    /// What the cloud is asked in a step; the first one has the cloud's version as precondition, others get it when the
    /// one before has ended.
    static func application(_ step: PendingWrite.Step, _ pending: PendingWrite, object: JSONValue) -> Application {
        let isFirst = pending.steps.isEmpty || pending.steps.first?.id == step.id
        let version = isFirst ? pending.baseVersion : ""
        let uid = isFirst ? pending.baseUID : ""
        switch step.verb {
        case .create:
            return .create(
                pending.resource, namespace: pending.namespace,
                body: SentObject.make(object, for: .create, version: "").json)
        case .update:
            var body = SentObject.make(object, for: .update, version: version)
            if var metadata = body["metadata"] {
                // The uid is a precondition as well; one that was made up here is none.
                metadata["uid"] = uid.isEmpty ? Optional<JSONValue>.none : JSONValue(text: uid)
                body["metadata"] = metadata
            }
            return .update(
                pending.resource, namespace: pending.namespace, name: pending.name, body: body.json,
                subresource: step.subresource)
        case .delete:
            var conditions: JSONValue = [:]
            if !version.isEmpty { conditions["resourceVersion"] = JSONValue(text: version) }
            if !uid.isEmpty { conditions["uid"] = JSONValue(text: uid) }
            return .delete(
                pending.resource, namespace: pending.namespace, name: pending.name,
                options: conditions == [:] ? [:] : ["preconditions": conditions])
        }
    }

    /// The object that an entry carries; nil when it carries none, as a deletion.
    static func body(of entry: OutboxEntry) -> JSONValue? {
        guard let message = try? MessageDecoder().decode(entry.frame),
            let content = try? JSONValue(parsing: message.content.json),
            let body = Application(content: content)?.body
        else { return nil }
        return try? JSONValue(parsing: body)
    }
}
