#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One reading of both clocks: the wall for what is stored and shown, the monotonic one for deadlines.
public struct Moment: Hashable, Sendable {
    /// Milliseconds since 1970.
    public var wall: Int64
    /// Nanoseconds of the monotonic clock.
    public var ticks: UInt64

    /// Makes a moment.
    ///
    /// - Parameters:
    ///   - wall: milliseconds since 1970.
    ///   - ticks: nanoseconds of the monotonic clock.
    public init(wall: Int64, ticks: UInt64) {
        self.wall = wall
        self.ticks = ticks
    }

    /// The moment a time later, by both clocks.
    ///
    /// - Parameter duration: how much later; not negative.
    public func advanced(by duration: Duration) -> Moment {
        Moment(wall: wall + duration.milliseconds, ticks: ticks + duration.nanoseconds)
    }
}

/// Where the time comes from: the machine's clocks, or a test's hand.
public protocol TimeSource: Sendable {
    /// Both clocks, now.
    func now() -> Moment
}

/// The machine's clocks.
public struct SystemTime: TimeSource {
    /// Makes a source.
    public init() {}

    /// Both clocks, now.
    public func now() -> Moment {
        var wall = timespec()
        var ticks = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        clock_gettime(CLOCK_MONOTONIC, &ticks)
        return Moment(
            wall: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000,
            ticks: UInt64(ticks.tv_sec) * 1_000_000_000 + UInt64(ticks.tv_nsec))
    }
}

extension Duration {
    /// Whole milliseconds.
    public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// Whole nanoseconds; negative durations count as none.
    public var nanoseconds: UInt64 {
        UInt64(max(0, components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000))
    }
}
