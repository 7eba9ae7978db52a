internal import DequeModule

/// Which entries of the outbox the cloud has provably read: those sent before a ping whose pong has come.
///
/// One connection's account; a new connection starts a new one. The cloud reads frames and pings in one order, so a pong
/// proves everything before its ping (`messages.md`, section 6).
public struct PongLedger: Sendable {
    /// The most pings under way; while a cloud answers none, no more are noted.
    public static let maximumPings = 8

    private struct Ping: Sendable {
        let number: UInt64
        /// How many sendings of this connection went before it.
        let covered: UInt64
    }

    private struct Sending: Sendable {
        let place: Int64
        let number: UInt64
    }

    private var sendings: Deque<Sending> = []
    /// The newest sending of each place: an entry that was sent again is proven by its last sending only.
    private var newest: [Int64: UInt64] = [:]
    private var pings: Deque<Ping> = []
    private var sendCount: UInt64 = 0
    private var pingCount: UInt64 = 0

    /// Makes an empty account.
    public init() {}

    /// Entries sent and not yet proven read.
    public var unconfirmed: Int { newest.count }

    /// True when entries wait for a proof and no ping is under way.
    public var isPingDue: Bool { !newest.isEmpty && pings.isEmpty }

    /// An entry was sent.
    ///
    /// - Parameter place: its place in the outbox.
    public mutating func sent(_ place: Int64) {
        sendCount += 1
        sendings.append(Sending(place: place, number: sendCount))
        newest[place] = sendCount
    }

    /// Sends a ping: one that is due, or the heartbeat's.
    ///
    /// - Returns: the ping's number; nil when so many go unanswered that another would tell nothing.
    public mutating func ping() -> UInt64? {
        guard pings.count < Self.maximumPings else { return nil }
        pingCount += 1
        pings.append(Ping(number: pingCount, covered: sendCount))
        return pingCount
    }

    /// A pong has come.
    ///
    /// - Parameter number: the number of the ping that it answers; earlier pings are answered by it too.
    /// - Returns: the places that are now proven read, in the order they were sent; none for a number that is unknown.
    public mutating func pong(_ number: UInt64) -> [Int64] {
        guard let index = pings.firstIndex(where: { $0.number == number }) else { return [] }
        let covered = pings[index].covered
        pings.removeFirst(index + 1)
        var places: [Int64] = []
        while let first = sendings.first, first.number <= covered {
            sendings.removeFirst()
            guard newest[first.place] == first.number else { continue }
            newest[first.place] = nil
            places.append(first.place)
        }
        return places
    }
}
