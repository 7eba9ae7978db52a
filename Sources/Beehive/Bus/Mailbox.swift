internal import DequeModule

/// A module's bounded queue (`messages.md`, section 7).
///
/// When it is full, states coalesce by key: of several updates of one resource the last is kept, in the place of the
/// first. If that is not enough, the oldest messages go, are counted, and the reader is told by a `relist` frame, ahead
/// of everything else, which types it has to ask for again. A sender never waits.
public final class Mailbox: ModuleEndpoint {
    private struct State {
        var queue = Deque<Message>()
        /// How many messages have left the queue: the number of its first one.
        var first = 0
        /// While the queue coalesces: the number of the message that a next state of this resource replaces.
        ///
        /// Kept from the first overflow until the queue has been emptied, so that each further state costs one look-up.
        var places: [String: Int]?
        var bytes = 0
        var limits: MailboxLimits
        /// Types of which something was dropped since the reader last came.
        var owed: Set<ResourceType> = []
        var dropped = 0
        var coalesced = 0
        var reader: CheckedContinuation<Bool, Never>?
        var isClosed = false
        var onReadable: (@Sendable () -> Void)?

        var isReadable: Bool { !queue.isEmpty || !owed.isEmpty }
    }

    /// What a mailbox holds and has lost.
    public struct Report: Sendable, Hashable {
        /// Messages waiting.
        public let depth: Int
        /// Bytes waiting.
        public let bytes: Int
        /// Messages dropped since the start.
        public private(set) var dropped: Int
        /// Messages replaced by a later state of the same resource.
        public private(set) var coalesced: Int
        /// Messages that have stood in it since the start.
        public private(set) var taken: Int

        static var none: Report { Report(depth: 0, bytes: 0, dropped: 0, coalesced: 0, taken: 0) }

        /// Adds what a mailbox leaves behind that nobody reads any more.
        mutating func add(last other: Report) {
            dropped += other.dropped + other.depth
            coalesced += other.coalesced
            taken += other.taken
        }
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
        state.withLock {
            Report(
                depth: $0.queue.count, bytes: $0.bytes, dropped: $0.dropped, coalesced: $0.coalesced,
                taken: $0.first + $0.queue.count)
        }
    }

    /// Changes the bounds; what is over them goes with the next message.
    ///
    /// - Parameter limits: how much it holds from now on.
    public func setLimits(_ limits: MailboxLimits) { state.withLock { $0.limits = limits } }

    /// Makes the reader list types before it gets anything else.
    ///
    /// - Parameter types: the types to list.
    public func owe(_ types: Set<ResourceType>) {
        change { state in if !state.isClosed { state.owed.formUnion(types) } }
    }

    /// Takes messages in order, without blocking.
    public func deliver(_ messages: [Message]) {
        change { state in
            if state.isClosed {
                state.dropped += messages.count
            } else {
                for message in messages { Self.append(message, to: &state) }
            }
        }
    }

    /// Changes the state, then wakes the reader if there is something for it.
    private func change(_ body: (inout State) -> Void) {
        let wake = state.withLock {
            state -> (callback: (@Sendable () -> Void)?, reader: CheckedContinuation<Bool, Never>?) in
            let wasReadable = state.isReadable
            body(&state)
            guard state.isReadable else { return (nil, nil) }
            defer { state.reader = nil }
            return (wasReadable ? nil : state.onReadable, state.reader)
        }
        wake.reader?.resume(returning: true)
        wake.callback?()
    }

    private static func append(_ message: Message, to state: inout State) {
        guard !replace(with: message, in: &state) else { return shed(&state) }
        // What the reader will list anyway need not be kept.
        if state.queue.count >= state.limits.messages, !state.owed.isEmpty, let type = pushedType(message),
            state.owed.contains(type)
        {
            state.places?[message.route.resource] = nil
            state.dropped += 1
            return
        }
        note(message, at: state.first + state.queue.count, in: &state)
        state.queue.append(message)
        state.bytes += message.cost
        if state.places == nil, isOver(state) { coalesce(&state) }
        shed(&state)
    }

    /// True for what the next state of its resource may replace: nobody waits for an answer to it.
    private static func isState(_ message: Message) -> Bool {
        (message.route.operation == .update || message.route.operation == .insert) && !message.header.sync
    }

    /// Puts a state in the place of an earlier one of its resource; false if there is none.
    private static func replace(with message: Message, in state: inout State) -> Bool {
        guard let place = state.places?[message.route.resource], isState(message) else { return false }
        let index = place - state.first
        var message = message
        // An insert that was never seen stays one, with the newer object in it.
        message.route.operation = state.queue[index].route.operation
        state.bytes += message.cost - state.queue[index].cost
        state.queue[index] = message
        state.coalesced += 1
        return true
    }

    /// Notes that a message is the last of its resource; a delete parts the states before it from those after it.
    private static func note(_ message: Message, at place: Int, in state: inout State) {
        state.places?[message.route.resource] = isState(message) ? place : nil
    }

    /// Keeps of each resource's updates only the last, in the place of the first, and goes on doing so.
    private static func coalesce(_ state: inout State) {
        let messages = state.queue
        state.queue = Deque()
        state.bytes = 0
        state.places = [:]
        for message in messages where !replace(with: message, in: &state) {
            note(message, at: state.first + state.queue.count, in: &state)
            state.queue.append(message)
            state.bytes += message.cost
        }
    }

    /// Drops the oldest while the queue is over its bounds: first what a listing brings back, then, if nothing else
    /// helps, answers and requests.
    private static func shed(_ state: inout State) {
        guard isOver(state) else { return }
        // A quarter goes at once, so that the reader gets one gap and not many small ones.
        let target = (messages: max(1, state.limits.messages * 3 / 4), bytes: state.limits.bytes / 4 * 3)
        func drop(where isDroppable: (Message) -> Bool) {
            var (count, bytes) = (state.queue.count, state.bytes)
            state.queue.removeAll { message in
                guard count > 1, count > target.messages || bytes > target.bytes, isDroppable(message) else {
                    return false
                }
                count -= 1
                bytes -= message.cost
                state.dropped += 1
                if let type = pushedType(message) { state.owed.insert(type) }
                return true
            }
            state.bytes = bytes
        }
        drop { pushedType($0) != nil && !$0.header.sync }
        if isOver(state) { drop { _ in true } }
        // What is left stands in other places now.
        guard state.places != nil else { return }
        state.places = [:]
        for (index, message) in state.queue.enumerated() { note(message, at: state.first + index, in: &state) }
    }

    private static func removeFirst(from state: inout State) -> Message? {
        guard let message = state.queue.popFirst() else { return nil }
        state.bytes -= message.cost
        if state.places?[message.route.resource] == state.first { state.places?[message.route.resource] = nil }
        state.first += 1
        return message
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
            while out.count < limit, let message = Self.removeFirst(from: &state) { out.append(message) }
            if state.queue.isEmpty { state.places = nil }
            return out
        }
    }

    /// Waits until something is there, then takes it; for one reader.
    ///
    /// - Parameter limit: the most messages to take.
    /// - Returns: none when the mailbox was closed, the task cancelled, or another reader came in its place.
    public func next(upTo limit: Int = 256) async -> [Message] {
        while true {
            let messages = drain(upTo: limit)
            if !messages.isEmpty || Task.isCancelled { return messages }
            let goesOn = await withTaskCancellationHandler {
                await waitUntilReadable()
            } onCancel: {
                endReader()
            }
            if !goesOn { return [] }
        }
    }

    /// False when there is nothing to wait for any more.
    private func waitUntilReadable() async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            let (now, displaced) = state.withLock { state -> (Bool?, CheckedContinuation<Bool, Never>?) in
                if state.isReadable { return (true, nil) }
                // A task that is cancelled has its mark before its handler runs: either the mark is seen here, or
                // the handler finds the reader.
                if state.isClosed || Task.isCancelled { return (false, nil) }
                defer { state.reader = continuation }
                return (nil, state.reader)
            }
            displaced?.resume(returning: false)
            if let now { continuation.resume(returning: now) }
        }
    }

    private func endReader() {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: false)
    }

    /// Ends the wait of the reader there is, and its callback, for a connection that takes its place.
    func displaceReader() {
        onReadable(nil)
        endReader()
    }

    /// Calls back when the mailbox goes from empty to filled; for readers on an event loop.
    ///
    /// - Parameter callback: called from the sender's thread, once for each time; nil to stop. Called at once when
    ///   something waits already.
    public func onReadable(_ callback: (@Sendable () -> Void)?) {
        let isReadable = state.withLock { state -> Bool in
            state.onReadable = callback
            return state.isReadable
        }
        if isReadable { callback?() }
    }

    /// Ends the mailbox: what waits can still be drained, what comes is dropped and counted.
    public func close() {
        state.withLock { $0.isClosed = true }
        endReader()
    }
}
