internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Writes of the local API: compared with what is stored, kept for the cloud, or told to twin, in one transaction.
extension Planner {
    mutating func localWrite(
        _ write: LocalWrite, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let standing = try Standing(of: write.path, in: view)
        if let refusal = standing.refusal(of: write.expected) { return answer(write, refusal, into: &plan) }
        switch write.matter {
        case .pending(let request):
            try keep(request, write, over: standing, in: view, at: now, into: &plan)
        case .settled(let object): try settle(object, write, over: standing, in: view, at: now, into: &plan)
        case .deleted(let uids): try settleDeleted(uids, write, over: standing, in: view, at: now, into: &plan)
        case .missing(let mark): try forgetMissing(mark, write, over: standing, in: view, at: now, into: &plan)
        case .device(let object): tellTwin(object, write, over: standing, at: now, into: &plan)
        case .forgotten: try forget(write, over: standing, in: view, into: &plan)
        }
    }

    func answer(_ write: LocalWrite, _ answer: LocalWrite.Answer, into plan: inout Plan) {
        if case .taken = answer { plan.outcome = .stored } else { plan.outcome = .refused }
        plan.verdicts.append(WriteVerdict(ticket: write.ticket, answer: answer))
    }

    /// Keeps a write for the cloud: a row that lies over the object, and an entry of the outbox.
    private mutating func keep(
        _ request: LocalWrite.PendingRequest, _ write: LocalWrite, over standing: Standing,
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        if let key = standing.unreadable {
            let cause =
                standing.isLocked
                ? "a write of it that waits for the cloud is sealed, and its key is not here; the status tells the cure"
                : "a write of it that waits for the cloud cannot be read any more; give it up with "
                    + "POST /metamanager/v1/conflicts/drop?key=\(key), and try again"
            return answer(write, .refused(cause), into: &plan)
        }
        guard request.object != nil || standing.exists else { return answer(write, .absent, into: &plan) }
        if let cause = try obstacle(request, write, over: standing, in: view) {
            return answer(write, .refused(cause), into: &plan)
        }
        let rowPath = PendingWrite.path(over: write.path)
        var pending =
            standing.pending
            ?? PendingWrite(
                resource: request.resource, namespace: request.namespace, name: request.name, object: nil,
                baseVersion: standing.base?.version ?? "", baseUID: standing.base?.uid ?? "", time: now.wall,
                caller: request.caller)
        pending.object = request.object
        pending.changed = now.wall
        pending.caller = request.caller
        let verb: PendingWrite.Verb = request.object == nil ? .delete : standing.exists ? .update : .create
        let step = PendingWrite.Step(id: ids.next(), verb: verb, subresource: request.subresource)
        let last = try view.outbox(about: rowPath.key).last
        let joining = Joining(step, after: pending.steps.last.flatMap { canChange(last, $0) ? $0 : nil })
        if joining == .append, pending.steps.count >= Self.maximumSteps {
            return answer(write, .full("\(pending.steps.count) writes of it wait for the cloud already"), into: &plan)
        }
        if joining != .vanish,
            let cause = try roomObstacle(pending, at: rowPath, in: view, into: &plan)
        {
            return answer(write, .full(cause), into: &plan)
        }
        switch joining {
        case .append:
            pending.steps.append(step)
            // One that was not answered has left the line: it must go again before this one does.
            if pending.steps.count > 1, !state.outbox.isBusy(rowPath.key), !state.outbox.ready.contains(rowPath.key) {
                state.outbox.ready.append(rowPath.key)
            }
            state.writes.fresh.insert(step.id)
            plan.changes.append(
                .enqueue(entry(of: step, pending, key: rowPath.key, at: now), lane: Self.lane(of: pending)))
        case .replace(let joined):
            guard let last else { break }
            state.writes.fresh.remove(last.id)
            pending.steps[pending.steps.count - 1] = joined
            state.writes.fresh.insert(joined.id)
            var changed = entry(of: joined, pending, key: rowPath.key, at: now)
            changed.place = last.place
            plan.changes.append(.rewrite(changed))
        case .vanish:
            if let last {
                state.writes.fresh.remove(last.id)
                plan.changes.append(.dequeue(place: last.place))
            }
            pending.steps.removeLast()
        }
        state.outbox.mayHaveWork = true
        if pending.steps.isEmpty {
            state.writes.forget(rowPath.key)
            plan.changes.append(.delete(key: rowPath.key, remember: false))
        } else {
            try putPending(pending, at: rowPath, in: view, into: &plan)
        }
        answer(write, .taken(revision: 0), into: &plan)
    }

    /// The most writes of one object that wait one behind the other.
    private static var maximumSteps: Int { 16 }
    /// The most objects with waiting writes; fewer than the outbox may have on its way, since a cloud without the
    /// dynamic controller answers none of them.
    static var maximumPending: Int { 256 }
    /// The most bytes of them.
    static var maximumPendingBytes: Int { 32 << 20 }

    /// True for an entry that no cloud can have seen.
    private func canChange(_ entry: OutboxEntry?, _ step: PendingWrite.Step) -> Bool {
        guard let entry, entry.id == step.id else { return false }
        return state.writes.fresh.contains(step.id) && !state.outbox.isSent(entry.place)
    }

    /// Why this write cannot wait for the cloud; nil when it can.
    private func obstacle(
        _ request: LocalWrite.PendingRequest, _ write: LocalWrite, over standing: Standing, in view: some StoreReading
    ) throws(StoreError) -> String? {
        guard standing.pending == nil, let base = standing.base else { return nil }
        guard !base.version.isEmpty else {
            return "it is stored without the cloud's version, so the cloud could not tell whether it has changed since"
        }
        guard write.path.type == .lease, base.origin != .local, let object = request.object,
            let stored = try view.readableObject(write.path.key),
            let holder = Self.holder(try? JSONValue(parsing: stored.value)), !holder.isEmpty,
            let wanted = Self.holder(object), !wanted.isEmpty, wanted != holder
        else { return nil }
        return "it is held by '\(holder)', who does not renew it through this node and may still do so in the cloud"
    }

    private static func holder(_ lease: JSONValue?) -> String? { lease?["spec"]?["holderIdentity"]?.text }

    /// Why there is no room for more; the oldest event gives way to all else.
    private mutating func roomObstacle(
        _ pending: PendingWrite, at row: ResourcePath, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) -> String? {
        try state.writes.count(in: view)
        let isNew = state.writes.size(row.key) == 0
        guard isNew && state.writes.count >= Self.maximumPending || state.writes.byteCount > Self.maximumPendingBytes
        else { return nil }
        let facts = try view.outbox(lane: .fact, after: 0, limit: 1024)
        if let oldest = facts.first(where: { (try? ResourcePath(parsing: $0.key))?.type == PendingWrite.type }) {
            try drop(oldest, because: "full", in: view, into: &plan)
            return nil
        }
        return "\(state.writes.count) objects with \(state.writes.byteCount) bytes wait for the cloud already"
    }

    /// Events are facts: many, each of them once, and none that a conflict would be kept for.
    static func lane(of pending: PendingWrite) -> OutboxLane { pending.isEvent ? .fact : .state }

    /// Writes the row that lies over the object.
    mutating func putPending(
        _ pending: PendingWrite, at row: ResourcePath, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        let value = pending.json.json
        state.writes.note(row.key, size: value.count)
        plan.changes.append(
            .put(NewObject(path: row, value: value, origin: .local), replacing: try view.head(row.key)?.rowID))
    }
}

/// How a write joins those that wait.
enum Joining: Equatable {
    /// It goes behind them.
    case append
    /// It takes the place of the last one, with the same effect.
    case replace(PendingWrite.Step)
    /// What the last one made goes again: neither needs to be sent.
    case vanish

    /// Decides.
    ///
    /// - Parameters:
    ///   - step: the new write.
    ///   - last: the last one that waits and can still be changed; nil when there is none.
    init(_ step: PendingWrite.Step, after last: PendingWrite.Step?) {
        guard let last else {
            self = .append
            return
        }
        var joined = step
        switch (last.verb, step.verb) {
        case (.create, .update) where step.subresource.isEmpty:
            joined.verb = .create
            self = .replace(joined)
        case (.update, .update) where step.subresource == last.subresource: self = .replace(joined)
        case (.update, .delete): self = .replace(joined)
        case (.create, .delete): self = .vanish
        default: self = .append
        }
    }
}

/// How an object stands for readers: the stored row with what lies over it.
struct Standing {
    var base: ObjectHead?
    var pending: PendingWrite?
    /// The key of a waiting write that cannot be read: what it makes of the object is not known.
    var unreadable: String?
    /// True when that is so for want of the key alone.
    var isLocked = false
    var revision: Int64

    /// Whether readers see an object.
    var exists: Bool { pending.map { $0.object != nil } ?? (base != nil) }

    init(of path: ResourcePath, in view: some StoreReading) throws(StoreError) {
        base = try view.head(path.key)
        revision = base?.revision ?? 0
        let key = PendingWrite.path(over: path).key
        if let head = try view.head(key) {
            let row = try view.readableObject(key)
            pending = row.flatMap { PendingWrite($0.value) }
            if pending == nil { unreadable = key }
            if row == nil { isLocked = try view.isSound(key, type: PendingWrite.type) }
            revision = max(revision, head.revision)
        }
        for type in Overlay.types(over: path.type) {
            revision = max(revision, try view.head(path.with(type: type).key)?.revision ?? 0)
        }
    }

    /// Why a writer who has seen a revision must not write; nil when it may.
    func refusal(of expected: Int64?) -> LocalWrite.Answer? {
        guard let expected else { return nil }
        if expected == 0 { return exists ? .exists : nil }
        guard exists else { return .absent }
        return revision == expected ? nil : .changed(revision: revision)
    }
}

extension PendingWrite {
    /// True for events of both groups.
    var isEvent: Bool { resource.plural == "events" && ["", "events.k8s.io"].contains(resource.group) }
}
