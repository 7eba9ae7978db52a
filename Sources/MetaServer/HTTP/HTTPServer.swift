internal import Beehive
public import Logging
public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
public import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Serves the local API on a loopback address and on a Unix socket.
public final class HTTPServer: Service {
    private struct Listening {
        var channels: [any Channel] = []
        var socket: UnixSocketFile?
        var port: Int?
    }

    private let settings: ServerSettings
    private let router: Router
    private let counts: RequestCounts
    private let loops: any EventLoopGroup
    private let tls: APICertificates?
    private let logger: Logger
    private let connections: ConnectionList
    private let jobs: AsyncStream<HTTPJob>
    private let incoming: AsyncStream<HTTPJob>.Continuation
    private let listening = Lock(Listening())

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: how it listens, and what it bears.
    ///   - router: what answers.
    ///   - counts: where answers are counted.
    ///   - loops: where connections live.
    ///   - tls: what the address is served with; nil for plain HTTP. The Unix socket has no TLS.
    ///   - logger: for the addresses, and nothing of what is said there.
    public init(
        settings: ServerSettings, router: Router, counts: RequestCounts, loops: any EventLoopGroup,
        tls: APICertificates? = nil, logger: Logger
    ) {
        self.settings = settings
        self.router = router
        self.counts = counts
        self.loops = loops
        self.tls = tls
        self.logger = logger
        connections = ConnectionList(limit: settings.maximumConnections, counts: counts)
        // A connection has one request under way, so the bound of connections bounds this queue.
        (jobs, incoming) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(settings.maximumConnections))
    }

    /// The port that is bound, when there is one.
    public var port: Int? { listening.withLock { $0.port } }

    /// True once every address is bound.
    public var isBound: Bool { listening.withLock { !$0.channels.isEmpty } }

    /// Binds the addresses; `run` does it if nobody has.
    ///
    /// - Throws: `ServerError` that names the address and the cure.
    public func bind() async throws {
        guard !isBound else { return }
        var bound = Listening()
        do {
            if !settings.address.isEmpty {
                let channel = try await bindNetwork()
                bound.channels.append(channel)
                bound.port = channel.localAddress?.port
            }
            if !settings.socketPath.isEmpty {
                let socket = try makeSocket()
                bound.socket = socket
                let channel = try await bootstrap(isUnix: true).withBoundSocket(socket.descriptor).get()
                bound.channels.append(channel)
            }
        } catch {
            for channel in bound.channels { channel.close(promise: nil) }
            bound.socket?.remove()
            throw error
        }
        let result = bound
        listening.withLock { $0 = result }
        logger.info(
            "local API listens",
            metadata: ["address": "\(settings.address)", "socket": "\(settings.socketPath)"])
    }

    private func makeSocket() throws(ServerError) -> UnixSocketFile {
        do {
            return try UnixSocketFile(path: settings.socketPath, mode: 0o600, setting: "metaserver.socket")
        } catch {
            throw ServerError(description: error.description)
        }
    }

    private func bindNetwork() async throws -> any Channel {
        let text = settings.address
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ServerError(description: "metaserver.server '\(text)' is no address: want host:port")
        }
        let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        guard tls != nil || host == "localhost" || host == "::1" || host.hasPrefix("127.") else {
            throw ServerError(
                description:
                    "metaserver.server '\(text)' is no loopback address: without TLS tokens would cross the network in the clear"
            )
        }
        do {
            // Never looked up: a name server must not decide where this listens.
            let address = try SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: Int(port))
            return try await bootstrap(isUnix: false).bind(to: address).get()
        } catch {
            let cause = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw ServerError(
                description:
                    "cannot listen on \(text): \(cause); stop who holds it, or choose another metaserver.server")
        }
    }

    private func bootstrap(isUnix: Bool) -> ServerBootstrap {
        let settings = self.settings
        let counts = self.counts
        let connections = self.connections
        let incoming = self.incoming
        let tls = isUnix ? nil : self.tls
        return ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: isUnix ? 0 : 1)
            .childChannelInitializer { channel in
                guard connections.add(channel) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
                }
                return Self.peer(of: channel, isUnix: isUnix).flatMapThrowing { peer in
                    let connection = HTTPConnection(settings: settings, counts: counts, peer: peer) { job in
                        if case .enqueued = incoming.yield(job) { return true }
                        return false
                    }
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandlers([PlainTextRefusal(), NIOSSLServerHandler(context: tls.context)])
                    }
                    try pipeline.addHandlers([ByteTap(connection), HTTPResponseEncoder(), decoder, connection])
                }
            }
    }

    private static func peer(of channel: any Channel, isUnix: Bool) -> EventLoopFuture<APIRequest.Peer> {
        guard isUnix else { return channel.eventLoop.makeSucceededFuture(.network) }
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(.local(uid: .max))
        }
        let found: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: PeerCredentials.option))
        return found.map { .local(uid: $0.user) }
    }

    /// Serves until it is told to stop: open streams end at once, answers under way get a short time.
    public func run() async throws {
        try await bind()
        await withTaskCancellationOrGracefulShutdownHandler {
            // The group owns the requests under way; the list of connections bounds them.
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask { [router] in job.finish(await router.respond(to: job.request)) }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
        await connections.drain(within: settings.shutdownGrace)
        for channel in listening.withLock({ $0.channels }) { try? await channel.closeFuture.get() }
    }

    private func stop() {
        incoming.finish()
        let bound = listening.withLock { $0 }
        // While it is served nobody else takes the path: what is removed is ours.
        bound.socket?.remove()
        for channel in bound.channels { channel.close(promise: nil) }
        connections.stop()
    }
}
