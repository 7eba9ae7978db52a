internal import Beehive

/// Lets one caller at a time get an identity; those who come meanwhile get what it got.
///
/// When the one at work is cancelled, the next in line works in its place: a caller that gives up ends nobody else's
/// wait.
final class EnrollmentGate: Sendable {
    typealias Outcome = Result<Identity, IdentityError>

    private struct State {
        var isBusy = false
        var nextTicket: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Outcome?, Never>] = [:]
        /// Tickets whose caller was cancelled before it began to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state = Lock(State())

    /// Does the work, or waits for the one who does it.
    func run(_ work: () async throws(IdentityError) -> Identity) async throws(IdentityError) -> Identity {
        while true {
            if Task.isCancelled { throw .cancelled }
            guard enter() else {
                // Nil: the worker was cancelled, or this caller was.
                if let outcome = await wait() { return try outcome.get() }
                continue
            }
            do throws(IdentityError) {
                let identity = try await work()
                leave(.success(identity))
                return identity
            } catch {
                leave(error.code == .cancelled ? nil : .failure(error))
                throw error
            }
        }
    }

    private func enter() -> Bool {
        state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
    }

    private func leave(_ outcome: Outcome?) {
        let waiting = state.withLock { state in
            state.isBusy = false
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: outcome) }
    }

    private func wait() async -> Outcome? {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        defer { state.withLock { _ = $0.cancelled.remove(ticket) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.isBusy, state.cancelled.remove(ticket) == nil else { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiting.removeValue(forKey: ticket)
                if continuation == nil { state.cancelled.insert(ticket) }
                return continuation
            }
            continuation?.resume(returning: nil)
        }
    }
}
