/// Settings of the test link (`edgehub.controller.protocol: test`), which exists in debug builds only.
public struct TestLinkSettings: Sendable, Hashable {
    /// The loopback port of `edgehub.websocket.url`.
    public var port: Int
    /// `edgehub.controller.node-id`.
    public var nodeID: String
    /// `edgehub.controller.heartbeat`.
    public var heartbeat = Duration.seconds(15)
    /// `edgehub.rate.qps`.
    public var qps = 30
    /// `edgehub.rate.burst`.
    public var burst = 60
    /// `edgehub.websocket.max-frame`, in bytes.
    public var maximumFrame = 64 << 20
    /// `edgehub.reconnect.min`.
    public var reconnectMinimum = Duration.seconds(1)
    /// `edgehub.reconnect.max`.
    public var reconnectMaximum = Duration.seconds(30)
    /// `edgehub.websocket.handshake-timeout`.
    public var connectTimeout = Duration.seconds(30)
    /// Bytes on their way out above which nothing more is read, so that the answers to what is read stay bounded.
    public var outgoingLimit = 4 << 20

    /// Reads the URL of the cloud.
    ///
    /// - Parameters:
    ///   - url: `tcp://127.0.0.1:PORT`; a path behind it is ignored.
    ///   - nodeID: the node's name.
    /// - Throws: `TestLinkError`, always so in a release build.
    public init(url: String, nodeID: String) throws(TestLinkError) {
        #if DEBUG
            let scheme = "tcp://127.0.0.1:"
            // A path may follow, which the configuration adds for clouds that want one.
            guard url.hasPrefix(scheme), let digits = url.dropFirst(scheme.count).split(separator: "/").first,
                let port = Int(digits), (1...65_535).contains(port)
            else {
                throw TestLinkError(
                    description:
                        "edgehub.websocket.url '\(url)' is no \(scheme)PORT, all that protocol 'test' connects to")
            }
            self.port = port
            self.nodeID = nodeID
        #else
            throw TestLinkError(
                description: "edgehub.controller.protocol 'test' is refused by release builds: "
                    + "use websocket, directory or none")
        #endif
    }
}

/// Why the test link cannot be used.
public struct TestLinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for people: the setting, the cause, the cure.
    public let description: String
}
