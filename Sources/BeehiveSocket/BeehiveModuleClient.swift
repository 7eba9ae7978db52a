public import Beehive
public import NIOCore
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A module's way to MetaManager from another process.
///
/// ```swift
/// let client = try await BeehiveModuleClient.connect(
///     path: "/run/metamanager/beehive.sock", name: "lamp", on: MultiThreadedEventLoopGroup.singleton)
/// let answer = try await client.request(
///     client.message(.query, "default/configmap/lamp"), within: .seconds(60))
/// for await message in client.messages {
///     if message.header.sync { try await client.respond(to: message, content: .ok) }
/// }
/// ```
///
/// After a `relist` message the module lists the types again that its content names: some of their messages were
/// dropped, or came before the module did. When `messages` ends the connection is closed; connect again to go on with
/// what waits in the mailbox.
public final class BeehiveModuleClient: Sendable {
    /// How a client behaves.
    public struct Options: Sendable, Hashable {
        /// How many messages wait for the module before the socket is read no further; 16 times as many while a
        /// request waits for its answer.
        public var capacity = 256
        /// The largest frame taken from MetaManager, in bytes.
        public var maximumFrameBytes = 64 << 20
        /// How long connecting and attaching may take together.
        public var attachTimeout = Duration.seconds(10)

        /// The usual options.
        public init() {}
    }

    /// What arrives for the module: deliveries, and requests that it has to answer; to be read by one task.
    public struct Messages: AsyncSequence, Sendable {
        /// Takes messages one by one; nil when the connection is closed, or the task cancelled.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let queue: DeliveryQueue

            /// The next message.
            public mutating func next() async -> Message? { await queue.next() }
        }

        let queue: DeliveryQueue

        /// Makes an iterator; of several, one at a time gets each message.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: queue) }
    }

    /// The module's name.
    public let name: ModuleName
    /// What arrives for the module.
    public let messages: Messages
    private let channel: any Channel
    private let handler: NIOLoopBound<ModuleClientHandler>
    private let ids = Lock(MessageIDSource())
    private let time = SystemTime()

    private init(
        name: ModuleName, channel: any Channel, handler: NIOLoopBound<ModuleClientHandler>, queue: DeliveryQueue
    ) {
        self.name = name
        self.channel = channel
        self.handler = handler
        messages = Messages(queue: queue)
    }

    /// Connects and attaches.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - name: the module's name; whoever is attached under it is replaced.
    ///   - group: the group it belongs to; the standard one of the name if nil.
    ///   - release: the KubeEdge release whose forms it expects; empty for the newest.
    ///   - eventLoopGroup: whose event loops are used.
    ///   - options: how the client behaves.
    /// - Returns: the attached module.
    /// - Throws: `ModuleClientError` when nobody serves the socket or the name is refused.
    public static func connect(
        path: String, name: ModuleName, group: ModuleGroup? = nil, release: String = "",
        on eventLoopGroup: any EventLoopGroup, options: Options = Options()
    ) async throws -> BeehiveModuleClient {
        let queue = DeliveryQueue(capacity: options.capacity)
        let bootstrap = ClientBootstrap(group: eventLoopGroup)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .connectTimeout(TimeAmount(options.attachTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ModuleClientHandler(
                        queue: queue, capacity: options.capacity, maximumFrameBytes: options.maximumFrameBytes)
                    let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                    queue.whenRoom { bound.eventLoop.execute { bound.value.resume() } }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        let channel: any Channel
        let handler: NIOLoopBound<ModuleClientHandler>
        do {
            channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            let connected = channel
            handler = try await connected.eventLoop.submit {
                let handler = try connected.pipeline.syncOperations.handler(type: ModuleClientHandler.self)
                return NIOLoopBound(handler, eventLoop: connected.eventLoop)
            }.get()
        } catch {
            let cause = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw ModuleClientError(
                code: .unreachable,
                description: "nobody takes modules at \(path): \(cause); start the daemon, or name "
                    + "its modules.socket.path")
        }
        let client = BeehiveModuleClient(name: name, channel: channel, handler: handler, queue: queue)
        do {
            try await client.attach(group: group, release: release, within: options.attachTimeout)
        } catch {
            await client.close()
            throw error
        }
        return client
    }

    private func attach(group: ModuleGroup?, release: String, within limit: Duration) async throws {
        var wish = JSONValue.object([])
        if let group { wish["group"] = JSONValue(text: group.rawValue) }
        if !release.isEmpty { wish["release"] = JSONValue(text: release) }
        let resource = ResourceType.module.rawValue
        let answer = try await request(message(.add, resource, content: Content(wish)), within: limit)
        guard answer.route.operation != .error else {
            throw ModuleClientError(
                code: .refused, description: "cannot attach as '\(name)': \(answer.content.string ?? "refused")")
        }
    }

    /// Makes a message of this module, with an id and the time.
    ///
    /// - Parameters:
    ///   - operation: what is asked or told.
    ///   - resource: what it is about.
    ///   - group: the group the message is for.
    ///   - destination: the module or group meant; empty is MetaManager.
    ///   - content: what it carries.
    /// - Returns: the message, not yet sent.
    public func message(
        _ operation: Operation, _ resource: String, group: ModuleGroup = .meta, destination: String = "",
        content: Content = .null
    ) -> Message {
        let route = Route(
            source: name, destination: destination, group: group, operation: operation, resource: resource)
        return Message(header: header(), route: route, content: content)
    }

    private func header(parent: String = "") -> Header {
        Header(id: ids.withLock { $0.next() }, parentID: parent, timestamp: time.now().wall)
    }

    /// Sends a message; returns when the socket has taken it.
    ///
    /// - Parameter message: the message; its source is this module.
    /// - Throws: `ModuleClientError` when the connection is closed.
    public func send(_ message: Message) async throws { try await send([message]) }

    /// Sends messages in order, in one go; returns when the socket has taken them.
    ///
    /// - Parameter messages: the messages; their source is this module.
    /// - Throws: `ModuleClientError` when the connection is closed.
    public func send(_ messages: [Message]) async throws {
        var out: [UInt8] = []
        for message in messages where !SocketFraming.append(message, to: &out) {
            throw ModuleClientError(code: .tooLarge, description: "a message is larger than 4 GiB: send it in parts")
        }
        var buffer = channel.allocator.buffer(capacity: out.count)
        buffer.writeBytes(out)
        do {
            try await channel.writeAndFlush(buffer).get()
        } catch {
            let handler = self.handler
            throw try await channel.eventLoop.submit { handler.value.closed }.get()
        }
    }

    /// Sends a message and waits for its one answer.
    ///
    /// - Parameters:
    ///   - message: the message; it is marked as sync.
    ///   - limit: how long to wait.
    /// - Returns: the answer, which may be an `error`.
    /// - Throws: `ModuleClientError` when none came in time or the connection is closed; `CancellationError`.
    public func request(_ message: Message, within limit: Duration) async throws -> Message {
        var request = message
        request.header.sync = true
        let sync = request
        let handler = self.handler
        let loop = channel.eventLoop
        let id = request.id
        let what = "\(request.route.operation) of \(request.route.resource)"
        return try await withTaskCancellationHandler {
            // The waiter stands before the request goes: an answer that comes at once finds it.
            let answer = try await loop.submit {
                handler.value.expect(id, within: limit, of: what, on: loop)
            }.get()
            do {
                try Task.checkCancellation()
                try await send(sync)
            } catch {
                loop.execute { handler.value.abandon(id, because: error) }
            }
            return try await answer.get()
        } onCancel: {
            loop.execute { handler.value.abandon(id, because: CancellationError()) }
        }
    }

    /// Answers a message that this module was asked.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - content: the answer.
    /// - Throws: `ModuleClientError` when the connection is closed.
    public func respond(to request: Message, content: Content) async throws {
        var route = request.route
        route.operation = .response
        route.source = name
        route.destination = ""
        try await send(Message(header: header(parent: request.id), route: route, content: content))
    }

    /// Closes the connection; MetaManager keeps the mailbox for a while.
    ///
    /// What was read can still be taken.
    public func close() async {
        // Already closed is as good.
        try? await channel.close()
    }
}
