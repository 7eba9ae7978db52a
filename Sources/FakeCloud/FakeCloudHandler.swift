internal import Beehive
internal import NIOCore

/// One connection of a node; lives on its event loop.
final class FakeCloudHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let cloud: FakeCloud
    private let connection: Int
    private var unread: [UInt8] = []
    private var isTaking = false

    init(cloud: FakeCloud, connection: Int) {
        self.cloud = cloud
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread += unwrapInboundIn(data).readableBytesView
        // What a line sets off may write, and a write may bring the next bytes: they wait for their turn.
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(unread[..<end])
            unread.removeSubrange(...end)
            cloud.took(line[...], connection: connection)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { cloud.lost(connection: connection) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
