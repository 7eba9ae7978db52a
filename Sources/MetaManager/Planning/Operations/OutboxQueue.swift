internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What must reach the cloud, in the transaction that makes it so (`messages.md`, section 6).
extension Planner {
    /// Queues a state: the latest per key, in the place of one that has not been sent on this connection.
    ///
    /// A patch (`composing`) is composed with what waits instead of replacing it. Gives the id of the entry that now
    /// holds the state.
    @discardableResult
    mutating func enqueueState(
        _ message: Message, key: String, lane: OutboxLane, endsByAnswer: Bool = false,
        composing patch: JSONValue? = nil,
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) -> String {
        var entry = OutboxEntry(
            id: message.id, kind: .state, key: key, endsByAnswer: endsByAnswer, created: now.wall,
            frame: Self.upward(message), type: Self.type(of: message))
        state.outbox.mayHaveWork = true
        if let waiting = try view.outbox(about: key).last, !state.outbox.isSent(waiting.place),
            waiting.endsByAnswer == endsByAnswer
        {
            if let patch {
                guard let joined = Self.compose(patch, after: waiting) else {
                    plan.changes.append(.enqueue(entry, lane: lane))
                    return entry.id
                }
                var composed = message
                composed.content = Content(text: String(decoding: joined.json, as: UTF8.self))
                entry.frame = Self.upward(composed)
            }
            entry.place = waiting.place
            plan.changes.append(.rewrite(entry))
            // The composed entry carries the newest id; who waited for the earlier one waits for this.
            state.outbox.waiting.move(from: waiting.id, to: entry.id)
            return entry.id
        }
        plan.changes.append(.enqueue(entry, lane: lane))
        return entry.id
    }

    private static func compose(_ patch: JSONValue, after waiting: OutboxEntry) -> JSONValue? {
        guard let message = try? MessageDecoder().decode(waiting.frame), let text = message.content.string,
            let earlier = try? JSONValue(parsing: Bytes(text.utf8))
        else { return nil }
        return PatchComposition.compose(patch, after: earlier)
    }

    /// Queues a fact, behind all others; over the limit the oldest go, and are counted.
    mutating func enqueueFact(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        state.outbox.mayHaveWork = true
        if try view.outboxDepth().facts >= settings.maximumFacts {
            for oldest in try view.outbox(lane: .fact, after: 0, limit: 1) {
                try drop(oldest, because: "full", in: view, into: &plan)
            }
        }
        let entry = OutboxEntry(
            id: message.id, kind: .fact, key: "", endsByAnswer: false, created: now.wall, frame: Self.upward(message),
            type: Self.type(of: message))
        plan.changes.append(.enqueue(entry, lane: .fact))
    }

    /// The type of what a message is about, which decides whether its frame is sealed.
    private static func type(of message: Message) -> ResourceType {
        (try? ResourcePath(parsing: message.route.resource))?.type ?? ""
    }

    /// The entry that an answer belongs to: mostly one that is on its way, whose place is known.
    func outboxEntry(_ id: String, in view: some StoreReading) throws(StoreError) -> OutboxEntry? {
        guard !id.isEmpty else { return nil }
        if let sent = state.outbox.entry(id: id), let lane = OutboxLane(rawValue: sent.place >> 48) {
            return try view.outbox(lane: lane, after: sent.place - 1, limit: 1).first { $0.id == id }
        }
        return try view.outbox(id: id)
    }

    /// Gives an entry up; an overlay that will never reach the cloud goes with it.
    mutating func drop(
        _ entry: OutboxEntry, because reason: String, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        plan.changes.append(.dequeue(place: entry.place))
        plan.outboxDropped.append((entry.kind, reason))
        state.outbox.end(entry.place)
        guard let path = try? ResourcePath(parsing: entry.key) else { return }
        if path.type == .podPatch || path.type == .nodePatch {
            let isDropped = try dropOverlay(path, endedBy: entry, in: view, into: &plan)
            if isDropped { try renew(path.with(type: TypeRules.stored(path.type)), in: view, into: &plan) }
        } else if path.type == PendingWrite.type {
            try pendingDropped(entry, at: path, because: reason, in: view, into: &plan)
        }
    }

    /// The frame that goes up: the message as it came, without what only this node understands.
    static func upward(_ message: Message) -> Bytes {
        var message = message
        message.header.sync = false
        message.route.destination = ""
        return MessageEncoder.encode(message)[...]
    }

    /// The cloud's answer ends an entry; an object in it is stored, a refusal goes to who sent the message.
    mutating func endEntry(
        _ entry: OutboxEntry, with message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .completed
        let path = try? ResourcePath(parsing: entry.key)
        if let path, path.type == PendingWrite.type {
            return try pendingAnswered(entry, at: path, with: message, in: view, at: now, into: &plan)
        }
        plan.changes.append(.dequeue(place: entry.place))
        state.outbox.end(entry.place)
        let callers = state.outbox.waiting.take(entry.id)
        let kind = AnswerContent(message.content)
        if let path, path.type == .podPatch || path.type == .nodePatch {
            let type = TypeRules.stored(path.type)
            // First the patch goes, then the object comes: the object's revision is then the last that tells of it.
            let isDropped = try dropOverlay(path, endedBy: entry, in: view, into: &plan)
            if case .objectResponse(let json) = kind, let content = AnswerContent.completed(json, type: type),
                let object = try? newObject(
                    path: path.with(type: type), content: content, version: "", origin: .delivered)
            {
                try storeGuarded(object, asked: nil, message: message, in: view, at: now, into: &plan)
            }
            if isDropped { try renew(path.with(type: type), in: view, into: &plan) }
        }
        try confirmReport(path, in: view, into: &plan)
        if message.route.operation == .error {
            for caller in callers {
                fail(caller, because: message.content.string ?? "the cloud failed", at: now, into: &plan)
            }
            if callers.isEmpty, !entry.endsByAnswer { tellSender(of: entry, message, into: &plan) }
            return
        }
        for caller in callers { passAnswer(message, kind: kind, to: caller, at: now, into: &plan) }
        // Callers that were answered before hear no more of their patch; others learn that they were refused.
        if callers.isEmpty, kind.refusal != nil, !entry.endsByAnswer { tellSender(of: entry, message, into: &plan) }
    }

    private func tellSender(of entry: OutboxEntry, _ message: Message, into plan: inout Plan) {
        guard let sent = try? MessageDecoder().decode(entry.frame) else { return }
        plan.deliveries.append((.module(sent.route.source), message))
    }

    /// An overlay goes when the entry that carried it ends and no later patch waits; true when it went.
    private func dropOverlay(
        _ path: ResourcePath, endedBy entry: OutboxEntry, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) -> Bool {
        guard try view.outbox(about: entry.key).allSatisfy({ $0.place == entry.place }) else { return false }
        guard try view.head(path.key) != nil else { return false }
        plan.changes.append(.delete(key: path.key, remember: false))
        return true
    }

    /// An object from which an overlay was taken reads as another one: it gets a revision that says so, unless this plan
    /// writes it anyway.
    func renew(
        _ path: ResourcePath, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        let isWritten = plan.changes.contains { change in
            if case .put(let object, _) = change { object.key == path.key } else { false }
        }
        guard !isWritten, let stored = try view.readableObject(path.key), let content = try? Content(json: stored.value)
        else { return }
        let head = stored.head
        guard let object = try? newObject(path: path, content: content, version: head.version, origin: head.origin)
        else { return }
        plan.changes.append(.put(object, replacing: head.rowID))
    }

    /// Notes when the cloud got a report: the pod that it pushes afterwards holds it.
    private func confirmReport(
        _ path: ResourcePath?, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        guard let path, path.type == .podStatus, let head = try view.head(path.key) else { return }
        plan.changes.append(.confirm(rowID: head.rowID))
    }

    /// A pong proves that the cloud has read these entries.
    mutating func outboxConfirmed(
        _ places: [Int64], on connection: Int, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        guard connection == state.connection else { return }
        plan.outcome = .completed
        for place in places {
            guard let sent = state.outbox.sent[place], !sent.endsByAnswer else { continue }
            state.outbox.end(place)
            plan.changes.append(.dequeue(place: place))
            if !sent.key.isEmpty {
                try confirmReport(try? ResourcePath(parsing: sent.key), in: view, into: &plan)
            }
        }
    }

    /// An operator empties the outbox, or takes one entry out.
    mutating func dropOutbox(id: String?, in view: some StoreReading, into plan: inout Plan) throws(StoreError) {
        if let id {
            if let entry = try view.outbox(id: id) { try drop(entry, because: "operator", in: view, into: &plan) }
            return
        }
        for lane in OutboxLane.allCases {
            for entry in try view.outbox(lane: lane, after: 0, limit: .max) {
                try drop(entry, because: "operator", in: view, into: &plan)
            }
        }
    }

    /// Facts beyond a bound that was lowered go, the oldest first, some at a time, and are counted.
    mutating func dropExcess(in view: some StoreReading, at now: Moment, into plan: inout Plan) throws(StoreError) {
        let excess = try view.outboxDepth().facts - settings.maximumFacts
        guard excess > 0 else { return }
        let oldest = try view.outbox(lane: .fact, after: 0, limit: min(excess, 256))
        for entry in oldest { try drop(entry, because: "full", in: view, into: &plan) }
        // Unless the lane is at its end, whatever was counted.
        if excess > oldest.count, oldest.count == 256 { state.deadlines.add(.outboxBounds, at: now) }
    }

    /// 2020, in milliseconds since 1970: a node without a clock of its own starts at 1970 until a time server is heard.
    private static var firstPlausibleTime: Int64 { 1_577_836_800_000 }

    /// Facts that have grown too old go, and are counted; what was queued before the clock was set has no known age.
    mutating func dropAged(in view: some StoreReading, at now: Moment, into plan: inout Plan) throws(StoreError) {
        let limit = now.wall - settings.maximumAge.milliseconds
        for lane in OutboxLane.allCases {
            for entry in try view.outbox(lane: lane, after: 0, limit: 256)
            where entry.created < limit && entry.created > Self.firstPlausibleTime {
                try drop(entry, because: "age", in: view, into: &plan)
            }
        }
    }
}
