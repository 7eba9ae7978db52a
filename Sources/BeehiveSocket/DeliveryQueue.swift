internal import Beehive
internal import NIOCore

/// What a client has read from the socket and its module has not yet taken; for one reader.
///
/// Policy when full: the client stops reading the socket until half of it was taken.
final class DeliveryQueue: Sendable {
    private struct State {
        var queue = CircularBuffer<Message>()
        var reader: CheckedContinuation<Message?, Never>?
        var isFinished = false
        var whenRoom: (@Sendable () -> Void)?
    }

    private let state = Lock(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(2, capacity) }

    var depth: Int { state.withLock { $0.queue.count } }

    /// Calls back each time the reader has come down to half of the capacity.
    func whenRoom(_ callback: @escaping @Sendable () -> Void) { state.withLock { $0.whenRoom = callback } }

    func push(_ message: Message) {
        let reader = state.withLock { state -> CheckedContinuation<Message?, Never>? in
            guard !state.isFinished else { return nil }
            guard let reader = state.reader else {
                state.queue.append(message)
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: message)
    }

    /// The next message; nil at the end, or when the task was cancelled.
    func next() async -> Message? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Message?, Never>) in take(continuation) }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: nil)
        }
    }

    private func take(_ continuation: CheckedContinuation<Message?, Never>) {
        let half = capacity / 2
        state.withLock { state -> (@Sendable () -> Void)? in
            if let message = state.queue.popFirst() {
                continuation.resume(returning: message)
                return state.queue.count == half ? state.whenRoom : nil
            }
            if state.isFinished || Task.isCancelled {
                continuation.resume(returning: nil)
            } else {
                // One reader: an earlier one ends.
                state.reader?.resume(returning: nil)
                state.reader = continuation
            }
            return nil
        }?()
    }

    /// Ends the queue: what is in it can still be taken.
    func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            // It holds the connection's handler, which holds this.
            state.whenRoom = nil
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }
}
