internal import Beehive

/// Registration: the newer form first, that of release 1.2 when nobody answers it.
extension NodeAgentState {
    /// How long an answer to a registration that took too long still counts: the remote query's own time and a bit.
    private static let late = Duration.seconds(60)
    /// How often a cloud known to be of the newer kind may leave a registration without an answer.
    private static let patience = 3

    var nodeKey: String { "null/node/\(settings.node)" }
    var classicKey: String { "\(settings.namespace)/nodestatus/\(settings.node)" }

    /// Inserts the Node: an error says whether it is there already, and no answer at all which release the cloud has.
    mutating func register(at now: Moment) {
        timers[.register] = nil
        let node = Content(object.node(conditions: conditions.current(facts, at: now.wall)))
        send(.insertNode, .insert, nodeKey, node, toCloud: true, at: now)
        // What answered before is asked at once; the newer form goes along, in case the cloud was upgraded.
        if generation == .classic { send(.insertClassic, .insert, classicKey, node, toCloud: true, at: now) }
    }

    mutating func registrationTimedOut(_ id: String, at now: Moment) {
        pending[.lateInsert] = Pending(id: id, deadline: now.advanced(by: Self.late).ticks)
        tryOtherForm(at: now)
    }

    /// The newer form came to nothing.
    private mutating func tryOtherForm(at now: Moment) {
        unanswered += 1
        if generation == .classic { return }
        if generation == .modern, unanswered < Self.patience {
            return registrationFailed("no answer within \(settings.registrationTimeout)", at: now)
        }
        let node = Content(object.node(conditions: conditions.current(facts, at: now.wall)))
        send(.insertClassic, .insert, classicKey, node, toCloud: true, at: now)
    }

    mutating func takeNode(_ answer: CloudAnswer, to request: Request, at now: Moment) {
        switch request {
        case .insertNode: takeInsert(answer, at: now)
        case .lateInsert:
            // Only a word of the cloud itself proves that it knows this form.
            if case .failed = answer { return }
            takeInsert(answer, at: now)
        case .queryNode:
            guard case .object(let node) = answer else { return registrationFailed(answer.problem, at: now) }
            registered(node, at: now)
        case .insertClassic: takeClassicInsert(answer, at: now)
        case .labels:
            if case .done = answer { return }
            problems[.labels] = "labels of the node: \(answer.problem)"
        case .patch: takePatch(answer, at: now)
        case .look: takeLook(answer, at: now)
        case .updateClassic: takeClassicUpdate(answer, at: now)
        case .queryLease, .insertLease, .updateLease: break
        }
    }

    private mutating func takeInsert(_ answer: CloudAnswer, at now: Moment) {
        if case .failed(let text) = answer {
            // MetaManager may lose patience before we do; while the link is up, that is no answer of the cloud either.
            return link == .isUp ? tryOtherForm(at: now) : registrationFailed(text, at: now)
        }
        generation = .modern
        unanswered = 0
        pending[.insertClassic] = nil
        pending[.updateClassic] = nil
        switch answer {
        case .object(let node): registered(node, at: now)
        case .refused("AlreadyExists", _), .done: send(.queryNode, .query, nodeKey, .null, toCloud: true, at: now)
        case .refused, .failed: registrationFailed(answer.problem, at: now)
        }
    }

    private mutating func takeClassicInsert(_ answer: CloudAnswer, at now: Moment) {
        switch answer {
        case .done:
            generation = .classic
            unanswered = 0
            isRegistered = true
            problems[.registration] = nil
            registrationRetry.reset()
            statusIsDue(at: now)
        case .failed:
            registrationFailed(
                "\(answer.problem): the cloud may have reached its limit of nodes, or refuse this node's certificate",
                at: now)
        case .refused, .object: registrationFailed(answer.problem, at: now)
        }
    }

    /// The cloud has the Node.
    private mutating func registered(_ node: JSONValue, at now: Moment) {
        isRegistered = true
        problems[.registration] = nil
        timers[.register] = nil
        adopt(node, at: now)
        sendStatus(at: now)
        set(.status, after: settings.statusInterval, at: now)
        let isLeaseAtWork = timers[.lease] != nil || pending.keys.contains(where: \.isAboutLease)
        if !isLeaseAtWork { leaseIsDue(at: now) }
    }

    /// Not registered, and why; tried again after a while.
    mutating func registrationFailed(_ cause: String, at now: Moment) {
        isRegistered = false
        // Before the link's first word this is mostly a link that has not come up yet, which is told elsewhere.
        problems[.registration] = link == .isUp ? "registration of the node: \(cause)" : nil
        for request in Request.allCases where !request.isAboutLease && request != .lateInsert {
            pending[request] = nil
        }
        timers[.status] = nil
        set(.register, after: wait(\.registrationRetry), at: now)
    }

    /// Takes over what the cloud's Node says, and sends the labels that it lacks.
    mutating func adopt(_ node: JSONValue, at now: Moment) {
        uid = node["metadata"]?["uid"]?.text ?? uid
        conditions.learn(from: node)
        let there = node["metadata"]?["labels"] ?? [:]
        let missing = object.labels.filter { there[$0.key] == nil }
        guard !missing.isEmpty else {
            problems[.labels] = nil
            labelRetry.reset()
            return
        }
        guard now.ticks >= labelsNotBefore, pending[.labels] == nil else { return }
        if labelRetry.failures > 2 {
            let names = missing.keys.sorted().joined(separator: ", ")
            problems[.labels] = "the cloud does not take the labels \(names): set them with kubectl label node"
        }
        labelsNotBefore = now.advanced(by: max(wait(\.labelRetry), settings.statusInterval)).ticks
        send(.labels, .update, nodeKey, Content(object.node(labels: missing)), at: now)
    }
}
