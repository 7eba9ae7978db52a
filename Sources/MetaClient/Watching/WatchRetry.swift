internal import Beehive

/// When to try again.
///
/// Tries come less and less often until a connection has told something and held for a while: a line alone shows a
/// daemon that is there, and not one that is well.
struct WatchRetry {
    /// How long a connection holds that is a good one.
    static let steady = Duration.seconds(10)

    private var tries = 0
    /// Since when there is trouble.
    private var since: UInt64?
    private var begun: UInt64?
    private var hasHeard = false
    private var isFirstExpiry = true

    /// A connection is there.
    mutating func connected(at now: UInt64) { (begun, hasHeard) = (now, false) }

    /// It has told something; patience begins anew only when that was news.
    mutating func heard(isNews: Bool) {
        hasHeard = true
        if isNews { since = nil }
    }

    /// It is over, or none has come to be.
    ///
    /// - Returns: whether it was a good one.
    mutating func ended(at now: UInt64) -> Bool {
        defer { (begun, hasHeard) = (nil, false) }
        guard let begun, hasHeard, now - begun >= Self.steady.nanoseconds else { return false }
        (tries, since, isFirstExpiry) = (0, nil, true)
        return true
    }

    /// Whether nothing has expired since a good connection.
    mutating func takeFirstExpiry() -> Bool {
        defer { isFirstExpiry = false }
        return isFirstExpiry
    }

    /// How long to wait; nil when it has lasted for too long.
    mutating func delay(after error: MetaClientError, at now: UInt64, patience: Duration) -> Duration? {
        let begun = since ?? now
        since = begun
        guard now - begun < patience.nanoseconds else { return nil }
        return max(pause(), min(error.retryAfter ?? .zero, .seconds(30)))
    }

    /// How long to wait after a good connection that was ended in good order.
    mutating func pause() -> Duration {
        let usual = min(5000, 50 << min(tries, 10))
        tries = min(tries + 1, 10)
        // Not all at the same moment.
        return .milliseconds(Int.random(in: usual / 2...usual))
    }
}
