public import Beehive

/// What one writer waits on: answered once, by whoever comes first.
package final class WriteTicket: Sendable {
    private struct State {
        var answer: LocalWrite.Answer?
        var waiter: CheckedContinuation<LocalWrite.Answer, Never>?
    }

    private let state = Lock(State())

    /// Makes a ticket.
    package init() {}

    /// Tells the answer; later ones are dropped.
    package func answer(_ answer: LocalWrite.Answer) {
        let waiter = state.withLock { state -> CheckedContinuation<LocalWrite.Answer, Never>? in
            guard state.answer == nil else { return nil }
            state.answer = answer
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: answer)
    }

    /// The answer, once it is told; to be asked by one task.
    package var value: LocalWrite.Answer {
        get async {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> LocalWrite.Answer? in
                    if state.answer == nil { state.waiter = continuation }
                    return state.answer
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }
}

/// Gives writes of the local API to the loop, and waits until they are committed.
public struct LocalWriter: Sendable {
    private let inbox: Inbox<Input>
    private let limit: Duration

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - inbox: the loop's inbox.
    ///   - limit: how long a write may take; the loop answers in milliseconds unless the disk hangs.
    public init(_ inbox: Inbox<Input>, limit: Duration = .seconds(30)) {
        self.inbox = inbox
        self.limit = limit
    }

    /// Has a write done.
    package func write(_ write: LocalWrite) async -> LocalWrite.Answer {
        guard inbox.offer(.write(write)) else {
            return .failed(
                inbox.isClosed ? "the program is stopping" : "too much waits to be stored; try again in a moment")
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Whoever cancels this has the answer.
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                write.ticket.answer(.failed("the store has not taken it within \(limit); it may still do"))
            }
            let answer = await write.ticket.value
            group.cancelAll()
            return answer
        }
    }
}
