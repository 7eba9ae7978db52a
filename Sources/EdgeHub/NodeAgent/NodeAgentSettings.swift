/// How the node agent registers the node and reports on it.
public struct NodeAgentSettings: Sendable, Hashable {
    /// `edgehub.controller.node-id`: the node's name.
    public var node: String
    /// `node.labels`: labels beside those that the cloud needs.
    public var labels: [String: String]
    /// `node.namespace`: the namespace word of reports to a cloud of release 1.2.
    public var namespace: String
    /// The address that the node is reached at; found out from the machine when empty.
    public var address = ""
    /// This program's release, which stands behind the API's in `kubeletVersion`.
    public var release = "0.1.0"
    /// What runs the containers; the agent does not know.
    public var containerRuntime = "unknown://"
    /// How many pods the node takes.
    public var pods = 110
    /// How long a cloud may take to answer the registration before the form of release 1.2 is tried.
    public var registrationTimeout = Duration.seconds(5)
    /// How long any other answer may take.
    public var answerTimeout = Duration.seconds(10)
    /// How often the status is looked at, and sent if it has changed; release 1.2 gets it each time.
    public var statusInterval = Duration.seconds(10)
    /// How often a status is sent that has not changed.
    public var heartbeatInterval = Duration.seconds(300)
    /// How long a lease lasts without being renewed; a quarter of it is the time between renewals.
    public var leaseDuration = Duration.seconds(40)
    /// The first wait after something failed; each further one doubles, up to the longest.
    public var firstRetry = Duration.seconds(1)
    /// The longest wait after something failed.
    public var longestRetry = Duration.seconds(300)

    /// Makes settings; the rest has defaults that can be set.
    ///
    /// - Parameters:
    ///   - node: the node's name.
    ///   - labels: labels beside those that the cloud needs.
    ///   - namespace: the namespace word of reports to a cloud of release 1.2.
    public init(node: String, labels: [String: String] = [:], namespace: String = "default") {
        self.node = node
        self.labels = labels
        self.namespace = namespace
    }
}
