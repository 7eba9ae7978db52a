/// How the module socket is served.
public struct SocketSettings: Sendable, Hashable {
    /// Where the socket lies; at most 107 bytes.
    public var path: String
    /// The file mode of the socket.
    public var mode: UInt32
    /// The largest body of a frame taken from a module.
    public var maximumFrameBytes: Int
    /// How long a connection may stay without attaching.
    public var attachTimeout: Duration
    /// How long a connection that is to end may take to be read to its end by the peer.
    public var drainTimeout: Duration
    /// How many connections are served at once.
    public var maximumConnections: Int
    /// How many modules are known at once, those included that have left and whose mailboxes are kept.
    public var maximumModules = 256
    /// How long the frame of a long list, which is read while it leaves, may take in all.
    public var longFrameLimit = Duration.seconds(120)
    /// How long a module may take for the next quarter of a megabyte of such a frame.
    public var longFrameStall = Duration.seconds(10)
    /// How many such frames leave at once, each by a thread; one for each module at most.
    public var maximumLongFrames = 32

    /// Makes settings.
    ///
    /// - Parameters:
    ///   - path: where the socket lies.
    ///   - mode: the file mode of the socket.
    ///   - maximumFrameBytes: the largest body of a frame taken from a module.
    ///   - attachTimeout: how long a connection may stay without attaching.
    ///   - drainTimeout: how long a connection that is to end may take to be read to its end.
    ///   - maximumConnections: how many connections are served at once.
    public init(
        path: String, mode: UInt32 = 0o600, maximumFrameBytes: Int = 16 << 20,
        attachTimeout: Duration = .seconds(10), drainTimeout: Duration = .seconds(2), maximumConnections: Int = 256
    ) {
        self.path = path
        self.mode = mode
        self.maximumFrameBytes = maximumFrameBytes
        self.attachTimeout = attachTimeout
        self.drainTimeout = drainTimeout
        self.maximumConnections = maximumConnections
    }
}
