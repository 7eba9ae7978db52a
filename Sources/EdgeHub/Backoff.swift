/// How long to wait before the next try to connect (`edgehub.reconnect.*`): doubling, with full jitter.
///
/// A value without clock or randomness of its own, so that each wait can be told in advance.
public struct Backoff: Sendable, Hashable {
    /// The first try after a cut comes within this, however large the minimum is.
    public static let firstTry = Duration.seconds(1)

    /// `edgehub.reconnect.min`: the longest wait of the second try; each later one doubles it.
    public var minimum: Duration
    /// `edgehub.reconnect.max`: no wait is longer.
    public var maximum: Duration
    /// A connection that lived as long makes the next cut a first one.
    public var resetAfter: Duration
    private var tries = 0

    /// Makes a back-off.
    ///
    /// - Parameters:
    ///   - minimum: the longest wait of the second try.
    ///   - maximum: the longest wait of any try.
    ///   - resetAfter: how long a connection has to live to be a success; two heartbeats.
    public init(
        minimum: Duration = .seconds(1), maximum: Duration = .seconds(30), resetAfter: Duration = .seconds(30)
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.resetAfter = resetAfter
    }

    /// The longest that the next wait can be.
    public var ceiling: Duration {
        if tries == 0 { return min(Self.firstTry, minimum, maximum) }
        // Past 2^20 times the minimum any maximum has been reached.
        return min(maximum, minimum * (1 << min(tries, 20)))
    }

    /// Takes the next wait.
    ///
    /// - Parameter random: a number from 0 up to 1, which spreads the nodes of a restarted cloud.
    /// - Returns: how long to wait before the next try.
    public mutating func next(random: Double) -> Duration {
        defer { tries = min(tries + 1, 20) }
        return ceiling * min(1, max(0, random))
    }

    /// A connection has ended, or never came to be.
    ///
    /// - Parameter alive: how long it lived.
    public mutating func ended(after alive: Duration) {
        if alive >= resetAfter { tries = 0 }
    }
}
