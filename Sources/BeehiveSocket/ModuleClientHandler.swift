internal import Beehive
internal import NIOCore

/// The client's end of a connection; lives on its event loop.
final class ModuleClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let queue: DeliveryQueue
    private let capacity: Int
    private let decoder: MessageDecoder
    private var reader: FrameReader
    private var waiters: [String: EventLoopPromise<Message>] = [:]
    private var context: ChannelHandlerContext?
    private var isOver = false
    /// What the server said last before it closed.
    private var parting: String?

    init(queue: DeliveryQueue, capacity: Int, maximumFrameBytes: Int) {
        self.queue = queue
        self.capacity = capacity
        decoder = MessageDecoder(maximumBytes: maximumFrameBytes)
        reader = FrameReader(maximumBytes: maximumFrameBytes)
    }

    var closed: ModuleClientError {
        ModuleClientError(code: .closed, description: parting ?? "the server closed the connection")
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // Also where there was no connection at all.
        queue.finish()
    }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data).readableBytesView)
        takeFrames()
    }

    func channelReadComplete(context: ChannelHandlerContext) { readMore() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What the server said tells more than the reset that follows it.
        parting = parting ?? "the connection broke: \(error)"
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        takeFrames()
        for promise in waiters.values { promise.fail(closed) }
        waiters = [:]
        queue.finish()
    }

    /// While a request waits, reading goes on beyond the queue's capacity: its answer may stand behind deliveries, and
    /// the module that waits for it may be the one that would take these.
    private var hasRoom: Bool {
        isOver || queue.depth < (waiters.isEmpty ? capacity : capacity * 16)
    }

    /// Goes on after the queue had no room.
    func resume() {
        guard !isOver else { return }
        takeFrames()
        readMore()
    }

    private func readMore() {
        if hasRoom { context?.read() }
    }

    private func takeFrames() {
        while hasRoom {
            switch reader.next() {
            case .needsMore: return
            case .fault(let fault): return breakOff("the server's \(fault)")
            case .frame(let frame):
                do {
                    take(try decoder.decode(frame))
                } catch {
                    return breakOff("the server's \(error)")
                }
            }
        }
    }

    private func take(_ message: Message) {
        if !message.header.parentID.isEmpty, let waiter = waiters.removeValue(forKey: message.header.parentID) {
            return waiter.succeed(message)
        }
        if message.route.operation == .error, let text = message.content.string { parting = text }
        queue.push(message)
    }

    private func breakOff(_ cause: String) {
        parting = cause
        context?.close(promise: nil)
    }

    /// Waits for the one answer of a request.
    func expect(_ id: String, within limit: Duration, of what: String, on loop: any EventLoop) -> EventLoopFuture<
        Message
    > {
        let promise = loop.makePromise(of: Message.self)
        guard !isOver else {
            promise.fail(closed)
            return promise.futureResult
        }
        waiters[id] = promise
        let timer = loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) {
            let error = ModuleClientError(code: .timeout, description: "no answer to \(what) within \(limit)")
            self.waiters.removeValue(forKey: id)?.fail(error)
        }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        resume()
        return promise.futureResult
    }

    /// Gives a request up.
    func abandon(_ id: String, because error: any Error) { waiters.removeValue(forKey: id)?.fail(error) }
}
