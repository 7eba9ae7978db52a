internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Stands next to the socket, below TLS: freezes a connection, or cuts it in the middle of a frame.
final class ByteGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private var context: ChannelHandlerContext?
    private var isFrozen = false
    private var isDeaf = false
    private var wantsRead = false
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var budget: Int?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        held = []
    }

    func read(context: ChannelHandlerContext) {
        if isFrozen || isDeaf { wantsRead = true } else { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isFrozen else { return held.append((data, promise)) }
        guard let budget, case .byteBuffer(var buffer) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        guard buffer.readableBytes > budget else {
            self.budget = budget - buffer.readableBytes
            return context.write(data, promise: promise)
        }
        if let part = buffer.readSlice(length: budget) {
            context.writeAndFlush(wrapOutboundOut(.byteBuffer(part)), promise: nil)
        }
        promise?.fail(ChannelError.ioOnClosedChannel)
        // A close in the middle of a write would be answered while the writer still writes.
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.cut(isReset: false) }
        self.budget = 0
    }

    func flush(context: ChannelHandlerContext) {
        if !isFrozen { context.flush() }
    }

    /// Lets so many more bytes out, then cuts.
    func cut(after bytes: Int) { budget = max(0, bytes) }

    /// Stops reading and writing, or goes on with what waited.
    func setFrozen(_ isFrozen: Bool) {
        guard self.isFrozen != isFrozen else { return }
        self.isFrozen = isFrozen
        guard !isFrozen, let context else { return }
        let waiting = held
        held = []
        for (data, promise) in waiting { write(context: context, data: data, promise: promise) }
        context.flush()
        if wantsRead, !isDeaf {
            wantsRead = false
            context.read()
        }
    }

    /// Never reads again, but still writes.
    func stopReading() { isDeaf = true }

    /// Closes the TCP connection at once: no close frame, no TLS alert.
    func cut(isReset: Bool) {
        guard let context else { return }
        if isReset, let socket = context.channel as? any SocketOptionProvider {
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
        }
        context.close(promise: nil)
    }
}
