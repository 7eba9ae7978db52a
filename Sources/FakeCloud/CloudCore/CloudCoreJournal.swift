internal import Beehive
internal import DequeModule
internal import NIOCore

/// All that went over the connections, and who waits for more; readable from any thread.
final class CloudCoreJournal: Sendable {
    struct Waiter: Sendable {
        let number: Int
        let node: String?
        let start: Int
        let promise: EventLoopPromise<CloudCoreFrame>
        let condition: @Sendable (CloudCoreFrame) -> Bool

        func isSatisfied(by frame: CloudCoreFrame) -> Bool {
            frame.number >= start && (node == nil || node == frame.node) && condition(frame)
        }
    }

    struct State: Sendable {
        var frames: Deque<CloudCoreFrame> = []
        var heldBytes = 0
        var nextNumber = 0
        var waiters: [Waiter] = []
        var waiterCount = 0
        var counters = CloudCoreCounters()
        var latencies: Deque<AckLatency> = []

        /// The frames from a number on, without a search: numbers have no gaps.
        func frames(from start: Int) -> Deque<CloudCoreFrame>.SubSequence {
            guard let first = frames.first?.number else { return frames[...] }
            return frames.dropFirst(max(0, start - first))
        }
    }

    let state = Lock(State())
    private let limit: Int
    private let byteLimit: Int

    init(limit: Int, byteLimit: Int) {
        self.limit = max(1, limit)
        self.byteLimit = byteLimit
    }

    func record(
        node: String, connection: Int, _ direction: CloudCoreFrame.Direction, _ event: CloudCoreFrame.Event,
        _ bytes: Bytes = []
    ) {
        let (frame, satisfied) = state.withLock { state -> (CloudCoreFrame, [Waiter]) in
            let frame = CloudCoreFrame(
                number: state.nextNumber, node: node, connection: connection, direction: direction,
                ticks: SystemTime.ticks(), event: event, bytes: bytes)
            state.nextNumber += 1
            state.frames.append(frame)
            state.heldBytes += bytes.count
            while state.frames.count > limit || (state.heldBytes > byteLimit && state.frames.count > 1) {
                state.heldBytes -= state.frames.removeFirst().bytes.count
            }
            count(frame, in: &state.counters)
            var satisfied: [Waiter] = []
            state.waiters.removeAll { waiter in
                guard waiter.isSatisfied(by: frame) else { return false }
                satisfied.append(waiter)
                return true
            }
            return (frame, satisfied)
        }
        // Only after the cloud has done what the frame asks for: who waited finds it done.
        for waiter in satisfied {
            waiter.promise.futureResult.eventLoop.execute { waiter.promise.succeed(frame) }
        }
    }

    private func count(_ frame: CloudCoreFrame, in counters: inout CloudCoreCounters) {
        switch (frame.event, frame.direction) {
        case (.connected, _): counters.sessions += 1
        case (.message(let message), .up):
            counters.framesUp += 1
            counters.bytesUp += frame.bytes.count
            if message.route.operation == .keepalive { counters.keepalives += 1 }
        case (.message, .down):
            counters.framesDown += 1
            counters.bytesDown += frame.bytes.count
        default: break
        }
    }

    func count(_ change: (inout CloudCoreCounters) -> Void) { state.withLock { change(&$0.counters) } }

    func record(_ latency: AckLatency) {
        state.withLock { state in
            state.counters.acks += 1
            state.latencies.append(latency)
            if state.latencies.count > limit { state.latencies.removeFirst() }
        }
    }

    /// Registers a waiter, unless what it waits for came before; gives its number.
    func await(
        node: String?, from start: Int, promise: EventLoopPromise<CloudCoreFrame>,
        _ condition: @escaping @Sendable (CloudCoreFrame) -> Bool
    ) -> Int? {
        let (found, number) = state.withLock { state -> (CloudCoreFrame?, Int?) in
            state.waiterCount += 1
            let waiter = Waiter(
                number: state.waiterCount, node: node, start: start, promise: promise, condition: condition)
            if let frame = state.frames(from: start).first(where: { waiter.isSatisfied(by: $0) }) {
                return (frame, nil)
            }
            state.waiters.append(waiter)
            return (nil, waiter.number)
        }
        if let found { promise.succeed(found) }
        return number
    }

    func giveUp(_ number: Int, _ what: String) {
        let (waiter, seen) = state.withLock { state -> (Waiter?, String) in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return (nil, "") }
            let waiter = state.waiters.remove(at: index)
            let seen = state.frames.filter { waiter.node == nil || waiter.node == $0.node }.suffix(16)
            return (waiter, seen.map(\.description).joined(separator: " | "))
        }
        waiter?.promise.fail(FakeCloudError(description: "\(what) never came; the last frames are: \(seen)"))
    }

    func failAll() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.promise.fail(FakeCloudError(description: "the cloud was stopped")) }
    }
}
