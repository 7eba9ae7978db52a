internal import Beehive
internal import KubeAPI
internal import MetaStore

/// What the cloud decides about writes that have waited for it.
extension Planner {
    /// The dynamic controller's answer to an application: one of the outbox, or one that a caller waits for.
    mutating func applicationAnswer(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let parent = message.header.parentID
        if state.remote[parent] == nil, let entry = try outboxEntry(parent, in: view) {
            return try endEntry(entry, with: message, in: view, at: now, into: &plan)
        }
        passApplicationAnswer(message, into: &plan)
    }

    /// A step of a pending write has been answered.
    mutating func pendingAnswered(
        _ entry: OutboxEntry, at row: ResourcePath, with message: Message, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let stored = try view.readableObject(row.key)
        guard let path = PendingWrite.path(under: row), let stored, var pending = PendingWrite(stored.value),
            let step = pending.steps.first, step.id == entry.id
        else {
            // Nothing lies over an object any more: what was sent for it ends here. A row that cannot be read stays, since
            // nobody knows what else it holds.
            if try view.head(row.key) != nil {
                plan.reason = "the row of the write cannot be read, and stays"
                // For want of the key nobody can tell: what waits is sent again once the key is there.
                if stored == nil, try view.isSound(row.key, type: row.type) { return }
            }
            plan.changes.append(.dequeue(place: entry.place))
            state.outbox.end(entry.place)
            return
        }
        guard message.route.operation != .error, let json = try? JSONValue(parsing: message.content.json),
            let answer = ApplicationAnswer(content: json)
        else {
            return try note(
                message.content.string ?? "the cloud's answer cannot be read", in: &pending, at: row, view, into: &plan)
        }
        // A `Status` or an empty answer says that it was done, and not what the object is now.
        let body = answer.body.flatMap { try? JSONValue(parsing: $0) }.flatMap { object in
            object["metadata"]?["name"]?.text == pending.name ? object : nil
        }
        let isTaken = answer.failure == nil && (answer.status == .approved || answer.status == .completed)
        var ending = PendingEnding(entry: entry, row: row, path: path, pending: pending, step: step)
        if let wanted = pending.checking {
            try checked(&ending, wanted: wanted, isTaken ? body : nil, answer, in: view, at: now, into: &plan)
        } else if isTaken, step.verb != .delete, body == nil {
            ending.pending.checking = Self.anything
            try askInstead(&ending, in: view, at: now, into: &plan)
        } else if isTaken {
            try stepTaken(&ending, object: step.verb == .delete ? nil : body, in: view, at: now, into: &plan)
        } else if let failure = answer.failure, !Self.isPassing(failure) {
            try stepRefused(&ending, failure, in: view, at: now, into: &plan)
        } else {
            let cause = answer.failure?.message ?? answer.reason
            try note(cause.isEmpty ? "the cloud failed" : cause, in: &pending, at: row, view, into: &plan)
        }
    }

    /// True for a failure that says nothing of the write: it is sent again.
    private static func isPassing(_ failure: APIFailure) -> Bool { failure.code == 429 || failure.code >= 500 }

    /// Notes why the cloud has not decided; the entry stays, and is sent again when its time is over.
    private mutating func note(
        _ problem: String, in pending: inout PendingWrite, at row: ResourcePath, _ view: some StoreReading,
        into plan: inout Plan
    ) throws(StoreError) {
        // Never one word: the cloud's words must not be taken for a reason of Kubernetes' where decisions are written down.
        plan.reason = "not decided: \(problem)"
        guard pending.problem != problem else { return }
        pending.problem = OneLine.of(problem, limit: 1000)
        try putPending(pending, at: row, in: view, into: &plan)
    }

    /// The cloud has done what a step wanted.
    ///
    /// Without an object there is none any more, unless `isGone` says that it is only not known.
    private mutating func stepTaken(
        _ ending: inout PendingEnding, object: JSONValue?, isGone: Bool? = nil, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let isGone = isGone ?? (object == nil)
        plan.changes.append(.dequeue(place: ending.entry.place))
        state.outbox.end(ending.entry.place)
        ending.pending.steps.removeFirst()
        ending.pending.checking = nil
        ending.pending.problem = ""
        guard let next = ending.pending.steps.first else {
            return try endPending(ending, leaving: object, isGone: isGone, in: view, at: now, into: &plan)
        }
        // The next one was made over this one's result.
        ending.pending.baseVersion = object?.resourceVersion ?? ""
        ending.pending.baseUID = object?.uid ?? ""
        if let waiting = try view.outbox(about: ending.row.key).first(where: { $0.id == next.id }) {
            let body = Self.body(of: waiting) ?? .null
            let application = Self.application(next, ending.pending, object: body)
            var changed = entry(next.id, application, ending.pending, key: ending.row.key, at: now)
            changed.place = waiting.place
            changed.created = waiting.created
            plan.changes.append(.rewrite(changed))
        }
        try restore(ending.path, to: object, isGone: isGone, in: view, at: now, into: &plan)
        try putPending(ending.pending, at: ending.row, in: view, into: &plan)
    }

    /// The API server refuses a step.
    private mutating func stepRefused(
        _ ending: inout PendingEnding, _ failure: APIFailure, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        switch (failure.code, ending.step.verb) {
        case (409, _):
            // Somebody has changed it, or this very write was done and its answer lost: the cloud's object tells.
            let wanted = Self.body(of: ending.entry) ?? .null
            ending.pending.checking = wanted
            try askInstead(&ending, in: view, at: now, into: &plan)
        case (_, .delete) where Self.isAbsence(failure, of: ending):
            try stepTaken(&ending, object: nil, in: view, at: now, into: &plan)
        default:
            try endInConflict(
                ending, reason: failure.reason, message: failure.message, cloud: nil,
                isGone: Self.isAbsence(failure, of: ending), in: view, at: now, into: &plan)
        }
    }

    /// Whether the cloud says that the object of a write is not there, and not that its kind or its namespace is not.
    private static func isAbsence(_ failure: APIFailure, of ending: PendingEnding) -> Bool {
        let pending = ending.pending
        return failure.isAbsence(
            of: pending.name,
            kinds: [pending.resource.plural, ending.path.type.rawValue, pending.object?["kind"]?.text ?? ""])
    }

    /// What a step that was taken, with an answer that tells no object, finds right: whatever the cloud has.
    private static var anything: JSONValue { .object([]) }

    /// The cloud is asked for the object itself.
    private mutating func askInstead(
        _ ending: inout PendingEnding, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let question = Application.get(
            ending.pending.resource, namespace: ending.pending.namespace, name: ending.pending.name)
        try sendInstead(question, &ending, in: view, at: now, into: &plan)
    }

    /// The cloud's object after a conflict, or after an answer that told none, has come.
    private mutating func checked(
        _ ending: inout PendingEnding, wanted: JSONValue, _ cloud: JSONValue?, _ answer: ApplicationAnswer,
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let step = ending.step
        let isTaken = wanted == Self.anything
        guard let cloud else {
            if isTaken, let failure = answer.failure, !Self.isPassing(failure) {
                // It was taken, and is gone since, or not for this node to read: nothing of ours is to be kept.
                return try stepTaken(
                    &ending, object: nil, isGone: Self.isAbsence(failure, of: ending), in: view, at: now, into: &plan)
            }
            if let failure = answer.failure, Self.isAbsence(failure, of: ending) {
                if step.verb == .delete { return try stepTaken(&ending, object: nil, in: view, at: now, into: &plan) }
                if step.verb == .create {
                    // What stood in the way has gone meanwhile.
                    ending.pending.checking = nil
                    let again = Self.application(step, ending.pending, object: wanted)
                    return try sendInstead(again, &ending, in: view, at: now, into: &plan)
                }
                return try endInConflict(
                    ending, reason: "NotFound", message: "the cloud has deleted it", cloud: nil, isGone: true,
                    in: view, at: now, into: &plan)
            }
            if let failure = answer.failure, !Self.isPassing(failure) {
                return try endInConflict(
                    ending, reason: failure.reason, message: failure.message, cloud: nil, isGone: false, in: view,
                    at: now, into: &plan)
            }
            let cause = answer.failure?.message ?? answer.reason
            return try note(
                cause.isEmpty ? "the cloud's answer has no object" : cause, in: &ending.pending, at: ending.row, view,
                into: &plan)
        }
        if isTaken { return try stepTaken(&ending, object: cloud, in: view, at: now, into: &plan) }
        if step.verb != .delete, SentObject.isSame(wanted, cloud, subresource: step.subresource) {
            return try stepTaken(&ending, object: cloud, in: view, at: now, into: &plan)
        }
        let isOurs = ending.pending.baseUID.isEmpty || ending.pending.baseUID == cloud.uid
        if settings.conflictPolicy == .edge, step.verb == .update, step.subresource == "status", isOurs,
            ending.pending.tries < Self.maximumTries
        {
            return try sendOver(cloud, wanted: wanted, &ending, in: view, at: now, into: &plan)
        }
        try endInConflict(
            ending, reason: step.verb == .create ? "AlreadyExists" : "Conflict",
            message: "the cloud's object has changed since it was read here", cloud: cloud, isGone: false, in: view,
            at: now, into: &plan)
    }

    /// A status that the cloud changes this often meanwhile is left to it.
    private static var maximumTries: Int { 8 }

    /// This node knows best about a status: it goes up again, over the cloud's newest version.
    private mutating func sendOver(
        _ cloud: JSONValue, wanted: JSONValue, _ ending: inout PendingEnding, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        ending.pending.checking = nil
        ending.pending.tries += 1
        ending.pending.baseVersion = cloud.resourceVersion
        ending.pending.baseUID = cloud.uid
        var object = cloud
        object["status"] = wanted["status"]
        if ending.pending.steps.count == 1 { ending.pending.object = object }
        let again = Self.application(ending.step, ending.pending, object: object)
        try restore(ending.path, to: cloud, isGone: false, in: view, at: now, into: &plan)
        try sendInstead(again, &ending, in: view, at: now, into: &plan)
    }

    /// Another question takes the place of the one that was answered, in front of what waits behind it.
    private mutating func sendInstead(
        _ application: Application, _ ending: inout PendingEnding, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        let id = ids.next()
        var changed = entry(id, application, ending.pending, key: ending.row.key, at: now)
        changed.place = ending.entry.place
        plan.changes.append(.rewrite(changed))
        ending.pending.steps[0].id = id
        state.outbox.again(ending.entry.place)
        try putPending(ending.pending, at: ending.row, in: view, into: &plan)
    }
}

/// One answer to a pending write, with all that it is about.
struct PendingEnding {
    let entry: OutboxEntry
    let row: ResourcePath
    let path: ResourcePath
    var pending: PendingWrite
    let step: PendingWrite.Step
}
