internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// The server's side of the upgrade.
enum FakeCloudUpgrade {
    /// Prepares a new connection for the node's upgrade.
    ///
    /// - Parameters:
    ///   - channel: the connection.
    ///   - node: called with the node's name once it is upgraded; gives what lives on the connection.
    /// - Throws: when the connection has closed already.
    static func configure(
        _ channel: any Channel, node: @escaping @Sendable (any Channel, String) -> FakeCloudHandler?
    ) throws {
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            maxFrameSize: 64 << 20, enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                // CloudCore reads only from those who say what for.
                let speaks = head.headers.first(name: "ConnectionUse") == "msg"
                return channel.eventLoop.makeSucceededFuture(speaks ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let name = head.headers.first(name: "node_id") ?? ""
                    guard let handler = node(channel, name) else { return channel.close(promise: nil) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            })
        let configuration = NIOTypedHTTPServerUpgradeConfiguration(
            upgraders: [upgrader], notUpgradingCompletionHandler: { $0.close() })
        _ = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: configuration))
    }
}
