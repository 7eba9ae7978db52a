/// Who makes a request, once they are known: what RBAC, the audit line and the cloud's merging of requests go by.
public struct Caller: Hashable, Sendable {
    /// The user's name, such as `system:serviceaccount:demo:reader`.
    public var name: String
    /// The groups, such as `system:authenticated`.
    public var groups: [String]
    /// True for whoever may do everything on this node: the admin token, trusted users of the Unix socket, everybody
    /// with `metaserver.auth.mode: none`.
    public var isAdmin: Bool

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
}
