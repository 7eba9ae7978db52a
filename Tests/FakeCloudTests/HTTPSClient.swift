import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One https request at a time, for the cloud's second port.
enum HTTPSClient {
    struct Answer: Sendable {
        let status: UInt
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    static func get(
        _ path: String, port: Int, headers: [(String, String)] = [], body: [UInt8] = [], tls: TLSConfiguration
    ) async throws -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = loop.makePromise(of: Answer.self)
        let context = try NIOSSLContext(configuration: tls)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        Exchange(path: path, headers: headers, body: body, outcome: outcome))
                }
            }.connect(host: "127.0.0.1", port: port).get()
        } catch {
            outcome.fail(error)
            throw error
        }
        let answer: Answer
        do {
            answer = try await outcome.futureResult.get()
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
        return answer
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let path: String
        private let headers: [(String, String)]
        private let body: [UInt8]
        private let outcome: EventLoopPromise<Answer>
        private var status: UInt = 0
        private var received: [UInt8] = []

        init(path: String, headers: [(String, String)], body: [UInt8], outcome: EventLoopPromise<Answer>) {
            self.path = path
            self.headers = headers
            self.body = body
            self.outcome = outcome
        }

        func channelActive(context: ChannelHandlerContext) {
            var all = HTTPHeaders([("Host", "127.0.0.1"), ("Content-Length", "\(body.count)")])
            for (name, value) in headers { all.add(name: name, value: value) }
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: all)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = head.status.code
            case .body(let part): received += Array(part.readableBytesView)
            case .end: outcome.succeed(Answer(status: status, body: received))
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { outcome.fail(error) }

        func channelInactive(context: ChannelHandlerContext) { outcome.fail(ChannelError.eof) }
    }
}
