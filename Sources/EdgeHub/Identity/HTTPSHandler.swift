internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Writes the request when the connection is there, and gathers the answer within its limit.
final class HTTPSHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPSRequest
    private let exchange: HTTPSExchange
    private var answer: HTTPSAnswer?

    init(_ request: HTTPSRequest, exchange: HTTPSExchange) {
        self.request = request
        self.exchange = exchange
    }

    func channelActive(context: ChannelHandlerContext) {
        let address = request.address
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.prefix + request.path)
        head.headers.add(name: "Host", value: address.authority)
        head.headers.add(name: "Connection", value: "close")
        for header in request.headers { head.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { head.headers.add(name: "Content-Length", value: "\(request.body.count)") }
        // The TLS handler holds this back until the server is verified.
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: request.body)))),
                promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            guard length <= request.limit else { return exchange.finish(.failure(.tooLarge(request.limit))) }
            answer = HTTPSAnswer(status: head.status.code)
        case .body(let buffer):
            let count = (answer?.body.count ?? 0) + buffer.readableBytes
            guard count <= request.limit else { return exchange.finish(.failure(.tooLarge(request.limit))) }
            answer?.body += buffer.readableBytesView
        case .end:
            if let answer { exchange.finish(.success(answer)) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchange.finish(.failure(Self.failure(error)))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange.finish(.failure(.closed))
        context.fireChannelInactive()
    }

    private static func failure(_ error: any Error) -> HTTPSFailure {
        switch error {
        case NIOSSLError.uncleanShutdown: .closed
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: .wrongHost
        case is HTTPParserError: .notHTTP
        default: TLSTrouble.reason(error).map { .tls($0) } ?? .unreachable("\(error)")
        }
    }
}
