public import KubeAPI

/// What an authenticator says of a request.
public enum Authentication: Sendable, Hashable {
    /// Who it is, and what they may do.
    case known(Caller, AccessRules)
    /// May not come in, and why; told to the client, so it holds nothing secret.
    case refused(String)
    /// Cannot be told now, and why: the store does not answer.
    case unavailable(String)
}

/// Finds out who uses the local API.
public protocol Authenticator: Sendable {
    /// Looks at a request; must not block its thread.
    ///
    /// - Parameter request: the request.
    /// - Returns: who it is.
    func authenticate(_ request: APIRequest) async -> Authentication
}

/// Lets everybody in, to everything (`metaserver.auth.mode: none`).
public struct OpenAuthenticator: Authenticator {
    /// Makes an authenticator.
    public init() {}

    /// Lets everybody in, but for pages whose name was made to lead here: a browser would let them read everything.
    public func authenticate(_ request: APIRequest) -> Authentication {
        if case .network = request.peer, CrossSite.isNamedElsewhere(request.header("Host")) {
            return .refused(
                "without a token this API is asked by an address or as localhost; or set metaserver.auth.mode: token")
        }
        return .known(.admin("system:admin"), .everything)
    }
}

/// Takes who knows the node's own token for an admin (`metaserver.auth.mode: token`), and asks for everybody else.
public struct TokenAuthenticator: Authenticator {
    private let token: [UInt8]
    private let next: (any BearerAuthenticator)?

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - token: the token; an empty one lets nobody in.
    ///   - next: decides about other tokens; nil: they are wrong.
    public init(token: String, next: (any BearerAuthenticator)? = nil) {
        self.token = Array(token.utf8)
        self.next = next
    }

    /// Lets in who sends a token that is known.
    public func authenticate(_ request: APIRequest) async -> Authentication {
        switch bearer(of: request) {
        case .own: return .known(.admin("system:admin"), .everything)
        case .refused(let cause): return .refused(cause)
        case .other(let token):
            guard let next else { return .refused(Self.wrong(token)) }
            return await next.authenticate(token: token)
        }
    }

    /// Where the right token is; one of three parts is a service account's, which is taken in another mode only.
    private static func wrong(_ token: [UInt8]) -> String {
        let isSigned = token.count { $0 == UInt8(ascii: ".") } == 2
        return isSigned
            ? "the token is a service account's, and those are taken with metaserver.auth.mode: serviceaccount alone; "
                + "here it is \(place)" : "the token is wrong: it is \(place)"
    }

    /// Where an operator finds the token.
    private static let place =
        "the one in the file that metaserver.auth.token-file names (api.token beside the database unless it is set)"

    /// What the header of a request holds.
    package enum Bearer: Hashable {
        /// The node's own token.
        case own
        /// Another one.
        case other([UInt8])
        /// None, and why.
        case refused(String)
    }

    /// Reads the header of a request.
    package func bearer(of request: APIRequest) -> Bearer {
        guard let header = request.header("Authorization") else {
            return .refused(
                "this path wants the header 'Authorization: Bearer <token>'; see metaserver.auth.token-file")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            return .refused("the Authorization header is no bearer token; see metaserver.auth.token-file")
        }
        let bytes = Array(parts[1].utf8)
        return !token.isEmpty && Self.isSame(bytes, token) ? .own : .other(bytes)
    }

    /// Compares in a time that depends on the lengths alone.
    static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

/// Finds out who a bearer token belongs to.
public protocol BearerAuthenticator: Sendable {
    /// Looks at a token.
    ///
    /// - Parameter token: what stood behind `Bearer`; never shown to anybody.
    /// - Returns: who it is.
    func authenticate(token: [UInt8]) async -> Authentication
}

/// Takes trusted users of the Unix socket for admins; everybody else is asked what the next authenticator asks.
public struct PeerAuthenticator: Authenticator {
    private let users: Set<UInt32>
    private let next: any Authenticator

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - users: the users trusted; root and the program's own as a rule, see `ownUsers`.
    ///   - next: decides about everybody else.
    public init(users: Set<UInt32>, next: any Authenticator) {
        self.users = users
        self.next = next
    }

    /// Lets in trusted users of the Unix socket.
    public func authenticate(_ request: APIRequest) async -> Authentication {
        // A token that is sent counts: root may look at what another may do.
        if request.header("Authorization") == nil, case .local(let uid) = request.peer, users.contains(uid) {
            return .known(.admin("system:local:\(uid)"), .everything)
        }
        return await next.authenticate(request)
    }
}
