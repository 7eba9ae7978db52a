internal import Beehive
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// Makes one connection: name, socket, TLS, upgrade.
struct LinkConnector: Sendable {
    let settings: LinkSettings
    let tls: NIOSSLContext?
    let group: any EventLoopGroup

    /// A socket that is connected, and what the upgrade on it comes to.
    struct Socket: Sendable {
        let channel: any Channel
        let upgraded: EventLoopFuture<Outcome>
    }

    enum Outcome: Sendable {
        case upgraded
        case refused(status: Int)
    }

    /// Connects the socket and begins the upgrade.
    ///
    /// - Parameter handler: makes what lives on the connection; called once, if the upgrade is granted.
    /// - Returns: the socket.
    /// - Throws: what the transport throws; `LinkFault(of:while:to:)` translates it.
    func connect(_ handler: @escaping @Sendable () -> LinkConnection) async throws -> Socket {
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(TimeAmount(settings.handshakeTimeout))
        let found = Lock<EventLoopFuture<Outcome>?>(nil)
        let initialised = bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let upgraded = try begin(on: channel, handler)
                found.withLock { $0 = upgraded }
            }
        }
        let connecting = initialised.connect(host: settings.url.host, port: settings.url.port)
        let channel = try await untilAbandoned(connecting)
        guard let upgraded = found.withLock({ $0 }) else { throw ChannelError.unknownLocalAddress }
        return Socket(channel: channel, upgraded: upgraded)
    }

    private func begin(
        on channel: any Channel, _ handler: @escaping @Sendable () -> LinkConnection
    ) throws -> EventLoopFuture<Outcome> {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: serverName)) }
        let upgrader = LinkUpgrader(handler: handler)
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: HTTPRequestHead(
                version: .http1_1, method: .GET, uri: settings.url.path, headers: headers),
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeSucceededFuture(.refused(RefusalReader.read(on: channel)))
            })
        var whole = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // The first messages may come with the last bytes of the handshake; the library's default drops them.
        whole.leftOverBytesStrategy = .forwardBytes
        let loop = channel.eventLoop
        return try pipeline.configureUpgradableHTTPClientPipeline(configuration: whole).flatMap { upgrade in
            switch upgrade {
            case .granted: loop.makeSucceededFuture(.upgraded)
            case .refused(let status): status.map { .refused(status: $0) }
            }
        }
    }

    /// Identity stands in the headers; `ConnectionUse` decides whether CloudCore reads at all (the protocol page, section 3).
    private var headers: HTTPHeaders {
        let host = settings.url.host
        return [
            "Host": "\(host.contains(":") ? "[\(host)]" : host):\(settings.url.port)",
            "node_id": settings.nodeID,
            "project_id": settings.projectID,
            "ConnectionUse": "msg",
        ]
    }

    /// The name in TLS; an address has none and is checked against the socket's.
    private var serverName: String? {
        (try? SocketAddress(ipAddress: settings.url.host, port: 0)) == nil ? settings.url.host : nil
    }
}

/// How the library's upgrade ends.
private enum Upgrade: Sendable {
    case granted
    /// Passed on before the status is known: the library holds the answer back until it has been.
    case refused(EventLoopFuture<Int>)
}

/// The library's upgrade without its frame handlers.
///
/// Its decoder gathers a whole frame before it tells of it, which a frame of a gigabyte must not be allowed. The link reads
/// frames itself (`WebSocketReader`).
private struct LinkUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    typealias UpgradeResult = Upgrade

    let handler: @Sendable () -> LinkConnection
    /// Makes the key and checks the answer to it; never asked to change a pipeline.
    private let handshake = NIOTypedWebSocketClientUpgrader<Upgrade>(
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(.granted) })

    init(handler: @escaping @Sendable () -> LinkConnection) { self.handler = handler }

    var supportedProtocol: String { handshake.supportedProtocol }
    var requiredUpgradeHeaders: [String] { handshake.requiredUpgradeHeaders }

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {
        handshake.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders)
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        handshake.shouldAllowUpgrade(upgradeResponse: upgradeResponse)
    }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<UpgradeResult> {
        channel.eventLoop.makeCompletedFuture {
            // From here on the connection reads by itself, as far as there is room.
            try channel.syncOptions?.setOption(.autoRead, value: false)
            try channel.pipeline.syncOperations.addHandler(handler())
            return .granted
        }
    }
}

/// Awaits a connection, but not beyond the task's cancellation; one that comes too late is closed.
private func untilAbandoned(_ connecting: EventLoopFuture<any Channel>) async throws -> any Channel {
    let promise = connecting.eventLoop.makePromise(of: (any Channel).self)
    let isSettled = Lock(false)
    let settle: @Sendable () -> Bool = {
        isSettled.withLock { isSettled in
            defer { isSettled = true }
            return !isSettled
        }
    }
    connecting.whenComplete { result in
        if settle() { return promise.completeWith(result) }
        if case .success(let channel) = result { channel.close(promise: nil) }
    }
    return try await withTaskCancellationHandler {
        try await promise.futureResult.get()
    } onCancel: {
        if settle() { promise.fail(CancellationError()) }
    }
}

/// Reads the status of an answer that is no upgrade.
private final class RefusalReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let status: EventLoopPromise<Int>

    init(_ status: EventLoopPromise<Int>) { self.status = status }

    static func read(on channel: any Channel) -> EventLoopFuture<Int> {
        let status = channel.eventLoop.makePromise(of: Int.self)
        do {
            try channel.pipeline.syncOperations.addHandler(RefusalReader(status))
        } catch {
            status.fail(error)
        }
        return status.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { status.succeed(Int(head.status.code)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { status.fail(error) }

    func handlerRemoved(context: ChannelHandlerContext) { status.fail(ChannelError.eof) }
}
