public import Beehive
internal import NIOCore

/// What went over the connections; each wait has an end.
extension FakeCloudCore {
    /// Numbers so far; the next frame gets this one.
    public var nextNumber: Int { journal.state.withLock { $0.nextNumber } }

    /// What was counted since the start.
    public var counters: CloudCoreCounters { journal.state.withLock { $0.counters } }

    /// How long the messages took that were acked, in the order of the acks.
    public var ackLatencies: [AckLatency] { journal.state.withLock { Array($0.latencies) } }

    /// What was recorded, in order.
    ///
    /// - Parameters:
    ///   - node: the node; all if nil.
    ///   - start: the number of the first frame that counts.
    ///   - condition: true for the frames meant; must not call this cloud.
    /// - Returns: the frames that are still kept.
    public func frames(
        of node: String? = nil, from start: Int = 0, where condition: (CloudCoreFrame) -> Bool = { _ in true }
    ) -> [CloudCoreFrame] {
        journal.state.withLock { state in
            state.frames(from: start).filter { (node == nil || node == $0.node) && condition($0) }
        }
    }

    /// The requests and reports of nodes: messages that are neither keepalives nor answers.
    ///
    /// - Parameters:
    ///   - node: the node; all if nil.
    ///   - start: the number of the first frame that counts.
    /// - Returns: the messages in order.
    public func requests(of node: String? = nil, from start: Int = 0) -> [Message] {
        frames(of: node, from: start, where: \.isRequest).compactMap(\.message)
    }

    /// Forgets what was recorded; numbers, counters and latencies go on.
    public func forgetFrames() {
        journal.state.withLock { state in
            state.frames.removeAll()
            state.heldBytes = 0
        }
    }

    /// Waits for a frame, also one that came before.
    ///
    /// - Parameters:
    ///   - what: named in the error.
    ///   - node: the node; any if nil.
    ///   - start: the number of the first frame that counts.
    ///   - limit: how long to wait.
    ///   - condition: true for the frame meant; must not call this cloud.
    /// - Returns: the first such frame.
    /// - Throws: `FakeCloudError` when none came in time; it tells what came instead.
    @discardableResult
    public func wait(
        for what: String, of node: String? = nil, from start: Int = 0, within limit: Duration = .seconds(60),
        _ condition: @escaping @Sendable (CloudCoreFrame) -> Bool
    ) async throws -> CloudCoreFrame {
        let promise = loop.makePromise(of: CloudCoreFrame.self)
        if let number = journal.await(node: node, from: start, promise: promise, condition) {
            let timer = loop.scheduleTask(in: TimeAmount(limit)) { [journal] in journal.giveUp(number, what) }
            promise.futureResult.whenComplete { _ in timer.cancel() }
        }
        return try await promise.futureResult.get()
    }

    /// Waits for a message of a node.
    ///
    /// - Parameters:
    ///   - operation: its operation.
    ///   - resource: its resource.
    ///   - node: the node; any if nil.
    ///   - start: the number of the first frame that counts.
    ///   - limit: how long to wait.
    /// - Returns: the message.
    /// - Throws: `FakeCloudError` when none came in time.
    @discardableResult
    public func waitForMessage(
        _ operation: Operation, _ resource: String, of node: String? = nil, from start: Int = 0,
        within limit: Duration = .seconds(60)
    ) async throws -> Message {
        let frame = try await wait(
            for: "\(operation) of \(resource)", of: node, from: start, within: limit
        ) { frame in
            frame.direction == .up && frame.message?.route.operation == operation
                && frame.message?.route.resource == resource
        }
        guard let message = frame.message else { throw FakeCloudError(description: "the frame holds no message") }
        return message
    }

    /// Waits for the ack of a message, also one that came before.
    ///
    /// - Parameters:
    ///   - id: the message's id.
    ///   - limit: how long to wait.
    /// - Returns: the ack's frame.
    /// - Throws: `FakeCloudError` when none came in time.
    @discardableResult
    public func waitForAck(of id: String, within limit: Duration = .seconds(60)) async throws -> CloudCoreFrame {
        try await wait(for: "the ack of \(id)", within: limit) { $0.isAck(of: id) }
    }

    /// Waits until a node has a session.
    ///
    /// - Parameters:
    ///   - node: the node; any if nil.
    ///   - connection: the number of the connection meant, or a later one; the first is 1.
    ///   - limit: how long to wait.
    /// - Throws: `FakeCloudError` when it has none in time.
    public func waitForNode(
        _ node: String? = nil, connection: Int = 1, within limit: Duration = .seconds(60)
    ) async throws {
        _ = try await wait(for: "connection \(connection) of \(node ?? "a node")", of: node, within: limit) { frame in
            if case .connected = frame.event { return frame.connection >= connection }
            return false
        }
    }
}
