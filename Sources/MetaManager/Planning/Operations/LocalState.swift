internal import Beehive
internal import MetaStore

/// States and facts of the node's modules: stored, and queued for the cloud in the same transaction.
extension Planner {
    /// `update` from edged: pod status, node status and whatever else it reports.
    mutating func storeState(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let object = localObject(message, from: module, at: now, into: &plan) else { return }
        if object.path.type == .pod {
            // The row stays what the cloud last sent: it changes when the cloud pushes it.
            plan.outcome = .queued
            try enqueueState(message, key: object.key, lane: .state, in: view, at: now, into: &plan)
            return answer(message, to: module, content: .ok, at: now, into: &plan)
        }
        let canBeUnchanged = !TypeRules.neverUnchanged.contains(object.path.type)
        let head = try view.head(object.key)
        if canBeUnchanged, head != nil, try view.holds(object.key, value: object.value) {
            plan.outcome = .unchanged
        } else {
            plan.outcome = .stored
            plan.changes.append(.put(object, replacing: head?.rowID))
            let lane: OutboxLane = object.path.type == .nodeStatus ? .node : .state
            try enqueueState(message, key: object.key, lane: lane, in: view, at: now, into: &plan)
        }
        answer(message, to: module, content: .ok, at: now, into: &plan)
    }

    /// What functions report: stored, and a fact for the cloud each time.
    mutating func storeFunctionFact(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let object = localObject(message, from: module, at: now, into: &plan) else { return }
        plan.outcome = .stored
        plan.changes.append(.put(object, replacing: try view.head(object.key)?.rowID))
        try enqueueFact(message, in: view, at: now, into: &plan)
        if message.header.sync { answer(message, to: module, content: .ok, at: now, into: &plan) }
    }

    /// A local row carries no version: it is whatever the module said last.
    private mutating func localObject(
        _ message: Message, from module: ModuleInfo, at now: Moment, into plan: inout Plan
    ) -> NewObject? {
        do {
            let path = try ResourcePath(parsing: message.route.resource)
            guard let value = message.content.storedValue else {
                throw ResourcePath.Fault(description: "'\(path)' has no content to store")
            }
            return NewObject(path: path, value: value, origin: .local)
        } catch {
            refuse(message, from: module, because: "\(error)", at: now, into: &plan)
            return nil
        }
    }

    /// Labels and annotations of the node: the stored Node changes when the cloud pushes it.
    mutating func queueNodeUpdate(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard !message.content.isEmpty else {
            return refuse(
                message, from: module, because: "'\(message.route.resource)' has no content to send", at: now,
                into: &plan)
        }
        plan.outcome = .queued
        try enqueueState(message, key: message.route.resource, lane: .node, in: view, at: now, into: &plan)
        answer(message, to: module, content: .ok, at: now, into: &plan)
    }

    /// Events: never stored, never lost.
    mutating func queueFact(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .queued
        try enqueueFact(message, in: view, at: now, into: &plan)
        if message.header.sync { answer(message, to: module, content: .ok, at: now, into: &plan) }
    }

    /// A device written through the local API: under its own name, and for twin each time.
    mutating func writeDevice(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let asked = try? ResourcePath(parsing: message.route.resource),
            let name = message.content.text(message.content.sketch.name), !name.isEmpty
        else {
            return refuse(
                message, from: module, because: "device '\(message.route.resource)' has no metadata.name", at: now,
                into: &plan)
        }
        let path = ResourcePath(namespace: asked.namespace, type: .device, id: name)
        let object: NewObject
        do {
            object = try newObject(path: path, content: message.content, version: "", origin: .local)
        } catch {
            return refuse(message, from: module, because: error.description, at: now, into: &plan)
        }
        plan.outcome = .stored
        plan.changes.append(.put(object, replacing: try view.head(object.key)?.rowID))
        var update = message
        update.header.sync = false
        update.route.source = ModuleName(ModuleGroup.meta.rawValue)
        update.route.group = .twin
        update.route.destination = ""
        update.route.resource = path.key
        plan.deliveries.append((.module(.twin), update))
        answer(message, to: module, content: .ok, at: now, into: &plan)
    }
}
