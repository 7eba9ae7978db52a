/// Who makes a request, once they are known: what RBAC, the audit line and the cloud's merging of requests go by.
public struct Caller: Hashable, Sendable {
    /// The user's name, such as `system:serviceaccount:demo:reader`.
    public var name: String
    /// The groups, such as `system:authenticated`.
    public var groups: [String]
    /// True for whoever may do everything on this node: the admin token, trusted users of the Unix socket, everybody
    /// with `metaserver.auth.mode: none`.
    public var isAdmin: Bool
    /// The service account's uid; empty for others.
    public var uid = ""
    /// The pod whose token it is; nil when it is bound to none.
    public var pod: Pod?
    /// The admin who asks in this caller's name; nil for callers who ask for themselves.
    package var impersonator: String?

    /// A pod that a token is bound to.
    public struct Pod: Hashable, Sendable {
        /// Its name; the namespace is the account's.
        public var name: String
        /// Its uid.
        public var uid: String
    }

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - name: the user's name.
    ///   - groups: the groups.
    ///   - isAdmin: whether everything is allowed.
    public init(name: String, groups: [String] = [], isAdmin: Bool = false) {
        self.name = name
        self.groups = groups
        self.isAdmin = isAdmin
    }

    /// Somebody who said nothing of themselves.
    public static let anonymous = Caller(name: "system:anonymous", groups: ["system:unauthenticated"])

    /// An admin of this node.
    ///
    /// - Parameter name: how the audit line names them.
    /// - Returns: a caller who may do everything.
    static func admin(_ name: String) -> Caller {
        Caller(name: name, groups: ["system:masters", "system:authenticated"], isAdmin: true)
    }
}
