internal import Beehive
internal import NIOCore
internal import NIOHTTP1

/// One connection: takes requests one at a time, within bounds and times, and sends their answers.
///
/// Everything runs on the connection's event loop. What a client sends ahead while an answer is under way waits here;
/// reading stops then, so that it cannot pile up.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Told to a connection when the server stops.
    struct Shutdown: Sendable {}

    enum State {
        /// Between requests.
        case idle
        /// The first bytes of a request are there.
        case head
        /// The head is there.
        case body(HTTPRequestHead, [UInt8])
        /// A handler works on the answer.
        case handling(HTTPRequestHead)
        /// The answer is sent as it comes.
        case streaming(HTTPRequestHead, any ChunkSource)
        /// The last answer is out: what still comes is thrown away.
        case closing
    }

    let settings: ServerSettings
    let counts: RequestCounts
    private let peer: APIRequest.Peer
    private let dispatch: (HTTPJob) -> Bool

    var state = State.idle
    var context: ChannelHandlerContext?
    /// When the request that is worked on was whole.
    var begun: NIODeadline?
    private var headBytes = 0
    private var ahead = CircularBuffer<HTTPServerRequestPart>()
    private var faultAhead = false
    private var isReadHeld = false
    var isStopping = false
    private var deadline: Scheduled<Void>?
    /// Which deadline counts, so that one that came up late harms nobody.
    private var deadlineNumber = 0

    init(
        settings: ServerSettings, counts: RequestCounts, peer: APIRequest.Peer, dispatch: @escaping (HTTPJob) -> Bool
    ) {
        self.settings = settings
        self.counts = counts
        self.peer = peer
        self.dispatch = dispatch
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        arm(settings.idleTimeout)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .streaming(_, let source) = state { source.cancel() }
        state = .closing
        disarm()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Shutdown else { return context.fireUserInboundEventTriggered(event) }
        isStopping = true
        switch state {
        case .idle, .head, .body, .closing: context.close(promise: nil)
        case .handling: break
        case .streaming(_, let source):
            source.cancel()
            finish(keepAlive: false)
        }
    }

    // MARK: Requests

    /// Bytes have come, before they are parsed.
    func willParse(_ count: Int) {
        if case .idle = state {
            state = .head
            headBytes = 0
            arm(settings.requestTimeout)
        }
        if case .head = state { headBytes += count }
    }

    /// The bytes have been parsed: a head that is still not whole may be too long already.
    func didParse() {
        if case .head = state, headBytes > settings.headLimit { refuseHead() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch state {
        case .closing: return
        case .handling, .streaming: ahead.append(part)
        case .idle, .head, .body: take(part)
        }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, state) {
        case (.head(let head), _):
            let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
            guard size <= settings.headLimit else { return refuseHead() }
            if case .idle = state { arm(settings.requestTimeout) }
            state = .body(head, [])
            if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > settings.bodyLimit
            {
                return refuseBody()
            }
            if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                let go = HTTPResponseHead(version: head.version, status: .continue)
                context?.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
            }
        case (.body(let buffer), .body(let head, var body)):
            guard body.count + buffer.readableBytes <= settings.bodyLimit else { return refuseBody() }
            state = .idle  // Lets go of the array, so that it grows in place.
            body.append(contentsOf: buffer.readableBytesView)
            state = .body(head, body)
        case (.end, .body(let head, let body)): handle(head, body)
        default: break
        }
    }

    private func refuseHead() {
        reject(431, "RequestHeaderFieldsTooLarge", "the request's head is larger than \(settings.headLimit) bytes")
    }

    private func refuseBody() {
        reject(413, "RequestEntityTooLarge", "the request's body is larger than \(settings.bodyLimit) bytes")
    }

    private func handle(_ head: HTTPRequestHead, _ body: [UInt8]) {
        disarm()
        state = .handling(head)
        begun = .now()
        guard let target = RequestTarget(head.uri) else {
            return reject(400, "BadRequest", "the request's path is none: it must start with / and be well escaped")
        }
        guard let context else { return }
        let request = APIRequest(
            method: head.method.rawValue, target: target,
            headers: head.headers.map { ($0.name, $0.value) }, body: body[...], peer: peer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let job = HTTPJob(request: request) { response in
            loop.execute { bound.value.answer(response) }
        }
        guard dispatch(job) else {
            return reject(503, "ServiceUnavailable", "the server is stopping, or has too much to do; try again")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let fault = error as? HTTPParserError else { return context.close(promise: nil) }
        switch state {
        case .handling, .streaming: faultAhead = true
        case .closing: break
        case .idle, .head, .body:
            // The parser has bounds of its own, such as the number of fields.
            if fault == .headerOverflow {
                refuseHead()
            } else {
                reject(400, "BadRequest", "the request is no HTTP/1.1")
            }
        }
    }

    /// Answers a request that is not handled, and lets the client go.
    private func reject(_ status: Int, _ reason: String, _ message: String) {
        let response = APIResponse.failure(status, reason: reason, message)
        let head: HTTPRequestHead? =
            switch state {
            case .body(let head, _), .handling(let head): head
            default: nil
            }
        send(response, to: head, keepAlive: false)
    }

    // MARK: Times

    func arm(_ time: Duration) {
        disarm()
        guard let context else { return }
        let number = deadlineNumber
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(time.nanoseconds))) {
            let connection = bound.value
            if connection.deadlineNumber == number { connection.timeUp() }
        }
    }

    func disarm() {
        deadlineNumber += 1
        deadline?.cancel()
        deadline = nil
    }

    private func timeUp() {
        switch state {
        case .head, .body: reject(408, "Timeout", "the request did not arrive within \(settings.requestTimeout)")
        case .idle, .handling, .closing, .streaming: context?.close(promise: nil)
        }
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if ahead.isEmpty { context.read() } else { isReadHeld = true }
    }

    /// An answer is out: takes what came meanwhile.
    func resume() {
        while let part = ahead.first {
            if case .handling = state { return }
            if case .streaming = state { return }
            if case .closing = state {
                ahead.removeAll()
            } else {
                ahead.removeFirst()
                take(part)
            }
        }
        if case .handling = state { return }
        if faultAhead, let context { errorCaught(context: context, error: HTTPParserError.unknown) }
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }
}

/// A request on its way to its handler, and where the answer goes.
struct HTTPJob: Sendable {
    let request: APIRequest
    let finish: @Sendable (APIResponse) -> Void
}

/// Sees bytes before the parser does, for the bounds of heads that never end.
final class ByteTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.willParse(unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
        connection.didParse()
    }
}
