internal import Beehive
internal import MetaStore

/// Requests to the cloud (`messages.md`, section 5): under an id of our own, the caller waits without blocking anything.
extension Planner {
    static let linkIsDown = "the link to the cloud is down"

    /// Asks the cloud, or joins a like query that is under way.
    mutating func askCloud(
        _ message: Message, from module: ModuleInfo, at now: Moment, into plan: inout Plan
    ) {
        guard state.isUp else { return refuse(message, from: module, because: Self.linkIsDown, at: now, into: &plan) }
        let path: ResourcePath?
        do {
            path = try ResourcePath(parsing: message.route.resource)
        } catch {
            // What is only passed on to the cloud may name anything.
            guard isForCloud(message) else {
                return refuse(message, from: module, because: error.description, at: now, into: &plan)
            }
            path = nil
        }
        guard !state.remote.isFull else {
            return refuse(
                message, from: module, because: "too many requests wait for the cloud's answers; try again", at: now,
                into: &plan)
        }
        let caller = Caller(message, from: module)
        var flight: RemoteLedger.Flight?
        if message.route.operation == .query {
            let wanted = RemoteLedger.Flight(
                operation: .query, resource: message.route.resource, content: message.content.json)
            if let id = state.remote.join(wanted, caller: caller) {
                plan.outcome = .joined
                state.deadlines.add(.remoteStale(id), at: now.advanced(by: settings.staleAfter))
                return
            }
            flight = wanted
        }
        var request = message
        request.header.id = ids.next()
        request.header.parentID = ""
        request.header.sync = false
        request.header.timestamp = now.wall
        request.route.destination = ""
        let key: String
        if let path, path.type == .serviceAccountToken {
            key = TokenKey.key(name: path.id, namespace: path.namespace, request: message.content)
        } else {
            key = path?.key ?? message.route.resource
        }
        // Only queries are asked again: what else was sent need not be kept for as long as its answer takes.
        var kept = request
        if flight == nil { kept.content = .null }
        state.remote.begin(
            RemoteRequest(message: kept, path: path, key: key, flight: flight, asked: now.wall, callers: [caller]))
        if flight != nil { state.deadlines.add(.remoteStale(request.id), at: now.advanced(by: settings.staleAfter)) }
        state.deadlines.add(.remoteTimeout(request.id), at: now.advanced(by: settings.remoteTimeout))
        plan.outcome = .asked
        plan.cloud.append(CloudFrame(kind: .request, body: .message(request)))
    }

    /// The cloud has answered a request.
    mutating func completeRemote(
        _ request: RemoteRequest, with answer: Message, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .completed
        let kind = AnswerContent(answer.content)
        switch kind {
        case .object: try storeAnswer(answer.content, of: request, version: answer, in: view, at: now, into: &plan)
        case .objectResponse(let json):
            if let path = request.path, let content = AnswerContent.completed(json, type: TypeRules.stored(path.type)) {
                try storeAnswer(content, of: request, version: answer, in: view, at: now, into: &plan)
            }
        case .statusError(let reason, _):
            // A row that came after the question is not what the cloud did not find.
            if reason == "NotFound", request.isQuery, let head = try view.head(request.key),
                max(head.stored, head.confirmed) <= request.asked
            {
                plan.changes.append(.delete(key: request.key, remember: true))
            }
        case .other:
            // The cluster's authority travels as text, and pods need it offline.
            if request.key == SpecialResource.clusterCA, request.isQuery, !answer.content.isOK {
                try storeAnswer(answer.content, of: request, version: answer, in: view, at: now, into: &plan)
            }
        case .objectError, .lostError: break
        }
        for caller in request.callers { passAnswer(answer, kind: kind, to: caller, at: now, into: &plan) }
    }

    /// Gives a caller the cloud's answer, under the caller's id.
    mutating func passAnswer(
        _ answer: Message, kind: AnswerContent, to caller: Caller, at now: Moment, into plan: inout Plan
    ) {
        switch kind {
        case .statusError, .lostError:
            // Both releases' clients decode a status error as an empty object without complaint.
            let refusal = kind.refusal ?? ("Unknown", "")
            fail(caller, because: "\(refusal.reason): \(refusal.message)", at: now, into: &plan)
        case .object, .objectResponse, .objectError, .other:
            var message = answer
            message.header.parentID = caller.id
            plan.deliveries.append((.module(caller.module.name), message))
        }
    }

    private mutating func storeAnswer(
        _ content: Content, of request: RemoteRequest, version answer: Message, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let asked = request.path else { return }
        let type = TypeRules.stored(asked.type)
        let path = type == asked.type ? asked : asked.with(type: type)
        guard
            var object = try? newObject(
                path: path, content: content, version: answer.header.resourceVersion,
                origin: request.isQuery ? .cached : .delivered)
        else { return }
        if asked.type == .serviceAccountToken { object.key = request.key }
        let isNew = try storeGuarded(object, asked: request.asked, message: answer, in: view, at: now, into: &plan)
        guard isNew, request.isQuery, type != .serviceAccountToken else { return }
        if request.callers.allSatisfy({ $0.module.name == .resync }) {
            // They were answered from the stale row, or do not use the object: what is new, nobody would tell the
            // consumer, since the cloud takes our acknowledgement for its own.
            deliverAsUpdate(content, of: object, from: answer, into: &plan)
        } else if let consumer = consumer(of: answer, type: type),
            request.callers.contains(where: { $0.module.name == consumer })
        {
            state.owed.remove(object.key)
        }
    }

    /// Tells the consumer of an object that came in an answer: as an answer to nothing it would drop it.
    mutating func deliverAsUpdate(
        _ content: Content, of object: NewObject, from answer: Message, into plan: inout Plan
    ) {
        var update = answer
        update.header.parentID = ""
        update.route.operation = .update
        update.route.resource = object.key
        update.content = content
        state.owed.remove(object.key)
        deliverToConsumer(update, type: object.path.type, into: &plan)
    }

    /// Stores an object that came in an answer; true when it was new.
    @discardableResult
    mutating func storeGuarded(
        _ object: NewObject, asked: Int64?, message: Message, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) -> Bool {
        var object = object
        // What nobody asked for, or answers a patch, was said before the deletion: no uid comes back by itself.
        if asked == nil, try view.head(object.key) == nil, let tombstone = try view.tombstone(object.key),
            !object.uid.isEmpty, tombstone.uid == object.uid,
            now.wall - tombstone.deleted < settings.tombstoneAge.milliseconds
        {
            return false
        }
        let verdict = try VersionGuard.judge(
            object, in: view, asked: asked, memory: settings.tombstoneAge, now: now.wall)
        switch verdict {
        case .older: return false
        case .unchanged(let head):
            plan.changes.append(.confirm(rowID: head.rowID))
            return false
        case .completes(let head):
            object.origin = Self.origin(object.origin, over: head)
            plan.changes.append(.put(object, replacing: head.rowID))
            return false
        case .newer(let head):
            if let head { object.origin = Self.origin(object.origin, over: head) }
            plan.changes.append(.put(object, replacing: head?.rowID))
            if head == nil, try view.tombstone(object.key) != nil {
                plan.changes.append(.liftTombstone(key: object.key))
            }
        case .replacesOther:
            try removeOther(object, message: message, in: view, at: now, into: &plan)
            plan.changes.append(.put(object, replacing: nil))
        }
        // Until it is delivered, a push of the same version is news to the consumer.
        state.owed.insert(object.key)
        return true
    }

    /// What the cloud delivered, to us or to KubeEdge before us, stays so when a query brings it again.
    private static func origin(_ new: ObjectOrigin, over head: ObjectHead) -> ObjectOrigin {
        head.origin == .delivered || head.origin == .takenOver ? head.origin : new
    }

    /// A message for the cloud: a sync one waits for the cloud's own answer, others are facts.
    mutating func passToCloud(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        if message.header.sync { return askCloud(message, from: module, at: now, into: &plan) }
        if message.route.operation.isAnswer { return passResponse(message, into: &plan) }
        try enqueueFact(message, in: view, at: now, into: &plan)
        plan.outcome = .queued
    }
}
