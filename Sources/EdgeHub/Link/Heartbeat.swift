/// What is due at each heartbeat of a connection, as a value: keepalives, and pings that prove the cloud still reads.
///
/// Keepalives are never answered, so a cable that was pulled is noticed by pings alone: one after every second heartbeat;
/// when two in a row have had no pong, the connection is dead.
public struct Heartbeat: Sendable, Hashable {
    /// What to do at a beat.
    public enum Beat: Sendable, Hashable {
        /// Send a keepalive.
        case keepalive
        /// Send a keepalive and a ping.
        case keepaliveAndPing
        /// Give the connection up.
        case dead
    }

    /// Pings without a pong that end a connection.
    public static let maximumUnanswered = 2

    private var beats = 0
    private var unanswered = 0

    /// A connection that has just opened.
    public init() {}

    /// A beat is due; the first at once.
    ///
    /// - Parameter isReading: false if the socket was not read since the last beat, since the loop had no room: then the pong
    ///   may wait in it, and nothing is proven.
    /// - Returns: what to do.
    public mutating func beat(isReading: Bool) -> Beat {
        if !isReading { unanswered = 0 }
        if unanswered >= Self.maximumUnanswered { return .dead }
        beats += 1
        guard beats > 1, beats % 2 == 1 else { return .keepalive }
        unanswered += 1
        return .keepaliveAndPing
    }

    /// A pong has come: the cloud reads, and has read all before.
    public mutating func pong() { unanswered = 0 }
}
