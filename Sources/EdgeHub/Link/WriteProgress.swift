internal import Beehive

/// Whether what was written leaves the machine, as a value.
///
/// A slow line that moves is no dead line: the largest object takes minutes on some. So bytes count, not whole writes.
struct WriteProgress {
    /// Bytes handed to the channel, ever.
    var handed: UInt64 = 0
    /// The most bytes seen to have left.
    private var left: UInt64 = 0
    private var since: UInt64?

    init() {}

    /// Looks at what has left while something waits.
    ///
    /// - Parameters:
    ///   - buffered: bytes that the channel still holds.
    ///   - ticks: monotonic nanoseconds, now.
    ///   - deadline: how long nothing may leave.
    /// - Returns: true if nothing has left for the deadline.
    mutating func isStuck(buffered: UInt64, at ticks: UInt64, after deadline: Duration) -> Bool {
        let left = handed > buffered ? handed - buffered : 0
        guard left <= self.left, let since else {
            self.left = max(left, self.left)
            since = ticks
            return false
        }
        return ticks &- since >= deadline.nanoseconds
    }
}
