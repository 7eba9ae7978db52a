public import Beehive

/// A clock that stands still until a test moves it.
public final class ManualTime: TimeSource {
    private let moment: Lock<Moment>

    /// Makes a clock.
    ///
    /// - Parameter start: what it shows until it is moved.
    public init(start: Moment = Moment(wall: 1_700_000_000_000, ticks: 1_000_000_000)) { moment = Lock(start) }

    /// Both clocks, as the test set them.
    public func now() -> Moment { moment.withLock { $0 } }

    /// Lets time pass, by both clocks.
    ///
    /// - Parameter duration: how much; not negative.
    public func advance(by duration: Duration) { moment.withLock { $0 = $0.advanced(by: duration) } }

    /// Sets the wall clock, as a time server does; the monotonic clock goes on.
    ///
    /// - Parameter wall: milliseconds since 1970.
    public func setWall(_ wall: Int64) { moment.withLock { $0.wall = wall } }
}
