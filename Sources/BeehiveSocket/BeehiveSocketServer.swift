public import Beehive
public import Logging
public import NIOCore
internal import NIOPosix
public import ServiceLifecycle

/// Serves the module socket: attaches modules of other processes to the bus.
///
/// All connections live on one event loop, so that a name passes from one connection to the next in one step.
/// `bind` before the program says that it is ready; `run` serves until the graceful shutdown, then stops accepting,
/// writes what waits in the mailboxes, closes, and removes the socket's file.
public final class BeehiveSocketServer: Service {
    private struct State {
        var listener: (any Channel)?
        var file: UnixSocketFile?
    }

    private let settings: SocketSettings
    private let loop: any EventLoop
    private let context: NIOLoopBoundBox<ConnectionContext>
    private let meter = SocketMeter()
    /// Where long lists are read while they leave.
    private let threads: LongFrameThreads
    private let logger: Logger
    private let state = Lock(State())

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: where and how to serve.
    ///   - bus: what modules attach to.
    ///   - intake: what takes the modules' messages; the one of the bus.
    ///   - group: whose event loops are used; one of them.
    ///   - time: where the time comes from.
    ///   - logger: told of modules that attach and leave; never of bodies.
    public init(
        settings: SocketSettings, bus: ModuleBus, intake: any ModuleIntake, group: any EventLoopGroup,
        time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.settings = settings
        self.logger = logger
        loop = group.next()
        let meter = self.meter
        let threads = LongFrameThreads(maximum: settings.maximumLongFrames)
        self.threads = threads
        context = .makeBoxSendingValue(
            ConnectionContext(
                settings: settings, bus: bus, intake: intake, time: time, meter: meter, logger: logger,
                threads: threads),
            as: ConnectionContext.self, eventLoop: loop)
    }

    /// What the socket has done since its start.
    public var counters: SocketCounters { meter.snapshot }

    /// True while modules can connect.
    public var isListening: Bool { state.withLock { $0.listener != nil } }

    /// Makes the socket and listens on it; does nothing when that was done.
    ///
    /// - Throws: `SocketError` when the path cannot be had.
    public func bind() async throws {
        if isListening { return }
        let file = try makeFile()
        let context = self.context
        let loop = self.loop
        let binding = ServerBootstrap(group: loop)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .childChannelInitializer { channel in
                Self.peer(of: channel).flatMapThrowing { peer in
                    let connection = ModuleConnection(server: context.value, peer: peer, loop: loop)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .withBoundSocket(file.descriptor)
        let listener = try await binding.get()
        state.withLock { $0 = State(listener: listener, file: file) }
        logger.info("module socket listens", metadata: ["socket.path": "\(settings.path)"])
    }

    /// Who connected; the file's mode has decided that they may.
    private static func peer(of channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(PeerCredentials())
        }
        return options.unsafeGetSocketOption(level: .socket, name: .init(rawValue: PeerCredentials.option))
    }

    private func makeFile() throws(SocketError) -> UnixSocketFile {
        do {
            return try UnixSocketFile(path: settings.path, mode: settings.mode, setting: "modules.socket.path")
        } catch {
            throw SocketError(description: error.description)
        }
    }

    /// Serves until the graceful shutdown or the task's cancellation, then closes everything.
    public func run() async throws {
        try await bind()
        // A cancelled task stops the server just as a shutdown does.
        try? await gracefulShutdown()
        await stop()
    }

    private func stop() async {
        let (listener, file) = state.withLock { state in
            defer { state = State() }
            return (state.listener, state.file)
        }
        // While it is served nobody else takes the path: what is removed is ours.
        file?.remove()
        // Already closed is as good.
        try? await listener?.close()
        let context = self.context
        let loop = self.loop
        try? await loop.flatSubmit { context.value.stop(on: loop) }.get()
        await threads.stop()
    }
}
