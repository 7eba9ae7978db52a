internal import Beehive
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One request and its answer over a connection that ends with the last who has this.
final class APIExchange: Sendable {
    private let channel: any Channel
    let queue: PieceQueue
    private let path: String

    private init(_ channel: any Channel, _ queue: PieceQueue, path: String) {
        self.channel = channel
        self.queue = queue
        self.path = path
    }

    deinit { channel.close(promise: nil) }

    static func begin(
        _ call: APICall, at path: String, on group: any EventLoopGroup, options: MetaClient.Options
    ) async throws -> APIExchange {
        let queue = PieceQueue(limit: options.bufferedBytes)
        let broken = MetaClientError(
            .broken, "\(call.what): the connection to \(path) was closed before the answer was whole")
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .connectTimeout(.milliseconds(options.timeout.milliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        ExchangeHandler(queue: queue, broken: broken))
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
        } catch {
            throw MetaClientError(.unreachable, "\(call.what): \(Self.cause(error, path))")
        }
        let exchange = APIExchange(channel, queue, path: path)
        exchange.send(call)
        return exchange
    }

    private static func cause(_ error: any Error, _ path: String) -> String {
        let code = (error as? IOError)?.errnoCode
        let cause = code.map { String(cString: strerror($0)) } ?? "\(error)"
        let cure =
            code == EACCES ? "run as the daemon's user, or as root" : "start the daemon, or name its metaserver.socket"
        return "nobody answers at \(path): \(cause); \(cure)"
    }

    /// A failure to send shows when the answer is waited for.
    private func send(_ call: APICall) {
        var headers = HTTPHeaders([
            ("Host", "localhost"), ("User-Agent", "metaclient"), ("Accept", "application/json"),
            ("Connection", "close"),
        ])
        for header in call.headers { headers.add(name: header.name, value: header.value) }
        if !call.body.isEmpty { headers.add(name: "Content-Length", value: "\(call.body.count)") }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: call.method), uri: call.target, headers: headers)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if !call.body.isEmpty {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: call.body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    /// The answer's head; it comes first, and once.
    func head(within limit: Duration) async throws -> ExchangeHead {
        guard case .head(let head) = try await next(within: limit) else {
            throw MetaClientError(.malformed, "what listens at \(path) gives no answer of this API")
        }
        return head
    }

    /// The next bytes of the body; nil at its end.
    func piece(within limit: Duration) async throws -> [UInt8]? {
        guard case .bytes(let bytes) = try await next(within: limit) else { return nil }
        return bytes
    }

    private func next(within limit: Duration) async throws -> PieceQueue.Piece? {
        let ticket = queue.ticket()
        let (channel, queue, path) = (channel, queue, path)
        let timer = channel.eventLoop.scheduleTask(in: .milliseconds(limit.milliseconds)) {
            queue.giveUp(ticket, because: MetaClientError(.timeout, "the daemon at \(path) was silent for \(limit)"))
        }
        defer { timer.cancel() }
        // Nothing but the channel holds its handler: a callback kept by the queue, which the handler has, would hold both
        // for ever.
        return try await queue.next(ticket) { channel.triggerUserOutboundEvent(RoomMade(), promise: nil) }
    }
}

/// Tells the connection's side that the reader has taken something, or waits.
struct RoomMade: Sendable {}

/// The connection's side of an exchange; lives on its event loop.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart

    private let queue: PieceQueue
    private let broken: MetaClientError
    private var context: ChannelHandlerContext?
    private var isReading = false

    init(queue: PieceQueue, broken: MetaClientError) {
        self.queue = queue
        self.broken = broken
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { resume() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Informational answers say nothing that is asked for.
            guard head.status.code >= 200 else { return }
            let headers = head.headers.map { (name: $0.name, value: $0.value) }
            queue.push(.head(ExchangeHead(status: Int(head.status.code), headers: headers)))
        case .body(let buffer): queue.push(.bytes(Array(buffer.readableBytesView)))
        case .end:
            queue.finish()
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        resume()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is RoomMade else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        resume()
    }

    /// Reads on while there is room.
    private func resume() {
        guard let context, context.channel.isActive, !isReading, queue.hasRoom else { return }
        isReading = true
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        queue.finish(MetaClientError(broken.code, "\(broken.description): \(error)"))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { queue.finish(broken) }
}
