/// What an authenticator says of a request.
public enum Authentication: Sendable, Hashable {
    /// May come in.
    case allowed
    /// May not, and why; told to the client, so it holds nothing secret.
    case refused(String)
}

/// Decides who may use the local API.
public protocol Authenticator: Sendable {
    /// Looks at a request; must not block.
    ///
    /// - Parameter request: the request.
    /// - Returns: whether it may come in.
    func authenticate(_ request: APIRequest) -> Authentication
}

/// Lets everybody in (`metaserver.auth.mode: none`).
public struct OpenAuthenticator: Authenticator {
    /// Makes an authenticator.
    public init() {}

    /// Lets everybody in.
    public func authenticate(_ request: APIRequest) -> Authentication { .allowed }
}

/// Lets in who knows the token (`metaserver.auth.mode: token`).
public struct TokenAuthenticator: Authenticator {
    private let token: [UInt8]

    /// Makes an authenticator.
    ///
    /// - Parameter token: the token; an empty one lets nobody in.
    public init(token: String) { self.token = Array(token.utf8) }

    /// Lets in who sends the token as bearer.
    public func authenticate(_ request: APIRequest) -> Authentication {
        guard let header = request.header("Authorization") else {
            return .refused(
                "this path wants the header 'Authorization: Bearer <token>'; see metaserver.auth.token-file")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            return .refused("the Authorization header is no bearer token; see metaserver.auth.token-file")
        }
        guard !token.isEmpty, Self.isSame(Array(parts[1].utf8), token) else {
            return .refused("the token is wrong; see metaserver.auth.token-file")
        }
        return .allowed
    }

    /// Compares in a time that depends on the lengths alone.
    static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

/// Lets in trusted users of the Unix socket; everybody else is asked what the next authenticator asks.
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
    public func authenticate(_ request: APIRequest) -> Authentication {
        if case .local(let uid) = request.peer, users.contains(uid) { return .allowed }
        return next.authenticate(request)
    }
}
