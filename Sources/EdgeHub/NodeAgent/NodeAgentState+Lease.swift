internal import Beehive

/// The lease: asked for, made when it is not there, renewed with the version that the cloud last gave.
extension NodeAgentState {
    private var leaseKey: String { "kube-node-lease/lease/\(settings.node)" }

    mutating func leaseIsDue(at now: Moment) {
        guard !pending.keys.contains(where: \.isAboutLease) else { return }
        guard let lease else { return send(.queryLease, .query, leaseKey, .null, at: now) }
        let renewed = object.renewed(lease, now: now.wall)
        send(.updateLease, .update, leaseKey, Content(renewed), at: now)
    }

    mutating func takeLease(_ answer: CloudAnswer, to request: Request, at now: Moment) {
        switch (request, answer) {
        case (.queryLease, .object(let found)):
            lease = found
            leaseIsDue(at: now)
        case (.queryLease, .refused("NotFound", _)):
            let new = object.lease(nodeUID: uid, now: now.wall)
            send(.insertLease, .insert, leaseKey, Content(new), at: now)
        case (_, .object(let current)):
            lease = current
            lastLease = now.wall
            problems[.lease] = nil
            leaseRetry.reset()
            set(.lease, after: settings.leaseDuration / 4, at: now)
        case (.updateLease, .refused("Conflict", _)) where leaseRetry.failures == 0,
            (.updateLease, .refused("NotFound", _)) where leaseRetry.failures == 0:
            // Once, at once; somebody who writes it again and again must not make a hot loop of us.
            _ = wait(\.leaseRetry)
            lease = nil
            leaseIsDue(at: now)
        case (.insertLease, .refused("NotFound", _)):
            leaseFailed("\(answer.problem); the namespace kube-node-lease has to exist in the cluster", at: now)
        default: leaseFailed(answer.problem, at: now)
        }
    }

    private mutating func leaseFailed(_ cause: String, at now: Moment) {
        lease = nil
        problems[.lease] = "lease of the node: \(cause)"
        set(.lease, after: wait(\.leaseRetry), at: now)
    }
}
