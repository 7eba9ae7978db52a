public import Beehive
public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// Has the node's identity: from memory, from disk, or from the cloud; renews it in time.
///
/// The pair before is kept until the next one is whole on the disk. All network work is shared: whoever asks while it
/// is under way waits for it.
public final class IdentityKeeper: Service {
    struct State {
        var identity: Identity?
        var plan: RenewalPlan?
        var report = IdentityReport()
        /// The cloud refused the certificate in use.
        var isRejected = false
        /// Monotonic nanoseconds of the last join after a refusal.
        var lastRejoin: UInt64?
        /// How long a whole request may take from now on.
        var requestTimeout: Duration
    }

    let settings: IdentitySettings
    let files: CertificateFiles
    let group: any EventLoopGroup
    let threads: NIOThreadPool
    let time: any TimeSource
    let clock: any Clock<Duration>
    let random: @Sendable () -> Double
    let logger: Logger
    let onRenewed: @Sendable (Identity) -> Void
    let state: Lock<State>
    let gate = EnrollmentGate()
    let bell = RenewalBell()

    /// Makes a keeper; `run` renews.
    ///
    /// - Parameters:
    ///   - settings: where the files are and where the cloud is.
    ///   - group: whose event loops carry the requests.
    ///   - threads: where files are read and written.
    ///   - logger: told of renewals and their failures.
    ///   - time: where the time comes from.
    ///   - clock: waits for the next renewal.
    ///   - random: numbers from 0 up to 1, which spread a fleet's renewals.
    ///   - onRenewed: told of each new identity that `run` got, after it was stored; not of those from `identity()`.
    public convenience init(
        settings: IdentitySettings, group: any EventLoopGroup, threads: NIOThreadPool, logger: Logger,
        time: any TimeSource = SystemTime(), clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        onRenewed: @escaping @Sendable (Identity) -> Void
    ) {
        self.init(
            settings: settings,
            files: CertificateFiles(
                caFile: settings.caFile, certFile: settings.certFile, keyFile: settings.keyFile),
            group: group, threads: threads, logger: logger, time: time, clock: clock, random: random,
            onRenewed: onRenewed)
    }

    init(
        settings: IdentitySettings, files: CertificateFiles, group: any EventLoopGroup, threads: NIOThreadPool,
        logger: Logger, time: any TimeSource, clock: any Clock<Duration>, random: @escaping @Sendable () -> Double,
        onRenewed: @escaping @Sendable (Identity) -> Void
    ) {
        self.settings = settings
        self.files = files
        self.group = group
        self.threads = threads
        self.logger = logger
        self.time = time
        self.clock = clock
        self.random = random
        self.onRenewed = onRenewed
        state = Lock(State(requestTimeout: settings.requestTimeout))
    }

    /// Changes how long a whole request may take, from the next one on.
    package func set(requestTimeout: Duration) { state.withLock { $0.requestTimeout = requestTimeout } }

    /// How the identity stands.
    public var report: IdentityReport { state.withLock { $0.report } }

    /// The identity to connect with; asks disk and cloud when memory has none that is in date.
    ///
    /// A failure is not paced here: the caller waits before it asks again.
    ///
    /// - Returns: the identity.
    /// - Throws: `IdentityError`, which says what is missing and what to do.
    public func identity() async throws(IdentityError) -> Identity {
        if let identity = usable() { return identity }
        return try await gate.run { () async throws(IdentityError) in try await self.obtain() }
    }

    /// Either side refused the other's certificate in a handshake: with a token, the next `identity()` may join anew.
    public func rejected() { state.withLock { $0.isRejected = true } }

    /// Renews on schedule until the program shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepRenewing() }
    }

    /// The identity in memory, if nothing speaks against it.
    private func usable() -> Identity? {
        let now = time.now()
        return state.withLock { state in
            guard let identity = state.identity, identity.problem(now: now.wall) == nil else { return nil }
            return mayRejoin(state, now) ? nil : identity
        }
    }

    func mayRejoin(_ state: State, _ now: Moment) -> Bool {
        guard state.isRejected, settings.canJoin else { return false }
        guard let last = state.lastRejoin else { return true }
        return now.ticks >= last && now.ticks - last >= settings.rejoinInterval.nanoseconds
    }

    func note(_ problem: IdentityError) {
        guard problem.code != .cancelled else { return }
        state.withLock { $0.report.problem = problem }
    }

    /// Takes an identity into use.
    func adopt(_ identity: Identity, isNew: Bool) {
        let now = time.now()
        let random = random()
        state.withLock { state in
            // The same one again keeps its plan: asking for it must not put its renewal off.
            let isSame = state.identity?.chain == identity.chain
            let plan =
                isSame
                ? state.plan
                : RenewalPlan(
                    notBefore: identity.notBefore, notAfter: identity.notAfter, random: random, after: state.plan,
                    now: now)
            state.identity = identity
            state.plan = plan
            state.report.commonName = identity.commonName
            state.report.notAfter = identity.notAfter
            state.report.nextRenewal = canRenew ? plan?.renewAt : nil
            state.report.problem = nil
            if isNew {
                state.isRejected = false
                state.report.enrollments += 1
            }
        }
        bell.ring()
    }

    var canRenew: Bool { settings.rotate && settings.httpURL != nil }
}
