/// What a link to the cloud has done and how it stands.
public struct LinkReport: Sendable, Hashable {
    /// Where the link stands.
    public var phase = LinkState.Phase.waiting
    /// When it came to stand there, in milliseconds since 1970; 0 before it began.
    public var since: Int64 = 0
    /// Why it is not up, or what is suspected; nil while all is well.
    public var fault: LinkFault?
    /// Connections and tries that ended, by what ended them.
    public var faults: [LinkFault.Code: UInt64] = [:]
    /// True while connected.
    public var isConnected = false
    /// Connections since the start.
    public var connections = 0
    /// Tries that came to no connection.
    public var failedTries: UInt64 = 0
    /// When the cloud last proved that it is there, by a connection or a pong, in milliseconds since 1970.
    public var heard: Int64?
    /// Messages that came.
    public var received: UInt64 = 0
    /// Pongs that came.
    public var pongs: UInt64 = 0
    /// Messages that went.
    public var sent: UInt64 = 0
    /// Messages handed over while there was no connection: dropped, since the loop sends again what matters.
    public var dropped: UInt64 = 0
    /// Frames that are no messages, by `DecodeError.Code`: skipped; the link stays.
    public var badFrames: [String: UInt64] = [:]
    /// Frames over the size limit: thrown away.
    public var oversize: UInt64 = 0
    /// Those of them that could be acked.
    public var oversizeAcked: UInt64 = 0
    /// Times that the socket was not read further because the loop had no room.
    public var stalls: UInt64 = 0
    /// Entries of the outbox sent and not yet proven read.
    public var unconfirmed = 0

    /// A link that has done nothing.
    public init() {}
}
