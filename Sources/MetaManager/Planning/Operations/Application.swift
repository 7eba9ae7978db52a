internal import Beehive
internal import MetaStore

/// What the local API asks the cloud's dynamic controller, and what it wants kept of the answers.
extension Planner {
    /// Sends an application to the cloud under an id of our own; nothing of it is stored or waits for a link.
    mutating func askDynamicController(
        _ message: Message, from module: ModuleInfo, at now: Moment, into plan: inout Plan
    ) {
        guard state.isUp else { return refuse(message, from: module, because: Self.linkIsDown, at: now, into: &plan) }
        guard !state.remote.isFull else {
            return refuse(
                message, from: module, because: "too many requests wait for the cloud's answers; try again", at: now,
                into: &plan)
        }
        var request = message
        request.header = Header(id: ids.next(), timestamp: now.wall)
        request.route.destination = ""
        // Never asked again, so that a write happens once at most: what was sent need not be kept.
        var kept = request
        kept.content = .null
        state.remote.begin(
            RemoteRequest(
                message: kept, path: nil, key: message.route.resource, flight: nil, asked: now.wall,
                callers: [Caller(message, from: module)]))
        state.deadlines.add(.remoteTimeout(request.id), at: now.advanced(by: settings.remoteTimeout))
        plan.outcome = .asked
        plan.cloud.append(CloudFrame(kind: .request, body: .message(request)))
    }

    /// The dynamic controller's answer goes to who asked: never acknowledged, never stored.
    mutating func passApplicationAnswer(_ message: Message, into plan: inout Plan) {
        let parent = message.header.parentID
        guard state.remote[parent]?.isApplication == true, let request = state.remote.end(parent) else {
            plan.outcome = .dropped
            plan.reason = "nobody waits for this answer"
            return
        }
        plan.outcome = .completed
        passOn(message, to: request, into: &plan)
    }

    /// Gives those who wait for an application the cloud's own words, under their ids.
    func passOn(_ message: Message, to request: RemoteRequest, into plan: inout Plan) {
        for caller in request.callers {
            var answer = message
            answer.header.parentID = caller.id
            plan.deliveries.append((.module(caller.module.name), answer))
        }
    }

    /// Stores what the local API learned from an answer of the cloud, by the rules for answers; no consumer is told.
    mutating func keepAnswer(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let object: NewObject
        do throws(ResourcePath.Fault) {
            let path = try ResourcePath(parsing: message.route.resource)
            guard path.namesOne else { throw ResourcePath.Fault(description: "'\(path)' names no object to keep") }
            object = try newObject(path: path, content: message.content, version: "", origin: .delivered)
        } catch {
            return refuse(message, from: module, because: error.description, at: now, into: &plan)
        }
        // When it was asked is not known here: a deletion that came meanwhile counts more.
        let isNew = try storeGuarded(object, asked: nil, message: message, in: view, at: now, into: &plan)
        // Nobody consumes these types, so nobody is owed them.
        state.owed.remove(object.key)
        plan.outcome = isNew ? .stored : .unchanged
        if message.header.sync { answer(message, to: module, content: .ok, at: now, into: &plan) }
    }

    /// Removes what the local API kept and the cloud has no more.
    mutating func dropAnswer(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let key = message.route.resource
        plan.outcome = .absent
        if try view.head(key) != nil {
            plan.outcome = .deleted
            plan.changes.append(.delete(key: key, remember: true))
        }
        state.owed.remove(key)
        if message.header.sync { answer(message, to: module, content: .ok, at: now, into: &plan) }
    }
}
