internal import Beehive

/// Ends another task's wait early; one ring is kept for a waiter yet to come.
///
/// For one waiter.
final class RenewalBell: Sendable {
    private enum State {
        case idle
        case pending
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Lock(State.idle)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .pending
            return nil
        }
        waiter?.resume()
    }

    /// Waits for a ring, the clock, or cancellation; true for a ring, unless it was cancelled.
    @discardableResult
    func wait(atMost duration: Duration, clock: any Clock<Duration>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            // The clock and the bell race; the group owns both. A cancelled sleep is an end of the wait like any other.
            group.addTask {
                try? await clock.sleep(for: duration)
                return false
            }
            group.addTask {
                await self.wait()
                return !Task.isCancelled
            }
            let isRung = await group.next()
            group.cancelAll()
            return isRung ?? false
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .pending = state {
                        state = .idle
                        return true
                    }
                    if Task.isCancelled { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let continuation) = state else { return nil }
                state = .idle
                return continuation
            }
            waiter?.resume()
        }
    }
}
