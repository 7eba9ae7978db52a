import Beehive
import Crypto
import EdgeHub
import FakeCloud
import NIOCore
import NIOPosix
import Testing

/// Answers an upgrade and sends its first message in the same write.
private final class HastyServer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let frames: [UInt8]
    private var request = ""

    init(frames: [UInt8]) { self.frames = frames }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let wasWhole = request.contains("\r\n\r\n")
        request += String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self)
        guard !wasWhole, request.contains("\r\n\r\n") else { return }
        let line = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") } ?? ""
        let key = (line.split(separator: ":").last ?? "").filter { $0 != " " }
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(Array(digest).base64)\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Array(head.utf8) + frames)), promise: nil)
    }
}

@Suite("First bytes", .timeLimit(.minutes(5)))
struct FirstBytesTests {
    @Test("messages that come together with the answer to the upgrade are not lost", arguments: [1, 2, 300])
    func together(count: Int) async throws {
        let frames = (0..<count).flatMap { number in
            Array(#"{"header":{"msg_id":"first-\#(number)"},"route":{"resource":"a/b/\#(number)"},"content":1}"#.utf8)
                .framed
        }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HastyServer(frames: frames))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let url = try LinkURL("ws://127.0.0.1:\(server.localAddress?.port ?? 0)")
        try await LinkFixture(cloud: try await .start()) { $0.url = url }.run { fixture in
            let inputs = try await fixture.inputs("the last") { $0.message?.id == "first-\(count - 1)" }
            #expect(inputs.compactMap(\.message).map(\.id) == (0..<count).map { "first-\($0)" })
        }
        try await server.close()
    }
}

extension [UInt8] {
    fileprivate var base64: String {
        let letters = [Character]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 { text.append(place > group.count ? "=" : letters[bits >> (18 - 6 * place) & 63]) }
        }
        return text
    }

    /// As a server's text frame.
    fileprivate var framed: [UInt8] { [0x81, 126, UInt8(count >> 8), UInt8(count & 0xFF)] + self }
}
