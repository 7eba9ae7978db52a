internal import Beehive
internal import Logging

/// The work of `run`.
extension IdentityKeeper {
    func keepRenewing() async {
        while !Task.isCancelled {
            let now = time.now()
            let plan = state.withLock { $0.plan }
            guard let plan, canRenew else {
                // Whoever connects gets an identity first, and wakes this up.
                await bell.wait(atMost: RenewalPlan.longestWait, clock: clock)
                continue
            }
            switch plan.next(now: now, canJoin: settings.canJoin) {
            case .wait(let duration): await bell.wait(atMost: duration, clock: clock)
            case .renew: await attempt("renewal") { () async throws(IdentityError) in try await self.renew() }
            case .join: await attempt("join") { () async throws(IdentityError) in try await self.join() }
            }
        }
    }

    private func attempt(_ act: String, _ work: () async throws(IdentityError) -> Identity) async {
        let before = state.withLock { $0.report.enrollments }
        do throws(IdentityError) {
            let identity = try await gate.run(work)
            // The gate may have given what a connection's own call got: a loaded one is nothing new.
            guard state.withLock({ $0.report.enrollments }) != before else { return paceAfterNothing() }
            logger.info(
                "certificate renewed",
                metadata: ["identity.not-after": "\(KubernetesTimestamp.text(identity.notAfter))"])
            onRenewed(identity)
        } catch {
            guard error.code != .cancelled else { return }
            let failures = failed()
            // The first of a row and then about every ten minutes.
            guard failures % 20 == 1 else { return }
            logger.warning(
                "certificate not renewed",
                metadata: ["identity.act": "\(act)", "identity.tries": "\(failures)", "error": "\(error)"])
        }
    }

    private func paceAfterNothing() { _ = failed() }

    private func failed() -> Int {
        let now = time.now()
        let random = random()
        return state.withLock { state in
            state.plan?.failed(at: now, random: random)
            return state.plan?.failures ?? 0
        }
    }
}
