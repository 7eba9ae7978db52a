/// How what a lost database held is asked for again.
public struct ResyncSettings: Sendable, Hashable {
    /// `edgehub.controller.node-id`: the node's name.
    public var node: String
    /// How many requests are under way at once; the cloud answers configmaps and secrets one by one anyway.
    public var inFlight = 4
    /// How long an answer is waited for; more than `meta.remote-query.timeout`, which ends a query by itself.
    public var requestTimeout = Duration.seconds(65)
    /// How often the stored pods are looked at while the store recovers.
    public var interval = Duration.seconds(10)
    /// How long after the link came up a store counts as recovering.
    public var window = Duration.seconds(1800)
    /// How often what did not come is asked for in one recovery.
    public var attempts = 5

    /// Makes settings; the rest has defaults that can be set.
    ///
    /// - Parameter node: the node's name.
    public init(node: String) { self.node = node }
}
