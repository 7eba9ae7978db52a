public import Beehive
internal import NIOCore

/// Waiting for what the node sends; each wait has an end.
extension FakeCloud {
    /// All that came, in order.
    public var received: [ReceivedFrame] { state.withLock { $0.received } }

    /// Takes what came since the last call away, so that a run of hours does not keep all of it; what was taken is not
    /// waited for any more.
    ///
    /// - Returns: the frames, in order; their numbers go on.
    public func takeReceived() -> [ReceivedFrame] {
        state.withLock { state in
            defer { state.received = [] }
            state.taken += state.received.count
            return state.received
        }
    }

    /// The messages that came, in order, without keepalives.
    public var messages: [Message] {
        received.compactMap(\.message).filter { $0.route.operation != .keepalive }
    }

    /// The acks and answers that came to a message, in order.
    ///
    /// - Parameter id: the message's id.
    /// - Returns: responses and errors.
    public func answers(to id: String) -> [Message] {
        messages.filter { $0.route.operation.isAnswer && $0.header.parentID == id }
    }

    /// Waits for a frame, also one that came before.
    ///
    /// - Parameters:
    ///   - what: named in the error.
    ///   - limit: how long to wait.
    ///   - start: the number of the first frame that counts.
    ///   - condition: true for the frame meant; must not call this cloud.
    /// - Returns: the first such frame.
    /// - Throws: `FakeCloudError` when none came in time; it tells what came instead.
    public func waitFor(
        _ what: String, within limit: Duration = .seconds(60), from start: Int = 0,
        _ condition: @escaping @Sendable (ReceivedFrame) -> Bool
    ) async throws -> ReceivedFrame {
        let promise = makePromise()
        let number = state.withLock { state -> Int? in
            if let frame = state.received.first(where: { $0.number >= start && condition($0) }) {
                promise.succeed(frame)
                return nil
            }
            state.waiterCount += 1
            state.waiters.append(
                FakeCloudState.Waiter(
                    number: state.waiterCount, start: start, promise: promise, condition: condition))
            return state.waiterCount
        }
        if let number { deadline(in: limit) { [weak self] in self?.giveUp(number, what) } }
        return try await promise.futureResult.get()
    }

    private func giveUp(_ number: Int, _ what: String) {
        let (waiter, seen) = state.withLock { state in
            let index = state.waiters.firstIndex { $0.number == number }
            return (index.map { state.waiters.remove(at: $0) }, state.received.suffix(12))
        }
        waiter?.promise.fail(
            FakeCloudError(
                description: "\(what) never came; the last frames are: "
                    + seen.map(\.description).joined(separator: " | ")))
    }

    /// Waits for a message of the node.
    ///
    /// - Parameters:
    ///   - operation: its operation.
    ///   - resource: its resource.
    ///   - limit: how long to wait.
    ///   - start: the number of the first frame that counts.
    /// - Returns: the message.
    /// - Throws: `FakeCloudError` when none came in time.
    public func waitForMessage(
        _ operation: Operation, _ resource: String, within limit: Duration = .seconds(60), from start: Int = 0
    ) async throws -> Message {
        let frame = try await waitFor("\(operation) of \(resource)", within: limit, from: start) { frame in
            frame.message?.route.operation == operation && frame.message?.route.resource == resource
        }
        guard let message = frame.message else { throw FakeCloudError(description: "the frame holds no message") }
        return message
    }

    /// Waits for the ack of a message, also one that came before.
    ///
    /// - Parameters:
    ///   - id: the message's id.
    ///   - limit: how long to wait.
    /// - Returns: the ack.
    /// - Throws: `FakeCloudError` when none came in time.
    @discardableResult
    public func waitForAck(of id: String, within limit: Duration = .seconds(60)) async throws -> Message {
        let frame = try await waitFor("the ack of \(id)", within: limit) { frame in
            frame.message?.route.operation == .response && frame.message?.header.parentID == id
        }
        guard let message = frame.message else { throw FakeCloudError(description: "the frame holds no message") }
        return message
    }

    /// Waits until a node has said hello.
    ///
    /// - Parameters:
    ///   - connection: the number of the connection meant, or a later one; the first is 1.
    ///   - limit: how long to wait.
    /// - Returns: the hello.
    /// - Throws: `FakeCloudError` when none came in time.
    @discardableResult
    public func waitForNode(connection: Int = 1, within limit: Duration = .seconds(60)) async throws -> ReceivedFrame {
        try await waitFor("the hello of connection \(connection)", within: limit) { frame in
            if case .hello = frame.event { return frame.connection >= connection }
            return false
        }
    }
}
