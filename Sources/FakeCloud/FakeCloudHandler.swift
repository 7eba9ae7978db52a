internal import Beehive
internal import NIOCore

/// One connection of a node; lives on its event loop.
final class FakeCloudHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let cloud: FakeCloud
    private let connection: Int
    private var partial: [UInt8] = []

    init(cloud: FakeCloud, connection: Int) {
        self.cloud = cloud
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var rest = unwrapInboundIn(data).readableBytesView[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            partial += rest[..<end]
            cloud.took(partial[...], connection: connection)
            partial = []
            rest = rest[(end + 1)...]
        }
        partial += rest
    }

    func channelInactive(context: ChannelHandlerContext) { cloud.lost(connection: connection) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
