/// How the node agent stands, for `status`.
public struct NodeAgentReport: Sendable, Hashable {
    /// The forms that the cloud was found to answer.
    public enum Generation: String, Sendable {
        /// `node`, `nodepatch` and `lease`, as release 1.23.
        case modern = "1.23"
        /// `nodestatus`, as release 1.2.
        case classic = "1.2"
    }

    /// True when the cloud has the Node, on the connection that is up.
    public var isRegistered = false
    /// The forms that the cloud was found to answer; nil before it has answered.
    public var generation: Generation?
    /// When the cloud last took a status (1.2: when one was last queued), in milliseconds since 1970.
    public var lastStatus: Int64?
    /// When the lease was last renewed, in milliseconds since 1970.
    public var lastLease: Int64?
    /// What is wrong, one line each; none while the link is down, which is told elsewhere.
    public var problems: [String] = []

    /// The report of an agent that has done nothing.
    public init() {}
}
