/// How the local API listens, and what it bears.
public struct ServerSettings: Sendable, Hashable {
    /// `metaserver.server`: a loopback `host:port`; empty for none.
    public var address: String
    /// `metaserver.socket`; empty for none.
    public var socketPath: String
    /// The most bytes of a request's head.
    public var headLimit = 64 << 10
    /// The most bytes of a request's body.
    public var bodyLimit = 3 << 20
    /// The most connections at a time, one for each watch; further ones are closed at once.
    public var maximumConnections = 2048
    /// How long a whole request may take to arrive.
    public var requestTimeout: Duration = .seconds(15)
    /// How long a connection may lie idle between requests.
    public var idleTimeout: Duration = .seconds(90)
    /// How long a client may take nothing of what is sent to it.
    public var stallTimeout: Duration = .seconds(30)
    /// How long answers under way may take when the server stops.
    public var shutdownGrace: Duration = .seconds(1)

    /// How many connections a program may bear that may open so many files: half are left for all else.
    ///
    /// - Parameter files: how many files the program may open.
    /// - Returns: the bound, not above the usual one.
    public static func connections(ofFiles files: Int) -> Int { min(2048, max(64, files / 2)) }

    /// Makes settings with the usual bounds.
    ///
    /// - Parameters:
    ///   - address: a loopback `host:port`; empty for none.
    ///   - socketPath: the Unix socket; empty for none.
    public init(address: String, socketPath: String) {
        self.address = address
        self.socketPath = socketPath
    }
}

/// Why the server cannot listen.
public struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the address, the cause and the cure.
    public let description: String
}
