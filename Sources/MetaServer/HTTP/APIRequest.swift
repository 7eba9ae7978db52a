public import Beehive
public import KubeAPI

/// One request to the local API, whole: what handlers are given.
public struct APIRequest: Sendable {
    /// Who is at the other end.
    public enum Peer: Sendable, Hashable {
        /// Somebody on the loopback address.
        case network
        /// A process on the Unix socket, by its user.
        case local(uid: UInt32)
    }

    /// The method, in capitals.
    public var method: String
    /// The path and the query.
    public var target: RequestTarget
    /// The headers, in the order they came.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Bytes
    /// From where somebody asks.
    public var peer: Peer
    /// Who asks; set by the router before a handler sees the request.
    public var caller = Caller.anonymous
    /// What the caller may do; set together with the caller.
    public var access = AccessRules.nothing
    /// Who told that; nil where nobody was asked.
    package var authenticator: (any Authenticator)?

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - target: the path and the query.
    ///   - headers: the headers.
    ///   - body: the body.
    ///   - peer: from where somebody asks.
    public init(
        method: String, target: RequestTarget, headers: [(name: String, value: String)] = [], body: Bytes = [],
        peer: Peer = .network
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The first header of a name.
    ///
    /// - Parameter name: the name, in any case.
    /// - Returns: nil when there is none.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
