internal import Beehive
internal import MetaStore

/// Patches of statuses by edged: an overlay here, a composed entry of the outbox for the cloud.
extension Planner {
    /// The most patches of one object that wait for the cloud.
    static let maximumPatches = 256

    mutating func storePatch(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let path = try? ResourcePath(parsing: message.route.resource), path.namesOne,
            let text = message.content.string, let patch = try? JSONValue(parsing: Bytes(text.utf8)),
            case .object = patch
        else {
            return refuse(
                message, from: module,
                because: "patch of '\(message.route.resource)' is no JSON text that holds an object", at: now,
                into: &plan)
        }
        // Patches that cannot be composed wait one behind the other; a cloud that is away for weeks must not let them grow.
        guard try view.outbox(about: path.key).count < Self.maximumPatches else {
            return refuse(
                message, from: module,
                because: "\(Self.maximumPatches) patches of '\(path)' wait for the cloud already", at: now, into: &plan)
        }
        let row = try view.readableObject(path.key)
        // A damaged row is there all the same, and is replaced.
        let replaced: Int64? = if let row { row.head.rowID } else { try view.head(path.key)?.rowID }
        let overlay = Overlay.adding(patch, to: row?.value)
        let caller = Caller(message, from: module)
        if !state.isUp {
            guard let offline = try offlineObject(path, overlay: overlay, in: view) else {
                // Without an object to answer with nothing is kept: the caller is told, and tries again.
                return refuse(
                    message, from: module,
                    because: "'\(path.with(type: TypeRules.stored(path.type)))' is not stored, and "
                        + Self.linkIsDown, at: now, into: &plan)
            }
            answer(message, to: module, content: offline, at: now, into: &plan)
        }
        plan.outcome = .stored
        let object = NewObject(path: path, value: overlay, origin: .local)
        plan.changes.append(.put(object, replacing: replaced))
        let lane: OutboxLane = path.type == .nodePatch ? .node : .state
        let entry = try enqueueState(
            message, key: path.key, lane: lane, endsByAnswer: true, composing: patch, in: view, at: now, into: &plan)
        if state.isUp { try wait(caller, for: entry, in: view, at: now, into: &plan) }
    }

    /// The ObjectResp that the cloud would give if it agreed, made from what is stored.
    private func offlineObject(
        _ path: ResourcePath, overlay: Bytes?, in view: some StoreReading
    ) throws(StoreError) -> Content? {
        guard let object = try view.object(path.with(type: TypeRules.stored(path.type)).key) else { return nil }
        let value: Bytes
        if let overlay {
            value = Overlay.mergePatches(overlay, into: object.value)
        } else {
            value = try Overlay.merged(object, in: view)
        }
        return try? Content(json: Bytes(#"{"Object":"#.utf8) + value + Bytes(#","Err":null}"#.utf8))
    }

    /// A pod's deletion by edged: the row goes when the cloud says so.
    mutating func queuePodDelete(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let path = try? ResourcePath(parsing: message.route.resource), path.namesOne else {
            return refuse(
                message, from: module, because: "'\(message.route.resource)' names no pod", at: now, into: &plan)
        }
        plan.outcome = .queued
        let entry = try enqueueState(
            message, key: path.key, lane: .state, endsByAnswer: true, in: view, at: now, into: &plan)
        if state.isUp {
            try wait(Caller(message, from: module), for: entry, in: view, at: now, into: &plan)
        } else {
            answer(message, to: module, content: .ok, at: now, into: &plan)
        }
    }

    private mutating func wait(
        _ caller: Caller, for entry: String, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard state.outbox.waiting.add(caller, for: entry) else {
            return try answerAsOffline(caller, in: view, at: now, into: &plan)
        }
        state.deadlines.add(.outboxCaller(caller.id), at: now.advanced(by: settings.moduleTimeout))
    }

    /// Answers a caller that waits for the cloud as if the link had been down; the entry stays.
    mutating func answerAsOffline(
        _ caller: Caller, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let path = try? ResourcePath(parsing: caller.route.resource) else { return }
        var content: Content? = .ok
        if path.type != .pod { content = try offlineObject(path, overlay: nil, in: view) }
        guard let content else {
            return fail(
                caller,
                because: "'\(path.with(type: TypeRules.stored(path.type)))' is not stored, and the cloud has "
                    + "not answered; the patch is kept and will be sent", at: now, into: &plan)
        }
        var route = caller.route
        route.operation = .response
        route.destination = ""
        plan.deliveries.append(
            (
                .module(caller.module.name),
                Message(
                    header: Header(id: ids.next(), parentID: caller.id, timestamp: now.wall), route: route,
                    content: content)
            ))
    }
}
