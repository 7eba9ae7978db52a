import Beehive
import TestKit

/// A clock that a test moves; it moves a time source along with it.
final class IdentityTestClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let end: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var slept: [Duration] = []
    }

    let time: ManualTime
    private let state = Lock(State())

    init(time: ManualTime) { self.time = time }

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }
    /// How long each sleep was to be, in order.
    var slept: [Duration] { state.withLock { $0.slept } }
    var isAwaited: Bool { state.withLock { !$0.sleepers.isEmpty } }

    func advance(by duration: Duration) {
        time.advance(by: duration)
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let now = state.now
            let due = state.sleepers.filter { $0.value.end <= now }
            for key in due.keys { state.sleepers[key] = nil }
            return due
        }
        for sleeper in due.values { sleeper.continuation.resume() }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            state.slept.append(state.now.duration(to: deadline))
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = Task.isCancelled
                let isOver = state.withLock { state in
                    guard !isCancelled, deadline > state.now else { return true }
                    state.sleepers[id] = Sleeper(end: deadline, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
                // Cancelled between the two looks: the handler found nobody.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
