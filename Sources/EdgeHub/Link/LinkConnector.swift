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
            notUpgradingCompletionHandler: { $0.eventLoop.makeFailedFuture(ChannelError.eof) })
        var whole = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // The first messages may come with the last bytes of the handshake; the library's default drops them.
        whole.leftOverBytesStrategy = .forwardBytes
        let upgraded = try pipeline.configureUpgradableHTTPClientPipeline(configuration: whole)
        // In front of the upgrade, which keeps what follows another answer than 101 in memory, however much it is.
        let upgrade = try pipeline.handler(type: NIOTypedHTTPClientUpgradeHandler<Outcome>.self)
        let watcher = StatusWatcher(channel.eventLoop.makePromise(of: Int.self))
        try pipeline.addHandler(watcher, position: .before(upgrade))
        let refused = watcher.refusal.map { Outcome.refused(status: $0) }
        return refused.flatMapError { _ in upgraded }
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

/// The library's upgrade without its frame handlers.
///
/// Its decoder gathers a whole frame before it tells of it, which a frame of a gigabyte must not be allowed. The link reads
/// frames itself (`WebSocketReader`).
private struct LinkUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    typealias UpgradeResult = LinkConnector.Outcome

    let handler: @Sendable () -> LinkConnection
    /// Makes the key and checks the answer to it; never asked to change a pipeline.
    private let handshake = NIOTypedWebSocketClientUpgrader<LinkConnector.Outcome>(
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(.upgraded) })

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
            return .upgraded
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

/// Reads the status of the answer to the upgrade; one that is no upgrade ends the connection before its body is read.
private final class StatusWatcher: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private let promise: EventLoopPromise<Int>
    private var isDone = false

    /// The status of a refusal; fails as soon as there will be none.
    var refusal: EventLoopFuture<Int> { promise.futureResult }

    init(_ promise: EventLoopPromise<Int>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Behind the answer come frames, which are none of ours to unwrap.
        guard !isDone else { return context.fireChannelRead(data) }
        guard case .head(let head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        // Interim answers say nothing yet.
        if (100..<200).contains(head.status.code), head.status != .switchingProtocols { return }
        isDone = true
        guard head.status != .switchingProtocols else {
            promise.fail(ChannelError.eof)
            return context.fireChannelRead(data)
        }
        promise.succeed(Int(head.status.code))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        settle(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle(ChannelError.eof) }

    private func settle(_ error: any Error) {
        guard !isDone else { return }
        isDone = true
        promise.fail(error)
    }
}
