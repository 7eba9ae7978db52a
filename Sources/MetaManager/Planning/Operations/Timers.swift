internal import Beehive
internal import MetaStore

/// What happens when a deadline comes.
extension Planner {
    mutating func runDeadlines(
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        for matter in state.deadlines.due(at: now) {
            switch matter {
            case .remoteStale(let id): try answerStale(id, in: view, at: now, into: &plan)
            case .remoteTimeout(let id): try expireRemote(id, in: view, at: now, into: &plan)
            case .localRequest(let id): expireLocal(id, at: now, into: &plan)
            case .outboxCaller(let id): try releaseCaller(id, in: view, at: now, into: &plan)
            case .outboxAnswer(let place, let connection):
                try expireEntry(place: place, connection: connection, in: view, at: now, into: &plan)
            case .pendingAgain(let key): sendPendingAgain(key)
            case .podStatusSync(let generation):
                guard generation == state.syncGeneration else { continue }
                try syncPodStatus(in: view, at: now, into: &plan)
                state.deadlines.add(.podStatusSync(generation), at: now.advanced(by: settings.podStatusInterval))
            case .outboxBounds:
                try dropAged(in: view, at: now, into: &plan)
                try dropExcess(in: view, at: now, into: &plan)
            case .housekeeping:
                plan.changes.append(.forgetDeleted(before: now.wall - settings.tombstoneAge.milliseconds))
                try dropAged(in: view, at: now, into: &plan)
                state.deadlines.add(.housekeeping, at: now.advanced(by: Self.housekeepingInterval))
            }
        }
    }

    /// The store cannot be written: what is due and would change it comes up again in a while.
    mutating func putOffWriting(at now: Moment) {
        for matter in state.deadlines.due(at: now) {
            switch matter {
            case .outboxAnswer, .podStatusSync, .outboxBounds, .housekeeping:
                state.deadlines.add(matter, at: now.advanced(by: Self.writingPause))
            case .remoteStale, .remoteTimeout, .localRequest, .outboxCaller, .pendingAgain:
                state.deadlines.add(matter, at: now)
            }
        }
    }

    private static var writingPause: Duration { .seconds(5) }

    /// A caller has waited long enough for its patch: answered as with the link down; the entry stays.
    private mutating func releaseCaller(
        _ id: String, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard let caller = state.outbox.waiting.take(caller: id) else { return }
        try answerAsOffline(caller, in: view, at: now, into: &plan)
    }

    mutating func changeSettings(_ new: PlanningSettings, at now: Moment) {
        let isTighter = new.maximumFacts < settings.maximumFacts || new.maximumAge < settings.maximumAge
        // What waits already is held to the new bounds too.
        if isTighter { state.deadlines.add(.outboxBounds, at: now) }
        let isNewInterval = new.podStatusInterval != settings.podStatusInterval
        settings = new
        guard isNewInterval else { return }
        state.syncGeneration += 1
        state.deadlines.add(
            .podStatusSync(state.syncGeneration), at: now.advanced(by: settings.podStatusInterval))
    }
}
