internal import Beehive
internal import MetaStore

/// CSI volume operations: a sync request to edged, whose answer goes back to the cloud.
extension Planner {
    mutating func startVolume(_ message: Message, at now: Moment, into plan: inout Plan) {
        guard state.has(.edged) else {
            plan.outcome = .refused
            plan.reason = "edged is not attached"
            return tellCloud(
                message, because: "'\(message.route.resource)': \(plan.reason), which works on volumes", at: now,
                into: &plan)
        }
        var request = message
        request.header.id = ids.next()
        request.header.parentID = ""
        request.header.sync = true
        state.local.begin(request.id, asker: .cloud(message))
        state.deadlines.add(.localRequest(request.id), at: now.advanced(by: settings.volumeTimeout))
        plan.deliveries.append((.module(.edged), request))
        plan.outcome = .asked
    }

    /// Takes edged's answer to a volume operation back to the cloud.
    mutating func endVolume(
        _ request: Message, with answer: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        plan.outcome = .completed
        var message = response(to: request, content: answer.content, at: now)
        message.route.operation = answer.route.operation
        // A fact: the cloud waits for it, also when the link was cut meanwhile.
        try enqueueFact(message, in: view, at: now, into: &plan)
    }
}
