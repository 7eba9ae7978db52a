import EdgeHub
import FakeCloud
import MetaManager
import NIOCore
import NIOPosix
import Testing

/// Answers an upgrade with a status and then with as much of a body as anybody takes.
private final class TalkativeServer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let head: String

    init(head: String) { self.head = head }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
        more(context)
    }

    private func more(_ context: ChannelHandlerContext) {
        let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: chunk))).whenSuccess {
            bound.value.0.more(bound.value.1)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

@Suite("Refused upgrades", .timeLimit(.minutes(5)))
struct RefusedUpgradeTests {
    @Test(
        "an answer that is no upgrade is told by its status, and its endless body is not read",
        arguments: ["200 OK", "302 Found", "401 Unauthorized", "503 Service Unavailable"])
    func refused(status: String) async throws {
        let head = "HTTP/1.1 \(status)\r\nTransfer-Encoding: chunked\r\n\r\n"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TalkativeServer(head: head))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let url = try LinkURL("ws://127.0.0.1:\(server.localAddress?.port ?? 0)")
        // Whoever reads the body to its end never comes to a second try.
        try await LinkFixture(cloud: try await .start()) { settings in
            settings.url = url
            settings.handshakeTimeout = .seconds(3600)
        }.run { fixture in
            try await fixture.until("two tries") { fixture.link.report.failedTries >= 2 }
            let fault = fixture.link.report.fault
            #expect(fault?.code == .upgradeRefused)
            #expect(fault?.description.contains("status \(status.prefix(3))") == true)
        }
        try await server.close()
    }
}
