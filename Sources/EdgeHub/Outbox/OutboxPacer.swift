/// Decides how many entries of the outbox the loop may send (`edgehub.rate.*`): a token bucket whose tokens are credit.
///
/// A token is in the bucket or with the loop; what the loop has not spent still counts against the burst, so that in any
/// stretch of time no more than `burst + qps × time` entries go out. Acks, answers and requests take no tokens.
public struct OutboxPacer: Sendable, Hashable {
    private static let second: Int64 = 1_000_000_000

    /// Entries per second; 0 or less is no limit.
    public private(set) var qps: Int
    /// The most entries that may go at once.
    public private(set) var burst: Int
    /// Granted and not yet seen sent.
    public private(set) var outstanding = 0
    /// What is in the bucket, in billionths of a token; below 0 after entries that were sent without credit.
    private var fill: Int64
    private var last: UInt64?

    /// Makes a full bucket.
    ///
    /// - Parameters:
    ///   - qps: entries per second; 0 or less is no limit.
    ///   - burst: the most entries at once, at least 1.
    public init(qps: Int = 30, burst: Int = 60) {
        self.qps = min(qps, 1_000_000)
        self.burst = min(max(1, burst), 1_000_000)
        fill = Int64(self.burst) * Self.second
    }

    /// Changes the limits; what is granted stays granted.
    ///
    /// - Parameters:
    ///   - qps: entries per second.
    ///   - burst: the most entries at once.
    ///   - ticks: monotonic nanoseconds, now.
    public mutating func change(qps: Int, burst: Int, at ticks: UInt64) {
        refill(at: ticks)
        self.qps = min(qps, 1_000_000)
        self.burst = min(max(1, burst), 1_000_000)
        fill = min(fill, room)
    }

    /// Voids what is granted beyond the burst, after that was lowered.
    ///
    /// - Returns: how many entries of credit to take back from the loop, as far as it has not spent them: those are owed here.
    package mutating func takeBack() -> Int {
        let excess = max(0, outstanding - burst)
        outstanding -= excess
        // The lowered burst had put the bucket that far below zero.
        fill = min(fill + Int64(excess) * Self.second, room)
        return excess
    }

    /// A new connection: what the loop had not spent is void and comes back into the bucket.
    ///
    /// The bucket is not filled up by it, or a flapping link would be an unlimited one.
    public mutating func reconnected() {
        fill += Int64(outstanding) * Self.second
        outstanding = 0
    }

    /// Takes from the bucket what can be granted now.
    ///
    /// - Parameter ticks: monotonic nanoseconds, now.
    /// - Returns: how many entries of credit to grant; 0 for none.
    public mutating func grant(at ticks: UInt64) -> Int {
        refill(at: ticks)
        let entries = Int(max(0, fill) / Self.second)
        fill -= Int64(entries) * Self.second
        outstanding += entries
        return entries
    }

    /// The loop has sent entries.
    ///
    /// - Parameters:
    ///   - entries: how many; more than were granted are taken from the bucket.
    ///   - ticks: monotonic nanoseconds, now.
    public mutating func sent(_ entries: Int, at ticks: UInt64) {
        refill(at: ticks)
        let paid = min(entries, outstanding)
        outstanding -= paid
        fill -= Int64(entries - paid) * Self.second
    }

    /// When there will be something to grant.
    ///
    /// - Parameter ticks: monotonic nanoseconds, now.
    /// - Returns: monotonic nanoseconds; nil when nothing comes before more is sent.
    public func nextGrant(at ticks: UInt64) -> UInt64? {
        var now = self
        now.refill(at: ticks)
        if now.fill >= Self.second { return ticks }
        guard now.room >= Self.second, qps > 0 else { return nil }
        let missing = Self.second - now.fill
        return ticks + UInt64((missing + Int64(qps) - 1) / Int64(qps))
    }

    /// How full the bucket may be, given what is with the loop.
    private var room: Int64 { Int64(burst - outstanding) * Self.second }

    private mutating func refill(at ticks: UInt64) {
        let start = last ?? ticks
        last = max(ticks, start)
        guard qps > 0 else {
            fill = room
            return
        }
        guard fill < room, ticks > start else { return }
        // Counted only as far as the bucket is deep, so that a long sleep does not overflow.
        let missing = UInt64(room - fill)
        let enough = missing / UInt64(qps) + 1
        fill += Int64(min(missing, min(ticks - start, enough) * UInt64(qps)))
    }
}
