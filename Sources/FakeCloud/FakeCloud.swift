public import Beehive
internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A scripted cloud on loopback for tests: speaks the node's websocket without TLS.
///
/// It keeps every frame that came, with its order and time; sends again what is not acked, under the same id, as CloudCore
/// does; answers requests by rules; answers pings unless told not to. One node at a time: a second connection replaces
/// the first.
public final class FakeCloud: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    /// The URL for the node's configuration.
    public var url: String { "ws://127.0.0.1:\(port)" }

    let state = Lock(FakeCloudState())
    private let group: MultiThreadedEventLoopGroup
    private let listener: Lock<(any Channel)?>
    private let bind: @Sendable (Int) async throws -> any Channel

    /// Starts a cloud.
    ///
    /// - Parameters:
    ///   - resendInterval: how long it waits for an ack before it sends again; CloudCore waits 5 s.
    ///   - port: where it listens; any free port if 0, a former cloud's to stand in for it.
    /// - Returns: the cloud, listening.
    /// - Throws: when it cannot listen.
    public static func start(resendInterval: Duration = .seconds(5), port: Int = 0) async throws -> FakeCloud {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let newcomers = Lock(Newcomers())
        do {
            let bind: @Sendable (Int) async throws -> any Channel = { port in
                try await ServerBootstrap(group: group)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelInitializer { channel in
                        newcomers.withLock { $0.accept }?(channel) ?? channel.close()
                    }
                    .bind(host: "127.0.0.1", port: port).get()
            }
            let cloud = FakeCloud(
                listener: port > 0 ? try await bind(port) : try await bindAnywhere(bind), bind: bind, group: group,
                resendInterval: resendInterval)
            newcomers.withLock { $0.accept = { [weak cloud] channel in cloud?.accept(channel) ?? channel.close() } }
            return cloud
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// Below the ports that connections take by themselves: while the cloud is away nobody else gets its port.
    private static func bindAnywhere(
        _ bind: @Sendable (Int) async throws -> any Channel
    ) async throws -> any Channel {
        for _ in 0..<50 {
            // Taken by somebody: another one will do.
            if let listener = try? await bind(Int.random(in: 10_000..<32_000)) { return listener }
        }
        return try await bind(0)
    }

    private init(
        listener: any Channel, bind: @escaping @Sendable (Int) async throws -> any Channel,
        group: MultiThreadedEventLoopGroup, resendInterval: Duration
    ) {
        self.listener = Lock(listener)
        self.bind = bind
        self.group = group
        port = listener.localAddress?.port ?? 0
        let interval = TimeAmount(resendInterval)
        _ = group.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] task in
            guard let self else { return task.cancel() }
            resend()
        }
    }

    /// Ends it: closes all, fails who waits.
    public func stop() async {
        let (channel, waiters) = state.withLock { state in
            defer { state.waiters = [] }
            return (state.channel, state.waiters)
        }
        for waiter in waiters { waiter.promise.fail(FakeCloudError(description: "the cloud was stopped")) }
        // What is closed already need not be closed.
        try? await listener.withLock { $0 }?.close()
        try? await channel?.close()
        try? await group.shutdownGracefully()
    }

    // MARK: Connections

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard !state.withLock({ $0.isRefusing }) else { return channel.close() }
        return channel.eventLoop.makeCompletedFuture {
            try FakeCloudUpgrade.configure(channel) { [weak self] channel, node in self?.upgraded(channel, node) }
        }
    }

    /// A node has come; a connection of it that was there is closed.
    private func upgraded(_ channel: any Channel, _ node: String) -> FakeCloudHandler {
        let (number, former) = state.withLock { state -> (Int, (any Channel)?) in
            defer { state.channel = channel }
            state.connections += 1
            return (state.connections, state.channel)
        }
        former?.close(promise: nil)
        return FakeCloudHandler(cloud: self, connection: number, node: node)
    }

    /// How often a node has connected.
    public var connections: Int { state.withLock { $0.connections } }

    /// Cuts the connection without a word, as a pulled cable does not but a crashed cloud does: with a reset.
    public func cut() async {
        guard let channel = state.withLock({ $0.channel }) else { return }
        // A channel that closed by itself in the meantime is as cut as it can be.
        try? await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try? await channel.close()
    }

    /// Cuts the connection and listens no more, so that a node finds nobody; unlike a cloud that refuses, which takes
    /// each connection for a moment.
    public func goAway() async {
        let former = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        // Closed is closed.
        try? await former?.close()
        await cut()
    }

    /// Listens again on the same port.
    ///
    /// - Throws: when the port has been taken meanwhile.
    public func comeBack() async throws {
        let fresh = try await bind(port)
        listener.withLock { $0 = fresh }
    }

    /// Turns nodes away from now on, or lets them in again.
    ///
    /// - Parameter isRefusing: whether new connections are closed at once.
    public func setRefusing(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    /// Stops reading from the node, or goes on, so that the node's socket fills up.
    ///
    /// - Parameter isReading: whether the connection is read.
    /// - Throws: when the connection has just closed.
    public func setReading(_ isReading: Bool) async throws {
        try await state.withLock { $0.channel }?.setOption(.autoRead, value: isReading).get()
    }

    /// Keeps pongs back, or answers all pings kept so far and each new one at once.
    ///
    /// - Parameter isWithholding: whether pings go unanswered.
    public func setWithholdingPongs(_ isWithholding: Bool) {
        let owed = state.withLock { state -> [String] in
            state.isWithholdingPongs = isWithholding
            guard !isWithholding else { return [] }
            defer { state.owedPongs = [] }
            return state.owedPongs
        }
        for word in owed { write(.pong, Array(word.utf8)) }
    }

    // MARK: Sending

    /// Sends a message once.
    ///
    /// - Parameter message: the message; nothing happens while no node is connected.
    public func send(_ message: Message) {
        // CloudCore's encoder ends each message with a line feed.
        write(.text, MessageEncoder.encode(message) + [UInt8(ascii: "\n")])
    }

    /// Sends a message that needs an ack, again and again until one comes.
    ///
    /// - Parameter message: the message; kept for the next connection while no node is connected.
    public func push(_ message: Message) {
        state.withLock { $0.unacked.append(message) }
        send(message)
    }

    /// Sends any text frame.
    ///
    /// - Parameter text: its bytes.
    public func sendRaw(_ text: [UInt8]) { write(.text, text) }

    /// Adds a rule: the first one that gives anything for a request answers it.
    ///
    /// - Parameter rule: called for each message but keepalives, acks and errors, in the order they come.
    public func answer(_ rule: @escaping @Sendable (Message) -> [Message]) {
        state.withLock { $0.rules.append(rule) }
    }

    /// Makes a message of the cloud, with an id and the time.
    ///
    /// - Parameters:
    ///   - operation: what is told.
    ///   - resource: what it is about.
    ///   - content: what it carries.
    ///   - source: the cloud's module.
    ///   - group: the group it is for.
    ///   - version: the header's resource version.
    /// - Returns: the message, not yet sent.
    public func message(
        _ operation: Operation, _ resource: String, content: Content = .null, source: ModuleName = .edgeController,
        group: ModuleGroup = .resource, version: String = ""
    ) -> Message {
        Message(
            header: header(version: version),
            route: Route(source: source, group: group, operation: operation, resource: resource), content: content)
    }

    /// Makes the answer to a message of the node.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - content: what it carries.
    ///   - version: the header's resource version.
    /// - Returns: the answer, not yet sent.
    public func response(to request: Message, content: Content, version: String = "") -> Message {
        Message(
            header: header(parent: request.id, version: version),
            route: Route(
                source: .edgeController, group: .resource, operation: .response, resource: request.route.resource),
            content: content)
    }

    private func header(parent: String = "", version: String) -> Header {
        Header(
            id: state.withLock { $0.ids.next() }, parentID: parent, timestamp: SystemTime().now().wall,
            resourceVersion: version)
    }

    private func resend() {
        for message in state.withLock({ $0.unacked }) { send(message) }
    }

    private func write(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) {
        guard let channel = state.withLock({ $0.channel }) else { return }
        channel.writeAndFlush(
            WebSocketFrame(fin: true, opcode: opcode, data: channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    // MARK: What came

    /// Something of the node; called by the connection.
    func took(_ event: FakeCloudEvent, _ bytes: Bytes, connection: Int) {
        let (rules, satisfied, isFresh) = state.withLock { state in
            let frame = ReceivedFrame(
                number: state.taken + state.received.count, connection: connection, ticks: SystemTime().now().ticks,
                bytes: bytes,
                event: event)
            state.received.append(frame)
            if let message = frame.message, message.route.operation == .response {
                state.unacked.removeAll { $0.id == message.header.parentID }
            }
            let satisfied = state.waiters.filter { $0.isSatisfied(by: frame) }
            state.waiters.removeAll { waiter in satisfied.contains { $0.number == waiter.number } }
            return (state.rules, satisfied.map { ($0, frame) }, connection == state.connections)
        }
        for (waiter, frame) in satisfied { waiter.promise.succeed(frame) }
        guard isFresh else { return }
        switch event {
        case .hello: resend()
        case .ping(let word): pong(word)
        case .message(let message):
            guard message.route.operation != .keepalive, !message.route.operation.isAnswer else { return }
            for rule in rules {
                let answers = rule(message)
                guard answers.isEmpty else { return answers.forEach(send) }
            }
        case .pong, .garbage: break
        }
    }

    /// The node has gone; called by the connection.
    func lost(connection: Int) {
        state.withLock { state in
            guard connection == state.connections else { return }
            state.channel = nil
            state.owedPongs = []
        }
    }

    private func pong(_ word: String) {
        let isWithheld = state.withLock { state in
            if state.isWithholdingPongs { state.owedPongs.append(word) }
            return state.isWithholdingPongs
        }
        if !isWithheld { write(.pong, Array(word.utf8)) }
    }

    func deadline(in limit: Duration, _ body: @escaping @Sendable () -> Void) {
        _ = group.next().scheduleTask(in: TimeAmount(limit), body)
    }

    func makePromise() -> EventLoopPromise<ReceivedFrame> { group.next().makePromise() }
}

/// Who takes new connections, once there is somebody.
private struct Newcomers {
    var accept: (@Sendable (any Channel) -> EventLoopFuture<Void>)?
}
