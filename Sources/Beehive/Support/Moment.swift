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
    /// - Returns: the moment, or the last one there is.
    public func advanced(by duration: Duration) -> Moment {
        let (later, overflow) = wall.addingReportingOverflow(duration.milliseconds)
        return Moment(wall: overflow ? .max : later, ticks: ticks.addingCapped(duration.nanoseconds))
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

    /// The monotonic clock alone, in nanoseconds; for measuring.
    public static func ticks() -> UInt64 {
        var ticks = timespec()
        clock_gettime(CLOCK_MONOTONIC, &ticks)
        return UInt64(ticks.tv_sec) * 1_000_000_000 + UInt64(ticks.tv_nsec)
    }

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
    /// Whole milliseconds; what no number holds, such as a configured `never`, is cut to the largest.
    public var milliseconds: Int64 { whole(perSecond: 1000, attoseconds: 1_000_000_000_000_000) }

    /// Whole nanoseconds; negative durations count as none, too long ones as 292 years.
    public var nanoseconds: UInt64 { UInt64(max(0, whole(perSecond: 1_000_000_000, attoseconds: 1_000_000_000))) }

    private func whole(perSecond: Int64, attoseconds unit: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let (product, isLarge) = seconds.multipliedReportingOverflow(by: perSecond)
        let (sum, isOver) = product.addingReportingOverflow(attoseconds / unit)
        guard isLarge || isOver else { return sum }
        return seconds < 0 ? .min : .max
    }
}

extension UInt64 {
    /// The sum, or the largest number if it is larger than that: a deadline without end.
    func addingCapped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
