internal import Beehive
internal import NIOCore

/// The connections that are open, so that they can be bounded and ended.
final class ConnectionList: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let state = Lock(State())
    private let limit: Int
    private let counts: RequestCounts

    init(limit: Int, counts: RequestCounts) {
        self.limit = limit
        self.counts = counts
    }

    var count: Int { state.withLock { $0.channels.count } }

    /// Takes a connection in; false when there are too many, or the server stops.
    ///
    /// An eighth is kept for the Unix socket: whoever may open TCP connections cannot shut the operator out.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isLocal = if case .unixDomainSocket? = channel.localAddress { true } else { false }
        let limit = isLocal ? limit : limit - limit / 8
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.channels.count < limit else { return false }
            state.channels[id] = channel
            return true
        }
        guard isTaken else {
            counts.connected { $0.refused += 1 }
            return false
        }
        counts.connected { $0.open += 1 }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.channels[id] = nil }
            self.counts.connected { $0.open -= 1 }
        }
        return true
    }

    /// Tells every connection to end.
    func stop() {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Shutdown()) }
    }

    /// Waits until every connection has ended; those that take too long are cut.
    func drain(within grace: Duration) async {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels {
            channel.eventLoop.scheduleTask(in: .nanoseconds(Int64(grace.nanoseconds))) { channel.close(promise: nil) }
        }
        // A connection that ended with an error has ended.
        for channel in channels { try? await channel.closeFuture.get() }
    }
}
