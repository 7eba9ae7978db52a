internal import Beehive
internal import DequeModule

/// One at a time, in the order they came; no more than a number of others wait.
final class Turns: Sendable {
    private struct State {
        var isTaken = false
        var waiting = Deque<CheckedContinuation<Bool, Never>>()
    }

    private let state = Lock(State())
    /// The most that may wait.
    let limit: Int

    /// Makes turns, none of which is taken.
    init(waiting limit: Int) { self.limit = limit }

    /// Waits for the turn, which ends with `giveBack`; false at once when as many wait as may.
    ///
    /// Who is cancelled waits on: those before have ends of their own.
    func take() async -> Bool {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state -> Bool? in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                guard state.waiting.count < limit else { return false }
                state.waiting.append(continuation)
                return nil
            }
            if let isMine { continuation.resume(returning: isMine) }
        }
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// The turn is over: the next one's begins.
    func giveBack() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            state.isTaken = next != nil
            return next
        }
        next?.resume(returning: true)
    }
}
