internal import Beehive

/// What the console tells of the node beside the reports; set by whoever composes the program.
public struct ConsoleFacts: Sendable {
    /// The node's name.
    public var node: String
    /// What stands for the cloud: `websocket`, `directory` or `none`.
    public var cloud: String
    /// This program's version.
    public var version: String
    /// The link's history.
    public var link: @Sendable () -> LinkHistory

    /// Makes facts.
    ///
    /// - Parameters:
    ///   - node: the node's name.
    ///   - cloud: what stands for the cloud.
    ///   - version: this program's version.
    ///   - link: the link's history.
    public init(
        node: String = "", cloud: String = "", version: String = "",
        link: @escaping @Sendable () -> LinkHistory = { LinkHistory(started: 0) }
    ) {
        self.node = node
        self.cloud = cloud
        self.version = version
        self.link = link
    }
}
