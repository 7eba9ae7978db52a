internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// Listens for websockets, and sorts out who gets a session.
enum CloudCoreListener {
    /// Below the ports that connections take by themselves: while the cloud is away nobody else gets its port.
    static func bind(_ bootstrap: ServerBootstrap, port: Int) async throws -> any Channel {
        if port > 0 { return try await bindAgain(bootstrap, port: port) }
        for _ in 0..<50 {
            // Taken by somebody: another one will do.
            if let channel = try? await bootstrap.bind(host: "127.0.0.1", port: Int.random(in: 10_000..<32_000)).get() {
                return channel
            }
        }
        return try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    }

    /// A program that is being started holds this one's sockets for a moment, the listener that was just closed among them.
    private static func bindAgain(_ bootstrap: ServerBootstrap, port: Int) async throws -> any Channel {
        for _ in 0..<50 {
            do {
                return try await bootstrap.bind(host: "127.0.0.1", port: port).get()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        return try await bootstrap.bind(host: "127.0.0.1", port: port).get()
    }

    static func websocket(_ hub: NIOLoopBoundBox<CloudCoreHub>, group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?)
        -> ServerBootstrap
    {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try prepare(channel, hub, tls)
                }
            }
    }

    private static func prepare(_ channel: any Channel, _ hub: NIOLoopBoundBox<CloudCoreHub>, _ tls: NIOSSLContext?)
        throws
    {
        let pipeline = channel.pipeline.syncOperations
        let gate = ByteGate()
        try pipeline.addHandler(gate)
        hub.value.track(channel, gate)
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let boundGate = NIOLoopBound(gate, eventLoop: channel.eventLoop)
        let refuser = UpgradeRefuser(hub: hub.value, gate: gate)
        let boundRefuser = NIOLoopBound(refuser, eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 30, automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let node = head.headers.first(name: "node_id") ?? ""
                let accepts = hub.value.refusal(of: node) == nil
                return channel.eventLoop.makeSucceededFuture(accepts ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let isMessages = head.headers.first(name: "ConnectionUse") == "msg"
                    let pipeline = channel.pipeline.syncOperations
                    guard isMessages else {
                        boundGate.value.stopReading()
                        return try pipeline.addHandler(DeafHandler())
                    }
                    let connection = CloudCoreConnection(
                        node: head.headers.first(name: "node_id") ?? "", gate: boundGate.value, hub: hub.value)
                    try pipeline.addHandler(connection)
                }
            })
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(boundRefuser.value, promise: nil)
                }
            ))
        try pipeline.addHandler(refuser)
    }
}

/// Answers what is not upgraded, then closes.
final class UpgradeRefuser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let hub: CloudCoreHub
    private let gate: ByteGate
    private var node = ""

    init(hub: CloudCoreHub, gate: ByteGate) {
        self.hub = hub
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): node = head.headers.first(name: "node_id") ?? ""
        case .body: break
        case .end:
            let status = hub.refusal(of: node) ?? 400
            let headers: HTTPHeaders = ["Content-Length": "0", "Connection": "close"]
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An upgrade that was refused is answered as a request.
        if !(error is NIOWebSocketUpgradeError) { gate.cut(isReset: false) }
    }
}

/// Takes what a connection without `ConnectionUse` brought before it was read no more.
final class DeafHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
