internal import DequeModule

/// The bounded queue in front of a loop that runs on a thread of its own.
///
/// Policy when full: senders wait. A socket stops reading until `whenRoom` calls back, a task suspends in `send`; so
/// back-pressure reaches the peer, and nothing is dropped.
public final class Inbox<Item: Sendable>: Sendable {
    private struct State {
        var queue = Deque<Item>()
        var size = 0
        var waiters = Deque<@Sendable () -> Void>()
        var isClosed = false
    }

    private let state = Lock(State())
    /// How many items it holds before senders wait.
    public let capacity: Int
    /// How large they may be together before senders wait; a single item may be larger.
    public let sizeLimit: Int
    private let measure: @Sendable (Item) -> Int

    /// True when nothing is taken in any more.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Makes an empty inbox.
    ///
    /// - Parameters:
    ///   - capacity: how many items it holds before senders wait; at least 1.
    ///   - sizeLimit: how large they may be together before senders wait.
    ///   - measure: how large an item is, quickly.
    public init(
        capacity: Int, sizeLimit: Int = .max, measure: @escaping @Sendable (Item) -> Int = { _ in 0 }
    ) {
        self.capacity = max(1, capacity)
        self.sizeLimit = max(1, sizeLimit)
        self.measure = measure
    }

    private func hasRoom(_ state: State) -> Bool { state.queue.count < capacity && state.size < sizeLimit }

    /// Items waiting.
    public var depth: Int { state.withLock { $0.queue.count } }

    /// Puts an item in if there is room.
    ///
    /// - Parameter item: the item.
    /// - Returns: false when it is full or closed; the item was not taken.
    public func offer(_ item: Item) -> Bool {
        let size = measure(item)
        let isTaken = state.withLock { state in
            guard !state.isClosed, hasRoom(state) else { return false }
            state.queue.append(item)
            state.size += size
            return true
        }
        if isTaken { state.signal() }
        return isTaken
    }

    /// Puts an item in whether there is room or not; for the few items that are bounded by their nature, such as a
    /// change of the link or the answer to a request of the loop's own.
    ///
    /// - Parameter item: the item; dropped when the inbox is closed.
    public func insist(_ item: Item) {
        let size = measure(item)
        state.withLock { state in
            guard !state.isClosed else { return }
            state.queue.append(item)
            state.size += size
        }
        state.signal()
    }

    /// Calls back once when there is room, or when the inbox was closed; at once if so now.
    ///
    /// - Parameter callback: called from the loop's thread, or from this one.
    public func whenRoom(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isClosed || hasRoom(state) { return true }
            state.waiters.append(callback)
            return false
        }
        if isNow { callback() }
    }

    /// Puts an item in, waiting for room.
    ///
    /// - Parameter item: the item.
    /// - Returns: false when the inbox is closed.
    public func send(_ item: Item) async -> Bool {
        while !offer(item) {
            if state.withLock({ $0.isClosed }) { return false }
            await withCheckedContinuation { continuation in whenRoom { continuation.resume() } }
        }
        return true
    }

    /// What the loop takes.
    public enum Batch {
        /// One or more items, in the order they came.
        case items([Item])
        /// The deadline came first.
        case timeout
        /// Closed, and nothing is left.
        case closed
    }

    /// Blocks until something is there, then takes all of it up to a limit.
    ///
    /// - Parameters:
    ///   - limit: the most items to take, at least 1.
    ///   - deadline: monotonic nanoseconds, or nil for none.
    /// - Returns: the items, or why there are none.
    public func take(upTo limit: Int, deadline: UInt64?) -> Batch {
        var resumed: [@Sendable () -> Void] = []
        let batch: Batch? = state.wait(deadline: deadline) { state in
            guard !state.queue.isEmpty else { return state.isClosed ? .closed : nil }
            var items: [Item] = []
            items.reserveCapacity(min(limit, state.queue.count))
            while items.count < max(1, limit), let item = state.queue.popFirst() {
                items.append(item)
                state.size -= measure(item)
            }
            // The next take may block once the queue is empty. So then all are called: one that has nothing to send
            // any more must not use up the call that another waits for.
            while state.queue.isEmpty || (state.queue.count + resumed.count < capacity && state.size < sizeLimit),
                let waiter = state.waiters.popFirst()
            {
                resumed.append(waiter)
            }
            return .items(items)
        }
        for waiter in resumed { waiter() }
        return batch ?? .timeout
    }

    /// Ends the intake: what is inside is still taken, senders are turned away.
    public func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        state.broadcast()
        for waiter in waiters { waiter() }
    }
}
