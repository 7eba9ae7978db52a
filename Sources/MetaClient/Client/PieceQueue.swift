internal import Beehive
internal import NIOCore

/// The head of an answer.
struct ExchangeHead: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What has come of an answer and was not yet taken; for one reader.
///
/// Policy when full: the connection is read no further until the reader has taken what there is.
final class PieceQueue: Sendable {
    enum Piece: Sendable {
        case head(ExchangeHead)
        case bytes([UInt8])
    }

    private struct Waiter {
        let ticket: Int
        let continuation: CheckedContinuation<Piece?, any Error>
    }

    private struct State {
        var pieces = CircularBuffer<Piece>()
        var bytes = 0
        var isOver = false
        /// Why nothing more comes; nil: the answer is whole.
        var failure: MetaClientError?
        var waiter: Waiter?
        var tickets = 0
    }

    private let state = Lock(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var hasRoom: Bool { state.withLock { $0.bytes < limit } }

    func push(_ piece: Piece) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.isOver else { return nil }
            guard let waiter = state.waiter else {
                state.pieces.append(piece)
                if case .bytes(let bytes) = piece { state.bytes += bytes.count }
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.continuation.resume(returning: piece)
    }

    /// Nothing more comes; what is there can still be taken, and the first call counts.
    func finish(_ failure: MetaClientError? = nil) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.failure = failure
            defer { state.waiter = nil }
            return state.waiter
        }
        if let failure {
            waiter?.continuation.resume(throwing: failure)
        } else {
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// The ticket of whoever waits next.
    func ticket() -> Int {
        state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
    }

    /// The next piece; nil at the end of the whole answer.
    ///
    /// - Parameters:
    ///   - ticket: whose turn it is.
    ///   - whenRoom: called when there is room again, or the reader waits; not kept.
    /// - Returns: the piece.
    /// - Throws: why no more comes; `CancellationError`.
    func next(_ ticket: Int, whenRoom: () -> Void) async throws -> Piece? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if take(Waiter(ticket: ticket, continuation: continuation)) { whenRoom() }
            }
        } onCancel: {
            giveUp(ticket, because: CancellationError())
        }
    }

    /// Ends the waiting of one who still waits.
    func giveUp(_ ticket: Int, because error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.waiter?.ticket == ticket else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.continuation.resume(throwing: error)
    }

    /// Takes what is there, or waits for it.
    ///
    /// - Returns: whether more may be read.
    private func take(_ waiter: Waiter) -> Bool {
        state.withLock { state -> Bool in
            if let piece = state.pieces.popFirst() {
                if case .bytes(let bytes) = piece { state.bytes -= bytes.count }
                waiter.continuation.resume(returning: piece)
                return state.bytes < limit
            }
            if Task.isCancelled {
                waiter.continuation.resume(throwing: CancellationError())
            } else if let failure = state.failure {
                waiter.continuation.resume(throwing: failure)
            } else if state.isOver {
                waiter.continuation.resume(returning: nil)
            } else {
                state.waiter = waiter
                return true
            }
            return false
        }
    }
}
