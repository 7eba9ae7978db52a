internal import Beehive
internal import Logging
internal import NIOCore
internal import NIOPosix

/// Getting an identity from disk or cloud; each of these runs behind the gate.
extension IdentityKeeper {
    /// For `identity()`: the disk first, then the cloud.
    func obtain() async throws(IdentityError) -> Identity {
        let now = time.now()
        let isRefused = state.withLock { mayRejoin($0, now) }
        if isRefused { return try await rejoin() }
        let problem: IdentityError
        do throws(IdentityError) {
            let identity = try await load()
            guard let trouble = identity.problem(now: now.wall) else {
                adopt(identity, isNew: false)
                return identity
            }
            // Known all the same, so that `run` can try to renew it.
            adopt(identity, isNew: false)
            problem = trouble
        } catch {
            problem = error
        }
        // A clock that is behind makes every certificate one of the future: a join would not get a better one.
        guard problem.code != .notYetValid, problem.code != .cancelled, settings.canJoin else {
            throw noted(advised(problem))
        }
        return try await join()
    }

    /// The cloud refused the certificate in use: a new one, or else the old one again.
    private func rejoin() async throws(IdentityError) -> Identity {
        let ticks = time.now().ticks
        let old = state.withLock { state in
            state.isRejected = false
            state.lastRejoin = ticks
            return state.identity
        }
        do throws(IdentityError) {
            return try await join()
        } catch {
            guard let old, error.code != .cancelled, old.problem(now: time.now().wall) == nil else { throw error }
            return old
        }
    }

    /// Joins with the token and stores what it gives.
    func join() async throws(IdentityError) -> Identity {
        let identity = try await enroll { (enrollment) async throws(IdentityError) in
            try await enrollment.join(token: self.settings.joinToken())
        }
        logger.info(
            "joined the cloud", metadata: ["identity.not-after": "\(KubernetesTimestamp.text(identity.notAfter))"])
        return identity
    }

    /// Renews the identity in use and stores what it gives.
    func renew() async throws(IdentityError) -> Identity {
        guard let current = state.withLock({ $0.identity }) else {
            throw IdentityError(.missing, "there is no certificate to renew")
        }
        return try await enroll { (enrollment) async throws(IdentityError) in try await enrollment.renew(current) }
    }

    private func enroll(
        _ act: (Enrollment) async throws(IdentityError) -> Identity
    ) async throws(IdentityError) -> Identity {
        do throws(IdentityError) {
            let enrollment = try Enrollment(
                url: settings.httpURL ?? "", nodeID: settings.nodeID,
                timeout: state.withLock { $0.requestTimeout }, group: group, time: time)
            let identity = try await act(enrollment)
            let files = files
            try await onThread { () throws(IdentityError) in try files.store(identity) }
            adopt(identity, isNew: true)
            return identity
        } catch {
            if error.code != .cancelled { state.withLock { $0.report.failures += 1 } }
            throw noted(error)
        }
    }

    func load() async throws(IdentityError) -> Identity {
        let files = files
        return try await onThread { () throws(IdentityError) in try files.load() }
    }

    private func noted(_ problem: IdentityError) -> IdentityError {
        note(problem)
        return problem
    }

    /// Says what would help, when the cloud is not asked.
    private func advised(_ problem: IdentityError) -> IdentityError {
        let cure: String
        switch problem.code {
        case .missing:
            cure =
                "; set edgehub.http.url and edgehub.http.token or .token-file to join, or put certificates there"
        case .expired:
            cure =
                canRenew
                ? "; without edgehub.http.token only its renewal can be tried, which goes on"
                : "; set edgehub.http.url and edgehub.http.token to join anew, or put a new certificate there"
        default: return problem
        }
        return IdentityError(problem.code, problem.description + cure)
    }

    /// Syncing a disk takes long: not on the threads that all tasks share.
    private func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws(IdentityError) -> Value
    ) async throws(IdentityError) -> Value {
        let result: Result<Value, IdentityError>
        do {
            result = try await threads.runIfActive { Result(catching: work) }
        } catch {
            // The pool ends only with the program.
            throw .cancelled
        }
        return try result.get()
    }
}
