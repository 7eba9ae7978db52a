internal import Beehive
internal import MetaStore

/// Which entries of the outbox go next: node status, other states, facts; per key one at a time.
extension Planner {
    mutating func sendOutbox(
        in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard state.isUp, state.outbox.mayHaveWork else { return }
        while let key = state.outbox.ready.first, hasRoom {
            state.outbox.ready.removeFirst()
            guard !state.outbox.isBusy(key) else {
                state.outbox.passOver(key)
                continue
            }
            let waiting = try view.outbox(about: key)
            // A frame that does not open cannot be sent; it stays until its key is back, or it is too old.
            guard let next = waiting.first, !next.frame.isEmpty else { continue }
            send(next, at: now, into: &plan)
            // What waits behind it was passed over as well: the lane will not come back to it.
            if waiting.count > 1 { state.outbox.passOver(key) }
        }
        for lane in OutboxLane.allCases {
            while hasRoom {
                let limit = min(64, state.outbox.credit)
                let entries = try view.outbox(lane: lane, after: state.outbox.cursor(lane), limit: limit)
                for entry in entries where hasRoom {
                    state.outbox.advance(lane, to: entry.place)
                    if state.outbox.isSent(entry.place) || entry.frame.isEmpty { continue }
                    let isHeld = state.outbox.isBusy(entry.key) ? true : try isBehind(entry, in: view)
                    if isHeld {
                        state.outbox.passOver(entry.key)
                    } else {
                        send(entry, at: now, into: &plan)
                    }
                }
                if entries.count < limit { break }
            }
        }
        // With room left over, everything there is has been sent.
        if hasRoom { state.outbox.mayHaveWork = false }
    }

    /// True when one about the same thing stands before it that has left the line, to come again later.
    private func isBehind(_ entry: OutboxEntry, in view: some StoreReading) throws(StoreError) -> Bool {
        guard state.outbox.parked.contains(entry.key) else { return false }
        return try view.outbox(about: entry.key).first?.place != entry.place
    }

    private var hasRoom: Bool { state.outbox.credit > 0 && state.outbox.sent.count < settings.outboxWindow }

    private mutating func send(_ entry: OutboxEntry, at now: Moment, into plan: inout Plan) {
        guard let connection = state.connection else { return }
        state.outbox.credit -= 1
        state.outbox.noteSent(entry)
        if !state.writes.fresh.isEmpty { state.writes.fresh.remove(entry.id) }
        plan.cloud.append(
            CloudFrame(kind: .outbox(place: entry.place, connection: connection), body: .frame(entry.frame)))
        guard entry.endsByAnswer else { return }
        state.deadlines.add(
            .outboxAnswer(place: entry.place, connection: connection), at: now.advanced(by: settings.remoteTimeout))
    }

    /// A patch or a pod's deletion that the cloud has not answered: sent once more, then given up.
    mutating func expireEntry(
        place: Int64, connection: Int, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        guard connection == state.connection, let sent = state.outbox.sent[place] else { return }
        guard let entry = try view.outbox(id: sent.id) else { return }
        if sent.attempts == 1, !entry.frame.isEmpty {
            state.outbox.noteSentAgain(place)
            plan.cloud.append(
                CloudFrame(kind: .outbox(place: place, connection: connection), body: .frame(entry.frame)))
            state.deadlines.add(
                .outboxAnswer(place: place, connection: connection), at: now.advanced(by: settings.remoteTimeout))
            return
        }
        if try keepUnanswered(entry, in: view, at: now, into: &plan) { return }
        try drop(entry, because: "unanswered", in: view, into: &plan)
        for caller in state.outbox.waiting.take(entry.id) {
            fail(caller, because: "the cloud did not answer", at: now, into: &plan)
        }
    }
}
