internal import Beehive
internal import NIOCore
internal import NIOSSL
internal import NIOWebSocket

/// One websocket of a node: joins and makes fragments, answers pings, hands the rest to the hub.
final class CloudCoreConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// CloudCore's write buffer without the room for a frame's header.
    static let fragmentSize = 4082

    let node: String
    let gate: ByteGate
    /// The node's connections are counted from 1; 0 without a session.
    var number = 0
    /// What the node showed in the handshake, as DER; empty without TLS.
    private(set) var certificate: Bytes = []
    private(set) var lastKeepalive = NIODeadline.now()
    private let hub: CloudCoreHub
    private var context: ChannelHandlerContext?
    private var partial: ByteBuffer?
    private var isWithholdingPongs = false
    private var owedPongs: [ByteBuffer] = []
    private var keepaliveTimer: Scheduled<Void>?
    private var hasUnflushed = false

    init(node: String, gate: ByteGate, hub: CloudCoreHub) {
        self.node = node
        self.gate = gate
        self.hub = hub
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Without TLS there is nobody to ask.
        let shown = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes()
        certificate = (shown ?? [])[...]
        hub.opened(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        keepaliveTimer?.cancel()
        self.context = nil
        hub.closed(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .ping: receivedPing(frame.unmaskedData)
        case .pong: hub.record(self, .up, .pong)
        case .connectionClose:
            hub.record(self, .up, .close)
            let reply = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
            let bound = NIOLoopBound(gate, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(reply)).whenComplete { _ in bound.value.cut(isReset: false) }
        case .text, .binary, .continuation: received(frame)
        default: end()
        }
    }

    private func received(_ frame: WebSocketFrame) {
        var data = frame.unmaskedData
        if partial == nil, frame.fin { return deliver(data) }
        if partial == nil { partial = data } else { partial?.writeBuffer(&data) }
        guard frame.fin, let whole = partial else { return }
        partial = nil
        deliver(whole)
    }

    private func deliver(_ buffer: ByteBuffer) { hub.received(Bytes(buffer.readableBytesView), from: self) }

    private func receivedPing(_ data: ByteBuffer) {
        hub.record(self, .up, .ping)
        if isWithholdingPongs { owedPongs.append(data) } else { pong(data) }
    }

    private func pong(_ data: ByteBuffer) {
        guard let context else { return }
        hub.record(self, .down, .pong)
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: data)), promise: nil)
    }

    func setWithholdingPongs(_ isWithholding: Bool) {
        isWithholdingPongs = isWithholding
        guard !isWithholding else { return }
        for data in owedPongs { pong(data) }
        owedPongs = []
    }

    // MARK: Writing

    /// Sends a text message in the fragments that CloudCore's library makes.
    func send(_ bytes: [UInt8]) {
        put(bytes)
        flush()
    }

    func flush() {
        guard hasUnflushed else { return }
        hasUnflushed = false
        context?.flush()
    }

    /// The same, to leave with what else is sent until `flush`.
    func put(_ bytes: [UInt8]) {
        guard let context else { return }
        let size = Self.fragmentSize
        var opcode = WebSocketOpcode.text
        func write(_ part: ArraySlice<UInt8>, isLast: Bool) {
            let frame = WebSocketFrame(fin: isLast, opcode: opcode, data: context.channel.allocator.buffer(bytes: part))
            opcode = .continuation
            context.write(wrapOutboundOut(frame), promise: nil)
        }
        if bytes.count > 2 * 4096 {
            // Larger than twice its buffer: past the buffer in one piece, and the end told by an empty frame.
            write(bytes[...], isLast: false)
            write([], isLast: true)
        } else {
            var rest = bytes[...]
            while rest.count > size {
                write(rest.prefix(size), isLast: false)
                rest = rest.dropFirst(size)
            }
            write(rest, isLast: true)
        }
        hasUnflushed = true
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    /// Sends any websocket frame.
    func send(frame: WebSocketFrame) {
        context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    /// Ends the connection as CloudCore does: the TCP connection is closed without a close frame.
    func end(isReset: Bool = false) { gate.cut(isReset: isReset) }

    // MARK: Keepalive

    func keptAlive() { lastKeepalive = .now() }

    func watchKeepalive(limit: Duration) {
        guard let context else { return }
        keepaliveTimer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        keepaliveTimer = context.eventLoop.scheduleTask(deadline: lastKeepalive + TimeAmount(limit)) {
            bound.value.keepaliveDue(limit: limit)
        }
    }

    private func keepaliveDue(limit: Duration) {
        guard NIODeadline.now() - lastKeepalive >= TimeAmount(limit) else { return watchKeepalive(limit: limit) }
        hub.expired(self)
    }
}
