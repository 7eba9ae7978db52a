internal import Beehive
internal import MetaStore

/// Insert and update of one object from the cloud: store, tell the consumer, acknowledge.
extension Planner {
    mutating func storeObject(
        _ message: Message, path: ResourcePath?, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let received = message
        let (message, path) = Self.namedByKind(received, path)
        let object: NewObject
        do {
            // What is no resource says why when it is parsed once more.
            let path = if let path { path } else { try ResourcePath(parsing: message.route.resource) }
            object = try newObject(
                path: path, content: message.content, version: message.header.resourceVersion, origin: .delivered)
        } catch {
            return refuseForGood(received, because: error.description, at: now, into: &plan)
        }
        let type = object.path.type
        let verdict = try VersionGuard.judge(object, in: view, memory: settings.tombstoneAge, now: now.wall)
        switch verdict {
        case .older: plan.outcome = .older
        case .unchanged(let head):
            plan.outcome = .unchanged
            // What a query brought first is the cloud's own word now, which it will not send again.
            plan.changes.append(head.origin == .cached ? .adopt(rowID: head.rowID) : .confirm(rowID: head.rowID))
            if isUndelivered(head, key: object.key) { deliverToConsumer(message, type: type, into: &plan) }
        case .completes(let head):
            plan.outcome = .unchanged
            plan.changes.append(.put(object, replacing: head.rowID))
        case .newer(let head):
            plan.outcome = .stored
            plan.changes.append(.put(object, replacing: head?.rowID))
            if head == nil, try view.tombstone(object.key) != nil {
                plan.changes.append(.liftTombstone(key: object.key))
            }
            deliverToConsumer(message, type: type, into: &plan)
        case .replacesOther:
            plan.outcome = .stored
            try removeOther(object, message: message, in: view, at: now, into: &plan)
            plan.changes.append(.put(object, replacing: nil))
            deliverToConsumer(message, type: type, into: &plan)
        }
        if verdict != .older { state.owed.remove(object.key) }
        acknowledge(received, at: now, into: &plan)
    }

    /// The sync loop of release 1.2 calls everything a pod; the object's kind says what it is.
    private static func namedByKind(_ message: Message, _ path: ResourcePath?) -> (Message, ResourcePath?) {
        guard let path, path.type == .pod,
            let kind = message.content.text(message.content.sketch.objectKind), kind != "Pod"
        else { return (message, path) }
        let type = ResourceType(kind.lowercased())
        // Of kinds that are not known the resource is all there is.
        guard TypeRules.objects.contains(type) else { return (message, path) }
        let named = path.with(type: type)
        var message = message
        message.route.resource = named.key
        return (message, named)
    }

    /// True for a row that came in an answer only, and once for one that an earlier process may not have delivered.
    mutating func isUndelivered(_ head: ObjectHead, key: String) -> Bool {
        if state.owed.contains(key) { return true }
        guard let range = state.undelivered, range.contains(head.revision) else { return false }
        return state.redelivered.insert(key).inserted
    }

    /// Another object stood under the key: it goes, with all that hangs on it, and its consumer is told.
    mutating func removeOther(
        _ object: NewObject, message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let head = try view.head(object.key) else { return }
        // Its consumer is told also when the old value does not open any more.
        let old = try view.readableObject(object.key)
        plan.changes.append(.delete(key: object.key, remember: false))
        try removeDependants(of: object.path, in: view, at: now, into: &plan)
        // What still waits about the old object itself, such as its deletion, must not meet the new one.
        try removeEntries(about: object.key, of: object.path, in: view, at: now, into: &plan)
        var route = message.route
        route.operation = .delete
        route.resource = object.key
        let content = old.flatMap { try? Content(json: $0.value) } ?? .null
        let header = Header(id: ids.next(), timestamp: now.wall, resourceVersion: head.version)
        deliverToConsumer(Message(header: header, route: route, content: content), type: object.path.type, into: &plan)
    }

    /// Reads what a message wants stored.
    ///
    /// - Throws: one line that says why it can never be stored.
    func newObject(
        path: ResourcePath, content: Content, version: String, origin: ObjectOrigin
    ) throws(ResourcePath.Fault) -> NewObject {
        guard let value = content.storedValue else {
            throw ResourcePath.Fault(description: "'\(path)' has no content to store")
        }
        if content.kind != .object, path.namesOne, TypeRules.objects.contains(path.type) {
            throw ResourcePath.Fault(description: "content of '\(path)' is no object but a JSON \(content.kind)")
        }
        let sketch = content.sketch
        let own = content.text(sketch.resourceVersion) ?? ""
        return NewObject(
            path: path, value: value, uid: content.text(sketch.uid) ?? "", version: own.isEmpty ? version : own,
            apiVersion: content.text(sketch.apiVersion) ?? "", kind: content.text(sketch.objectKind) ?? "",
            origin: origin)
    }
}
