#if DEBUG
    public import Beehive
    public import Logging
    public import MetaManager
    public import NIOCore
    internal import NIOPosix
    public import ServiceLifecycle

    /// A minimal link over plain TCP on loopback, for tests of the whole program; no part of a release build.
    ///
    /// Each line is one message; `ping N` and `pong N` stand in for the websocket's; the first line of the node is
    /// `hello <node-id>`. All else is as on the real link: keepalives, back-off, pacing, proof by pong, back-pressure.
    public final class TestLink: Service, CloudPort {
        private let settings: Lock<TestLinkSettings>
        private let shared: TestLinkShared
        private let group: any EventLoopGroup
        private let clock: any Clock<Duration>
        private let random: @Sendable () -> Double
        private let logger: Logger

        /// Makes a link; `run` connects it.
        ///
        /// - Parameters:
        ///   - settings: where the cloud is and how to behave.
        ///   - inbox: the loop's inbox.
        ///   - group: whose event loops are used.
        ///   - logger: told of connections and cuts.
        ///   - time: where the time comes from.
        ///   - clock: waits between tries.
        ///   - random: numbers from 0 up to 1, which spread the tries.
        public init(
            settings: TestLinkSettings, inbox: Inbox<Input>, group: any EventLoopGroup, logger: Logger,
            time: any TimeSource = SystemTime(), clock: any Clock<Duration> = ContinuousClock(),
            random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
        ) {
            self.settings = Lock(settings)
            shared = TestLinkShared(inbox: inbox, time: time, settings: settings)
            self.group = group
            self.clock = clock
            self.random = random
            self.logger = logger
        }

        /// What the link has done and how it stands.
        public var report: LinkReport { shared.report.withLock { $0 } }

        /// Takes new settings: the rate at once, the rest with the next connection.
        ///
        /// - Parameter settings: the new settings.
        public func reload(_ settings: TestLinkSettings) {
            self.settings.withLock { $0 = settings }
            let now = shared.time.now().ticks
            shared.pacer.withLock { $0.change(qps: settings.qps, burst: settings.burst, at: now) }
        }

        /// Takes frames in order, without blocking; drops them when there is no connection.
        public func send(_ frames: [CloudFrame]) {
            guard let outgoing = shared.outgoing else {
                shared.report.withLock { $0.dropped += UInt64(frames.count) }
                return
            }
            outgoing.add(frames)
        }

        /// Connects, and connects again after each cut, until the program shuts down.
        public func run() async throws {
            await cancelWhenGracefulShutdown { await self.keepConnected() }
        }

        private func keepConnected() async {
            let first = settings.withLock { $0 }
            var backoff = Backoff(
                minimum: first.reconnectMinimum, maximum: first.reconnectMaximum, resetAfter: first.heartbeat * 2)
            var connection = 0
            while !Task.isCancelled {
                connection += 1
                let start = shared.time.now().ticks
                let wasUp = await connect(connection)
                if wasUp { backoff.ended(after: .nanoseconds(Int64(clamping: shared.time.now().ticks &- start))) }
                let wait = backoff.next(random: random())
                // A cancelled wait ends the loop by its condition.
                try? await clock.sleep(for: wait)
            }
        }

        /// One connection, to its end.
        private func connect(_ connection: Int) async -> Bool {
            let settings = settings.withLock { $0 }
            let outgoing = TestLinkOutgoing()
            let shared = shared
            let bootstrap = ClientBootstrap(group: group)
                .channelOption(.autoRead, value: false)
                .connectTimeout(TimeAmount(settings.connectTimeout))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = TestLinkHandler(
                            shared: shared, settings: settings, connection: connection, outgoing: outgoing)
                        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                        outgoing.onFrames { bound.eventLoop.execute { bound.value.flush() } }
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
            do {
                let channel = try await bootstrap.connect(host: "127.0.0.1", port: settings.port).get()
                logger.info("link is up", metadata: ["link.connection": "\(connection)"])
                try await withTaskCancellationHandler {
                    try await channel.eventLoop.submit {
                        // A peer that has closed already leaves no handler to find.
                        let handler = try channel.pipeline.syncOperations.handler(type: TestLinkHandler.self)
                        shared.began(outgoing)
                        handler.start()
                    }.get()
                    try await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
                shared.ended(outgoing)
                logger.info("link is down", metadata: ["link.connection": "\(connection)"])
                return true
            } catch {
                shared.report.withLock { $0.failedTries += 1 }
                shared.ended(outgoing)
                logger.debug(
                    "cannot connect", metadata: ["link.port": "\(settings.port)", "error": "\(error)"])
                return false
            }
        }
    }
#endif
