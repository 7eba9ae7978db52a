public import Beehive
public import Logging
public import MetaManager
public import NIOCore
public import NIOSSL
public import ServiceLifecycle

/// The link to a CloudCore: one websocket at a time, made anew after each cut, until the program stops.
///
/// What it hands to the loop: each message that comes, in order; the link's ups and downs; credit for the outbox by the
/// rate limit; and proofs by pong. What it takes from the loop goes out in order, acks and answers as they come.
public final class WebSocketLink: Service, CloudPort {
    private let shared: LinkShared
    private let identity: (any LinkIdentity)?
    private let group: any EventLoopGroup
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double
    private let logger: Logger
    private let renewals = Lock(Renewals())
    /// Rings when there are new settings, for a wait between two tries.
    private let changes = RenewalBell()

    /// A renewal may come at any time, also while a connection is being made with the certificate before.
    private struct Renewals {
        var count = 0
        /// Ends the connection that is up, in order.
        var drain: (@Sendable (LinkFault) -> Void)?
        /// Has the connection that is up look at the settings.
        var refresh: (@Sendable () -> Void)?
    }

    /// Makes a link; `run` connects it.
    ///
    /// - Parameters:
    ///   - settings: where the cloud is and how to behave.
    ///   - identity: what this node shows the cloud; nil for a link without TLS.
    ///   - inbox: the loop's inbox.
    ///   - group: whose event loops are used.
    ///   - logger: told of connections and cuts.
    ///   - time: where the time comes from.
    ///   - clock: waits between tries.
    ///   - random: numbers from 0 up to 1, which spread the tries.
    public init(
        settings: LinkSettings, identity: (any LinkIdentity)?, inbox: Inbox<Input>, group: any EventLoopGroup,
        logger: Logger, time: any TimeSource = SystemTime(), clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        shared = LinkShared(inbox: inbox, time: time, settings: settings)
        self.identity = identity
        self.group = group
        self.clock = clock
        self.random = random
        self.logger = logger
    }

    /// What the link has done and how it stands.
    public var report: LinkReport { shared.report.withLock { $0 } }

    /// Takes new settings: those of a try with the next one, all others at once, on the connection that is up.
    ///
    /// - Parameter settings: the new settings; where the cloud is and who this node is do not change.
    public func reload(_ settings: LinkSettings) {
        shared.settings.withLock { $0 = settings }
        let now = shared.time.now().ticks
        shared.pacer.withLock { $0.change(qps: settings.qps, burst: settings.burst, at: now) }
        renewals.withLock { $0.refresh }?()
        changes.ring()
    }

    /// Takes frames in order, without blocking; drops them when there is no connection.
    public func send(_ frames: [CloudFrame]) {
        guard let outgoing = shared.outgoing else {
            shared.report.withLock { $0.dropped += UInt64(frames.count) }
            return
        }
        outgoing.add(frames)
    }

    /// A certificate was renewed: connects with the new one; what was handed over goes out first.
    public func reconnect() {
        let drain = renewals.withLock { renewals in
            renewals.count += 1
            return renewals.drain
        }
        drain?(Self.renewed)
    }

    private static var renewed: LinkFault {
        LinkFault(.renewed, "connecting again with the renewed certificate")
    }

    /// Connects, and connects again after each cut, until the program shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepConnected() }
    }

    private func keepConnected() async {
        var state = LinkState(backoff: shared.settings.withLock { $0.backoff })
        var step = state.begin(random: random())
        var number = 0
        while step != .stop {
            publish(state)
            let event: LinkState.Event
            switch step {
            case .wait(let duration):
                do {
                    try await rest(duration, &state)
                    event = .waited
                } catch {
                    event = .stop
                }
            default:
                number += 1
                let fault = await connect(number, &state)
                note(fault)
                event = .ended(fault)
            }
            takeBackoff(&state)
            step = state.handle(event, at: shared.time.now().ticks, random: random())
        }
        publish(state)
    }

    private func takeBackoff(_ state: inout LinkState) {
        let settings = shared.settings.withLock { $0 }
        state.change(
            minimum: settings.reconnectMinimum, maximum: settings.reconnectMaximum,
            resetAfter: settings.heartbeat * 2)
    }

    /// Waits between two tries; a new back-off cuts a wait that is longer than it allows.
    private func rest(_ duration: Duration, _ state: inout LinkState) async throws {
        let start = shared.time.now().ticks
        var duration = duration
        while true {
            let passed = Duration.nanoseconds(Int64(clamping: shared.time.now().ticks &- start))
            let isRung = await changes.wait(atMost: max(.zero, duration - passed), clock: clock)
            try Task.checkCancellation()
            guard isRung else { return }
            takeBackoff(&state)
            guard let longest = state.longestWait, longest < duration else { continue }
            let waited = Duration.nanoseconds(Int64(clamping: shared.time.now().ticks &- start))
            duration = min(duration, waited + longest * random())
        }
    }

    /// One connection, to its end.
    private func connect(_ number: Int, _ state: inout LinkState) async -> LinkFault {
        let settings = shared.settings.withLock { $0 }
        let ending = LinkEnding()
        let known = renewals.withLock { $0.count }
        do {
            let connector = LinkConnector(settings: settings, tls: try await context(settings), group: group)
            let outgoing = LinkOutgoing()
            let socket = try await connector.connect { [shared] in
                LinkConnection(shared: shared, number: number, outgoing: outgoing, ending: ending)
            }
            _ = state.handle(.connected, at: shared.time.now().ticks, random: 0)
            publish(state)
            try await upgrade(socket, settings)
            _ = state.handle(.upgraded, at: shared.time.now().ticks, random: 0)
            publish(state)
            logger.info("link is up", metadata: ["link.connection": "\(number)", "link.url": "\(settings.url)"])
            try await serve(socket.channel, outgoing, renewals: known)
            return ending.fault ?? LinkFault(.closed, "\(settings.url) closed the connection without a word")
        } catch {
            let fault = ending.fault ?? LinkFault(of: error, while: state.phase, to: settings.url)
            if fault.code == .rejectedCertificate { identity?.rejected() }
            shared.report.withLock { $0.failedTries += 1 }
            return fault
        }
    }

    private func context(_ settings: LinkSettings) async throws -> NIOSSLContext? {
        guard settings.url.isSecure else { return nil }
        guard let identity else { throw LinkFault(.identity, "\(settings.url) wants a certificate, and there is none") }
        do {
            return try await identity.makeContext()
        } catch let fault as LinkFault {
            throw fault
        } catch {
            throw LinkFault(.identity, "\(error)")
        }
    }

    /// Waits for TLS and the upgrade, within what is left of the handshake's time.
    private func upgrade(_ socket: LinkConnector.Socket, _ settings: LinkSettings) async throws {
        let limit = socket.channel.eventLoop.scheduleTask(in: TimeAmount(settings.handshakeTimeout)) {
            socket.channel.pipeline.fireErrorCaught(ChannelError.connectTimeout(TimeAmount(settings.handshakeTimeout)))
            socket.channel.close(promise: nil)
        }
        defer { limit.cancel() }
        let outcome: LinkConnector.Outcome
        do {
            outcome = try await withTaskCancellationHandler {
                try await socket.upgraded.get()
            } onCancel: {
                socket.channel.close(promise: nil)
            }
        } catch {
            socket.channel.close(promise: nil)
            throw error
        }
        guard case .refused(let status) = outcome else { return }
        socket.channel.close(promise: nil)
        throw LinkFault(
            .upgradeRefused,
            "\(settings.url) answered the upgrade with status \(status): is this CloudCore's websocket port (10000)?")
    }

    /// Lets the connection work until it ends; one made with a certificate that was renewed meanwhile ends soon.
    private func serve(_ channel: any Channel, _ outgoing: LinkOutgoing, renewals known: Int) async throws {
        let drain: @Sendable (LinkFault) -> Void = { fault in
            channel.eventLoop.execute {
                let connection = try? channel.pipeline.syncOperations.handler(type: LinkConnection.self)
                // A connection that has closed meanwhile has nothing left to drain.
                connection?.drain(fault)
            }
        }
        let refresh: @Sendable () -> Void = {
            channel.eventLoop.execute {
                // A connection that has closed meanwhile has no use for them.
                (try? channel.pipeline.syncOperations.handler(type: LinkConnection.self))?.takeSettings()
            }
        }
        // Known before the link is up: a certificate may be renewed at any moment.
        let isOld = renewals.withLock { renewals in
            renewals.drain = drain
            renewals.refresh = refresh
            return renewals.count != known
        }
        defer {
            renewals.withLock { renewals in
                renewals.drain = nil
                renewals.refresh = nil
            }
            shared.ended(outgoing)
        }
        try await withTaskCancellationHandler {
            try await channel.eventLoop.submit { [shared] in
                // A peer that has closed already leaves no handler to find.
                let connection = try channel.pipeline.syncOperations.handler(type: LinkConnection.self)
                let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
                outgoing.onFrames { bound.eventLoop.execute { bound.value.flush() } }
                shared.began(outgoing)
                connection.start()
            }.get()
            if isOld { drain(Self.renewed) }
            try await channel.closeFuture.get()
        } onCancel: {
            drain(LinkFault(.stopped, "the program stops"))
        }
    }

    private func publish(_ state: LinkState) {
        let wall = shared.time.now().wall
        shared.report.withLock { report in
            if report.phase != state.phase { report.since = wall }
            report.phase = state.phase
            report.fault = state.fault
        }
    }

    /// One line for each change, not for each try: a cloud that is away for a week writes no book.
    private func note(_ fault: LinkFault) {
        let isNews = shared.report.withLock { report in
            report.faults[fault.code, default: 0] += 1
            return report.fault?.code != fault.code
        }
        logger.log(
            level: fault.isOwnWish ? .info : isNews ? .warning : .debug, "link is down",
            metadata: ["link.cause": "\(fault.code.rawValue)", "link.reason": "\(fault)"])
    }
}

/// What a node shows the cloud.
public protocol LinkIdentity: Sendable {
    /// TLS with the certificate as it is now, got first if need be.
    ///
    /// - Throws: an error whose description tells people what is missing.
    func makeContext() async throws -> NIOSSLContext
    /// The cloud did not take the certificate.
    func rejected()
}
