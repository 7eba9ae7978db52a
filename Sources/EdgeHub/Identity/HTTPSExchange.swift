internal import Beehive
internal import NIOCore

/// One request under way: gives its result once, whoever comes first, and closes the connection then.
final class HTTPSExchange: Sendable {
    private struct State {
        var isDone = false
        var channel: (any Channel)?
    }

    let promise: EventLoopPromise<Result<HTTPSAnswer, HTTPSFailure>>
    private let state = Lock(State())

    init(promise: EventLoopPromise<Result<HTTPSAnswer, HTTPSFailure>>) { self.promise = promise }

    func connected(_ channel: any Channel) {
        let isLate = state.withLock { state in
            state.channel = channel
            return state.isDone
        }
        if isLate { channel.close(promise: nil) }
    }

    func expire() {
        finish(.failure(.timedOut(isConnected: state.withLock { $0.channel != nil })))
    }

    func finish(_ result: Result<HTTPSAnswer, HTTPSFailure>) {
        let (isFirst, channel) = state.withLock { state in
            defer { state.isDone = true }
            return (!state.isDone, state.channel)
        }
        guard isFirst else { return }
        promise.succeed(result)
        channel?.close(promise: nil)
    }
}
