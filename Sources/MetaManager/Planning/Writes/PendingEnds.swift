internal import Beehive
internal import KubeAPI
internal import MetaStore

/// How pending writes end: taken by the cloud, or kept as conflicts that are shown.
extension Planner {
    /// Nothing of it waits any more: the stored object is all there is.
    mutating func endPending(
        _ ending: PendingEnding, leaving object: JSONValue?, isGone: Bool, in view: some StoreReading,
        at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        removePending(ending.row, into: &plan)
        try restore(ending.path, to: object, isGone: isGone, in: view, at: now, into: &plan)
    }

    /// The cloud wins; the local copy is kept, and the cloud's object is what readers see from now on.
    mutating func endInConflict(
        _ ending: PendingEnding, reason: String, message: String, cloud: JSONValue?, isGone: Bool,
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.reason = reason
        for entry in try view.outbox(about: ending.row.key) {
            state.outbox.end(entry.place)
            state.writes.fresh.remove(entry.id)
        }
        plan.changes.append(.dequeueAll(key: ending.row.key))
        let conflict = WriteConflict(
            ending.pending, reason: reason, message: OneLine.of(message, limit: 1000),
            cloudVersion: cloud?.resourceVersion ?? "", ended: now.wall)
        try keepConflict(conflict, of: ending.path, id: ending.entry.id, in: view, into: &plan)
        removePending(ending.row, into: &plan)
        try restore(ending.path, to: cloud, isGone: isGone, in: view, at: now, into: &plan)
    }

    private mutating func removePending(_ row: ResourcePath, into plan: inout Plan) {
        state.writes.forget(row.key)
        plan.changes.append(.delete(key: row.key, remember: false))
    }

    /// The stored object as the cloud has it, with a new revision: what readers see has changed, whatever it was.
    mutating func restore(
        _ path: ResourcePath, to cloud: JSONValue?, isGone: Bool, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        if isGone {
            guard try view.head(path.key) != nil else { return }
            plan.changes.append(.delete(key: path.key, remember: true))
            state.owed.remove(path.key)
            return
        }
        // A lease that was written here is renewed through this node; all else can be asked for again.
        let origin: ObjectOrigin = path.type == .lease ? .local : .cached
        if let cloud, let new = try? newObject(path: path, content: Content(cloud), version: "", origin: origin) {
            try storeGuarded(new, asked: now.wall, message: ownMessage(at: path, now), in: view, at: now, into: &plan)
        }
        try renew(path, in: view, into: &plan)
    }

    /// The most local copies that are kept.
    static var maximumConflicts: Int { 128 }

    private mutating func keepConflict(
        _ conflict: WriteConflict, of path: ResourcePath, id: String, in view: some StoreReading, into plan: inout Plan
    ) throws(StoreError) {
        guard !conflict.write.isEvent else { return }
        plan.outboxDropped.append((.state, "conflict"))
        let kept = try view.objects(ofType: WriteConflict.type)
        if kept.count >= Self.maximumConflicts, let oldest = kept.min(by: { $0.head.stored < $1.head.stored }) {
            plan.changes.append(.delete(key: oldest.key, remember: false))
            if let row = try? ResourcePath(parsing: oldest.key), let former = WriteConflict.path(under: row),
                former != path
            {
                try renew(former, in: view, into: &plan)
            }
        }
        let row = WriteConflict.path(of: path, id: id)
        plan.changes.append(
            .put(
                NewObject(path: row, value: conflict.json.json, origin: .local),
                replacing: try view.head(row.key)?.rowID))
    }

    /// An operator, age or want of room has taken a step out of the outbox: the write as a whole is given up, and kept
    /// as what was not taken.
    mutating func pendingDropped(
        _ entry: OutboxEntry, at row: ResourcePath, because reason: String, in view: some StoreReading,
        into plan: inout Plan
    ) throws(StoreError) {
        state.writes.fresh.remove(entry.id)
        guard let path = PendingWrite.path(under: row), let stored = try view.readableObject(row.key),
            let pending = PendingWrite(stored.value)
        else { return }
        if pending.steps.count > 1 {
            let isGone = plan.changes.contains { change in
                if case .delete(let key, _) = change { key == row.key } else { false }
            }
            if isGone { return }
        }
        for other in try view.outbox(about: row.key) where other.place != entry.place {
            state.outbox.end(other.place)
            plan.changes.append(.dequeue(place: other.place))
        }
        let conflict = WriteConflict(
            pending, reason: "Dropped", message: "taken out of the outbox: \(reason)", ended: pending.changed)
        try keepConflict(conflict, of: path, id: entry.id, in: view, into: &plan)
        removePending(row, into: &plan)
        try renew(path, in: view, into: &plan)
    }

    /// A pending write that the cloud does not answer is not given up: it leaves the line, and comes again later.
    ///
    /// - Returns: true for an entry of a pending write.
    mutating func keepUnanswered(
        _ entry: OutboxEntry, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) -> Bool {
        guard let row = try? ResourcePath(parsing: entry.key), row.type == PendingWrite.type else { return false }
        state.outbox.park(entry.place)
        state.deadlines.add(.pendingAgain(entry.key), at: now.advanced(by: Self.unansweredPause))
        guard let stored = try view.readableObject(row.key), var pending = PendingWrite(stored.value) else {
            return true
        }
        let problem = Self.noAnswer
        plan.reason = problem
        guard pending.problem != problem else { return true }
        pending.problem = problem
        try putPending(pending, at: row, in: view, into: &plan)
        return true
    }

    static var noAnswer: String { "the cloud does not answer applications; is its dynamic controller on?" }

    private static var unansweredPause: Duration { .seconds(300) }

    /// What was not answered is sent once more.
    mutating func sendPendingAgain(_ key: String) {
        guard state.isUp, !state.outbox.isBusy(key), !state.outbox.ready.contains(key) else { return }
        state.outbox.ready.append(key)
        state.outbox.mayHaveWork = true
    }
}
