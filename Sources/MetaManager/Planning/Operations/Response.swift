internal import Beehive
internal import MetaStore

/// Answers: the cloud's, to what was asked or reported, and the modules' own.
extension Planner {
    mutating func cloudResponse(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let parent = message.header.parentID
        if let request = state.remote.end(parent) {
            try completeRemote(request, with: message, in: view, at: now, into: &plan)
        } else if let entry = try outboxEntry(parent, in: view) {
            try endEntry(entry, with: message, in: view, at: now, into: &plan)
        } else {
            try storeUnasked(message, in: view, at: now, into: &plan)
        }
        acknowledge(message, at: now, into: &plan)
    }

    /// Nobody waits for it: an object is worth keeping all the same.
    private mutating func storeUnasked(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .dropped
        plan.reason = "nobody waits for this answer"
        guard let path = try? ResourcePath(parsing: message.route.resource), path.namesOne,
            path.type != .serviceAccountToken
        else { return }
        let type = TypeRules.stored(path.type)
        let content: Content
        switch AnswerContent(message.content) {
        case .object: content = message.content
        case .objectResponse(let json):
            guard let completed = AnswerContent.completed(json, type: type) else { return }
            content = completed
        default: return
        }
        guard
            let object = try? newObject(
                path: path.with(type: type), content: content, version: message.header.resourceVersion, origin: .cached)
        else { return }
        let isNew = try storeGuarded(object, asked: nil, message: message, in: view, at: now, into: &plan)
        plan.outcome = isNew ? .stored : .unchanged
        plan.reason = ""
        guard isNew else { return }
        deliverAsUpdate(content, of: object, from: message, into: &plan)
    }

    /// The cloud could not do what was asked; never answered itself.
    mutating func cloudError(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .dropped
        plan.reason = "nobody waits for this error"
        let parent = message.header.parentID
        if let request = state.remote.end(parent) {
            plan.outcome = .completed
            if request.isApplication { return passOn(message, to: request, into: &plan) }
            for caller in request.callers {
                fail(caller, because: message.content.string ?? "the cloud failed", at: now, into: &plan)
            }
        } else if let entry = try outboxEntry(parent, in: view) {
            try endEntry(entry, with: message, in: view, at: now, into: &plan)
        }
    }

    /// A module's answer to the cloud goes while the link is up; later nobody would wait for it.
    mutating func passResponse(_ message: Message, into plan: inout Plan) {
        guard state.isUp else {
            plan.outcome = .dropped
            plan.reason = Self.linkIsDown
            return
        }
        plan.outcome = .passed
        var answer = message
        answer.route.destination = ""
        plan.cloud.append(CloudFrame(kind: .answer, body: .message(answer)))
    }
}
