internal import DequeModule

/// How much a queue may hold.
public struct MailboxLimits: Sendable, Hashable {
    /// The most messages.
    public var messages: Int
    /// The most bytes, counted by `Message.cost`.
    public var bytes: Int

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - messages: the most messages, at least 1.
    ///   - bytes: the most bytes; a single larger message is still taken when the queue is empty.
    public init(messages: Int = 1024, bytes: Int = 16 << 20) {
        self.messages = max(1, messages)
        self.bytes = bytes
    }
}

/// What takes the messages for a module: its mailbox, or a sink of a bench.
public protocol ModuleEndpoint: AnyObject, Sendable {
    /// Takes messages in order, without blocking.
    ///
    /// - Parameter messages: one or more.
    func deliver(_ messages: [Message])
}

/// A module's bounded queue (`messages.md`, section 7).
///
/// When it is full, states coalesce by key: of several updates of one resource the last is kept, in the place of the
/// first. If that is not enough, the oldest messages go, are counted, and the reader is told by a `relist` frame, ahead
/// of everything else, which types it has to ask for again. A sender never waits.
public final class Mailbox: ModuleEndpoint {
    private struct State {
        var queue = Deque<Message>()
        var bytes = 0
        var limits: MailboxLimits
        /// Types of which something was dropped since the reader last came.
        var owed: Set<ResourceType> = []
        var dropped = 0
        var coalesced = 0
        var reader: CheckedContinuation<Void, Never>?
        var isClosed = false
        var onReadable: (@Sendable () -> Void)?
    }

    /// What a mailbox holds and has lost.
    public struct Report: Sendable, Hashable {
        /// Messages waiting.
        public let depth: Int
        /// Bytes waiting.
        public let bytes: Int
        /// Messages dropped since the start.
        public let dropped: Int
        /// Messages replaced by a later state of the same resource.
        public let coalesced: Int
    }

    /// Makes the frame that tells a reader to list again; the queue does not know names or clocks.
    public typealias RelistFrame = @Sendable ([ResourceType]) -> Message

    private let state: Lock<State>
    private let relistFrame: RelistFrame

    /// Makes an empty mailbox.
    ///
    /// - Parameters:
    ///   - limits: how much it holds.
    ///   - relistFrame: makes the frame that tells the reader what to list again.
    public init(limits: MailboxLimits, relistFrame: @escaping RelistFrame) {
        state = Lock(State(limits: limits))
        self.relistFrame = relistFrame
    }

    /// What it holds and has lost.
    public var report: Report {
        state.withLock { Report(depth: $0.queue.count, bytes: $0.bytes, dropped: $0.dropped, coalesced: $0.coalesced) }
    }

    /// Changes the bounds; what is over them goes with the next message.
    ///
    /// - Parameter limits: how much it holds from now on.
    public func setLimits(_ limits: MailboxLimits) { state.withLock { $0.limits = limits } }

    /// Makes the reader list types before it gets anything else.
    ///
    /// - Parameter types: the types to list.
    public func owe(_ types: Set<ResourceType>) { state.withLock { $0.owed.formUnion(types) } }

    /// Takes messages in order, without blocking.
    public func deliver(_ messages: [Message]) {
        let wake = state.withLock { state -> ((@Sendable () -> Void)?, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed else {
                state.dropped += messages.count
                return (nil, nil)
            }
            let wasEmpty = state.queue.isEmpty && state.owed.isEmpty
            for message in messages { Self.append(message, to: &state) }
            defer { state.reader = nil }
            return (wasEmpty ? state.onReadable : nil, state.reader)
        }
        wake.1?.resume()
        wake.0?()
    }

    private static func append(_ message: Message, to state: inout State) {
        // What the reader will list anyway need not be kept.
        if !state.owed.isEmpty, let type = pushedType(message), state.owed.contains(type),
            state.queue.count >= state.limits.messages
        {
            state.dropped += 1
            return
        }
        state.queue.append(message)
        state.bytes += message.cost
        guard isOver(state) else { return }
        coalesce(&state)
        // A quarter goes at once, so that a stuck reader does not cost a pass over the queue for each message.
        guard isOver(state) else { return }
        let target = (messages: state.limits.messages * 3 / 4, bytes: state.limits.bytes / 4 * 3)
        while state.queue.count > max(1, target.messages) || (state.bytes > target.bytes && state.queue.count > 1) {
            let oldest = state.queue.removeFirst()
            state.bytes -= oldest.cost
            state.dropped += 1
            if let type = pushedType(oldest) { state.owed.insert(type) }
        }
    }

    private static func isOver(_ state: State) -> Bool {
        state.queue.count > state.limits.messages || (state.bytes > state.limits.bytes && state.queue.count > 1)
    }

    /// The type of a message that tells of an object; nil for answers and requests, which no listing brings back.
    private static func pushedType(_ message: Message) -> ResourceType? {
        switch message.route.operation {
        case .insert, .update, .delete: (try? ResourcePath(parsing: message.route.resource))?.type
        default: nil
        }
    }

    /// Keeps of each resource's updates only the last, in the place of the first.
    private static func coalesce(_ state: inout State) {
        var kept = Deque<Message>()
        var places: [String: Int] = [:]
        var bytes = 0
        for message in state.queue {
            let operation = message.route.operation
            let isState = operation == .update || operation == .insert
            if isState, !message.header.sync, let place = places[message.route.resource] {
                // An insert that was never seen stays one, with the newer object in it.
                let first = kept[place].route.operation
                bytes += message.cost - kept[place].cost
                kept[place] = message
                kept[place].route.operation = first
                state.coalesced += 1
                continue
            }
            // A delete parts the states before it from those after it.
            places[message.route.resource] = isState && !message.header.sync ? kept.count : nil
            kept.append(message)
            bytes += message.cost
        }
        state.queue = kept
        state.bytes = bytes
    }

    /// Takes what waits, oldest first, without waiting.
    ///
    /// - Parameter limit: the most messages to take.
    /// - Returns: none when nothing waits.
    public func drain(upTo limit: Int = 256) -> [Message] {
        state.withLock { state in
            var out: [Message] = []
            if !state.owed.isEmpty {
                out.append(relistFrame(state.owed.sorted()))
                state.owed = []
            }
            while out.count < limit, let message = state.queue.popFirst() {
                state.bytes -= message.cost
                out.append(message)
            }
            return out
        }
    }

    /// Waits until something is there, then takes it; for one reader.
    ///
    /// - Parameter limit: the most messages to take.
    /// - Returns: none when the mailbox was closed, or the task cancelled.
    public func next(upTo limit: Int = 256) async -> [Message] {
        while true {
            let messages = drain(upTo: limit)
            if !messages.isEmpty || Task.isCancelled { return messages }
            let isClosed = await withTaskCancellationHandler {
                await waitUntilReadable()
            } onCancel: {
                wakeReader()
            }
            if isClosed { return drain(upTo: limit) }
        }
    }

    /// True when the mailbox was closed.
    private func waitUntilReadable() async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let resumeNow = state.withLock { state -> Bool in
                if !state.queue.isEmpty || !state.owed.isEmpty || state.isClosed || Task.isCancelled { return true }
                state.reader?.resume()
                state.reader = continuation
                return false
            }
            if resumeNow { continuation.resume() }
        }
        return state.withLock { $0.isClosed && $0.queue.isEmpty }
    }

    private func wakeReader() {
        state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }?.resume()
    }

    /// Calls back when the mailbox goes from empty to filled; for readers on an event loop.
    ///
    /// - Parameter callback: called from the sender's thread, once for each time; nil to stop. Called at once when
    ///   something waits already.
    public func onReadable(_ callback: (@Sendable () -> Void)?) {
        let isReadable = state.withLock { state -> Bool in
            state.onReadable = callback
            return !state.queue.isEmpty || !state.owed.isEmpty
        }
        if isReadable { callback?() }
    }

    /// Ends the mailbox: what waits can still be drained, what comes is dropped and counted.
    public func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
