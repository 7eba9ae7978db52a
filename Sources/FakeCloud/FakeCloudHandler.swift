internal import Beehive
internal import NIOCore
internal import NIOWebSocket

/// One connection of a node; lives on its event loop.
final class FakeCloudHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let cloud: FakeCloud
    private let connection: Int
    private let node: String
    private var fragments: [UInt8] = []
    private var unread: [WebSocketFrame] = []
    private var isTaking = false

    init(cloud: FakeCloud, connection: Int, node: String) {
        self.cloud = cloud
        self.connection = connection
        self.node = node
    }

    func handlerAdded(context: ChannelHandlerContext) {
        cloud.took(.hello(node), Array(node.utf8)[...], connection: connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread.append(unwrapInboundIn(data))
        // What a frame sets off may write, and a write may bring the next bytes: they wait for their turn.
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        while !unread.isEmpty { take(unread.removeFirst(), context) }
    }

    private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        let bytes = Array(frame.unmaskedData.readableBytesView)
        switch frame.opcode {
        case .ping: cloud.took(.ping(String(decoding: bytes, as: UTF8.self)), bytes[...], connection: connection)
        case .pong: cloud.took(.pong(String(decoding: bytes, as: UTF8.self)), bytes[...], connection: connection)
        case .connectionClose: context.close(promise: nil)
        default:
            fragments += bytes
            guard frame.fin else { return }
            defer { fragments = [] }
            cloud.took(FakeCloudEvent(reading: fragments[...]), fragments[...], connection: connection)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { cloud.lost(connection: connection) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
