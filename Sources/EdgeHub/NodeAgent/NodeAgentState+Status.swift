internal import Beehive

/// The status: sent when it has changed here, when the cloud has another, and now and then.
extension NodeAgentState {
    private var patchKey: String { "null/nodepatch/\(settings.node)" }

    /// It is time to look whether the status is news.
    mutating func statusIsDue(at now: Moment) {
        set(.status, after: settings.statusInterval, at: now)
        if generation == .classic { return sendClassicStatus(at: now) }
        guard pending[.patch] == nil, pending[.look] == nil else { return }
        // From the store, which the cloud's pushes keep fresh: a controller may have called the node dead meanwhile.
        send(.look, .query, nodeKey, .null, at: now)
    }

    mutating func takeLook(_ answer: CloudAnswer, at now: Moment) {
        guard case .object(let node) = answer else {
            // Gone, or not known here: the registration finds out, and does no harm to a Node that is there.
            set(.register, after: wait(\.registrationRetry), at: now)
            return
        }
        adopt(node, at: now)
        if isNews(for: node, at: now) { sendStatus(at: now) }
    }

    private mutating func isNews(for node: JSONValue, at now: Moment) -> Bool {
        let own = conditions.current(facts, at: now.wall)
        if NodeObject.withoutHeartbeats(object.status(conditions: own)) != accepted { return true }
        if NodeConditions.differ(own, from: node) { return true }
        // Without a lease the status is the only sign of life.
        let interval = problems[.lease] == nil ? settings.heartbeatInterval : settings.statusInterval
        return now.ticks >= Moment(wall: 0, ticks: acceptedAt).advanced(by: interval).ticks
    }

    mutating func sendStatus(at now: Moment) {
        let status = object.status(conditions: conditions.current(facts, at: now.wall))
        offered = NodeObject.withoutHeartbeats(status)
        let text = String(decoding: NodeObject.patch(status: status).json, as: UTF8.self)
        send(.patch, .patch, patchKey, Content(text: text), at: now)
    }

    mutating func takePatch(_ answer: CloudAnswer, at now: Moment) {
        switch answer {
        case .object(let node):
            (accepted, acceptedAt, lastStatus) = (offered, now.ticks, now.wall)
            problems[.status] = nil
            statusRetry.reset()
            registrationRetry.reset()
            adopt(node, at: now)
        case .refused("NotFound", _):
            isRegistered = false
            timers[.status] = nil
            set(.register, after: wait(\.registrationRetry), at: now)
        case .refused, .failed, .done:
            problems[.status] = "status of the node: \(answer.problem)"
            set(.status, after: max(wait(\.statusRetry), settings.statusInterval), at: now)
        }
    }

    private mutating func sendClassicStatus(at now: Moment) {
        guard pending[.updateClassic] == nil else { return }
        let content: JSONValue = [
            "UID": JSONValue(text: uid),
            "Status": object.status(conditions: conditions.current(facts, at: now.wall)), "ExtendResources": nil,
        ]
        send(.updateClassic, .update, classicKey, Content(content), at: now)
    }

    mutating func takeClassicUpdate(_ answer: CloudAnswer, at now: Moment) {
        guard case .done = answer else {
            problems[.status] = "status of the node: \(answer.problem)"
            set(.status, after: max(wait(\.statusRetry), settings.statusInterval), at: now)
            return
        }
        lastStatus = now.wall
        problems[.status] = nil
        statusRetry.reset()
    }
}
