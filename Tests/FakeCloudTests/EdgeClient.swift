import Beehive
import FakeCloud
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// The edge's end of a websocket, as plain as can be: sends what a test says, acks what comes if told to.
final class EdgeClient: Sendable {
    struct Refused: Error { let status: UInt }

    /// A message that came, and the payload sizes of its websocket frames.
    struct Received: Sendable {
        let message: Message
        let fragments: [Int]
        let ticks: UInt64
    }

    struct State: Sendable {
        var received: [Received] = []
        var pongs: [String] = []
        var isAcking: Bool
        var closeFrames = 0
        var ids = MessageIDSource()
    }

    let state: Lock<State>
    private let channel: any Channel

    private init(channel: any Channel, state: Lock<State>) {
        self.channel = channel
        self.state = state
    }

    /// The headers of a real edge.
    static func headers(_ node: String) -> [(String, String)] {
        [("node_id", node), ("project_id", "e632aba927ea4ac2b575ec1603d56f10"), ("ConnectionUse", "msg")]
    }

    static func connect(
        _ cloud: FakeCloudCore, node: String = "edge-1", headers: [(String, String)]? = nil, path: String? = nil,
        isAcking: Bool = true, greets: Bool = true, tls: NIOSSLContext? = nil
    ) async throws -> EdgeClient {
        let state = Lock(State(isAcking: isAcking))
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = loop.makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil)) }
                let starter = UpgradeStarter(
                    path: path ?? "/project/\(node)/events", headers: headers ?? Self.headers(node), outcome: outcome)
                let bound = NIOLoopBound(starter, eventLoop: channel.eventLoop)
                let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: 1 << 24) { channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(EdgeClientHandler(state: state))
                        outcome.succeed()
                    }
                }
                // What the cloud sends at once after its 101 must not get lost.
                try pipeline.addHTTPClientHandlers(
                    leftOverBytesStrategy: .forwardBytes,
                    withClientUpgrade: (
                        upgraders: [upgrader],
                        completionHandler: { context in
                            context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                        }
                    ))
                try pipeline.addHandler(starter)
            }
        }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: "127.0.0.1", port: cloud.port).get()
        } catch {
            outcome.fail(error)
            throw error
        }
        try await outcome.futureResult.get()
        let client = EdgeClient(channel: channel, state: state)
        if greets {
            client.keepalive()
            // Requests that follow find a session.
            try await cloud.waitForNode(node)
        }
        return client
    }

    // MARK: Sending

    func keepalive() {
        send(.keepalive, "node", Content(text: "ping"), source: .websocket, group: .resource)
    }

    /// Sends a message of edged; gives its id.
    @discardableResult
    func send(
        _ operation: Beehive.Operation, _ resource: String, _ content: Content = .null, source: ModuleName = .edged,
        group: ModuleGroup = .meta, parent: String = ""
    ) -> String {
        let id = state.withLock { $0.ids.next() }
        let message = Message(
            header: Header(id: id, parentID: parent, timestamp: 1),
            route: Route(source: source, group: group, operation: operation, resource: resource), content: content)
        send(MessageEncoder.encode(message))
        return id
    }

    func send(_ bytes: [UInt8], opcode: WebSocketOpcode = .text, isFinal: Bool = true) {
        channel.writeAndFlush(
            WebSocketFrame(
                fin: isFinal, opcode: opcode, maskKey: [1, 2, 3, 4], data: channel.allocator.buffer(bytes: bytes)),
            promise: nil)
    }

    func ping(_ word: String) { send(Array(word.utf8), opcode: .ping) }

    func ack(_ message: Message) {
        send(.response, message.route.resource, .ok, source: .edgeController, group: .resource, parent: message.id)
    }

    /// Acks what has come so far, and no more: the Node is told of on each connection.
    func stopAcking(_ cloud: FakeCloudCore) async throws {
        try await cloud.wait(for: "the ack of the Node") {
            $0.direction == .up && $0.message?.route.operation == .response
        }
        setAcking(false)
    }

    func setAcking(_ isAcking: Bool) { state.withLock { $0.isAcking = isAcking } }

    func close() async { try? await channel.close() }

    // MARK: Receiving

    var received: [Received] { state.withLock { $0.received } }
    var messages: [Message] { received.map(\.message) }
    var isOpen: Bool { channel.isActive }

    /// Waits until a condition holds, 60 s at most.
    func eventually<Result>(
        _ what: String, _ attempt: () -> Result?
    ) async throws -> Result {
        let deadline = SystemTime.ticks() + 60_000_000_000
        while SystemTime.ticks() < deadline {
            if let result = attempt() { return result }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw WaitError(what: what, seen: messages.map { "\($0.route.operation) \($0.route.resource)" })
    }

    struct WaitError: Error {
        let what: String
        let seen: [String]
    }

    func answer(to id: String) async throws -> Message {
        try await eventually("the answer to \(id)") {
            messages.first { $0.route.operation == .response && $0.header.parentID == id }
        }
    }

    /// Sends a request and waits for its answer.
    func ask(_ operation: Beehive.Operation, _ resource: String, _ content: Content = .null) async throws -> Message {
        try await answer(to: send(operation, resource, content))
    }

    func push(
        _ operation: Beehive.Operation, _ resource: String, after count: Int = 0
    ) async throws -> Message {
        try await eventually("\(operation) of \(resource)") {
            messages.dropFirst(count).first { $0.route.operation == operation && $0.route.resource == resource }
        }
    }

    func closed() async throws { _ = try await eventually("the end of the connection") { isOpen ? nil : true } }

    /// Waits until all that was sent before has been read and answered in order.
    func settle() async throws {
        let word = state.withLock { $0.ids.next() }
        ping(word)
        _ = try await eventually("the pong \(word)") { state.withLock { $0.pongs.contains(word) } ? true : nil }
    }
}

/// Sends the upgrade request; fails if it is refused.
private final class UpgradeStarter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let path: String
    private let headers: [(String, String)]
    private let outcome: EventLoopPromise<Void>

    init(path: String, headers: [(String, String)], outcome: EventLoopPromise<Void>) {
        self.path = path
        self.headers = headers
        self.outcome = outcome
    }

    func channelActive(context: ChannelHandlerContext) {
        var all = HTTPHeaders([("Host", "127.0.0.1")])
        for (name, value) in headers { all.add(name: name, value: value) }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: all)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { outcome.fail(EdgeClient.Refused(status: head.status.code)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outcome.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        outcome.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

/// Joins fragments, acks, keeps all.
private final class EdgeClientHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let state: Lock<EdgeClient.State>
    private var bytes: [UInt8] = []
    private var fragments: [Int] = []

    init(state: Lock<EdgeClient.State>) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .pong: state.withLock { $0.pongs.append(String(buffer: frame.data)) }
        case .connectionClose: state.withLock { $0.closeFrames += 1 }
        case .text, .continuation:
            bytes += Array(frame.data.readableBytesView)
            fragments.append(frame.data.readableBytes)
            guard frame.fin else { return }
            if let message = try? MessageDecoder().decode(bytes[...]) { took(message, context) }
            bytes = []
            fragments = []
        default: break
        }
    }

    private func took(_ message: Message, _ context: ChannelHandlerContext) {
        let (ack, id) = state.withLock { state in
            state.received.append(
                EdgeClient.Received(message: message, fragments: fragments, ticks: SystemTime.ticks()))
            return (state.isAcking, state.ids.next())
        }
        guard ack else { return }
        var route = message.route
        route.operation = .response
        let reply = Message(header: Header(id: id, parentID: message.id, timestamp: 1), route: route, content: .ok)
        context.writeAndFlush(
            wrapOutboundOut(
                WebSocketFrame(
                    fin: true, opcode: .text, maskKey: [5, 6, 7, 8],
                    data: context.channel.allocator.buffer(bytes: MessageEncoder.encode(reply)))), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
