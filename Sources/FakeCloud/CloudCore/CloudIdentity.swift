internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The cloud's certificates; of no use before they can be made.
struct CloudIdentity: Sendable {
    let websocketContext: NIOSSLContext

    init(_ settings: FakeCloudCore.Settings) throws {
        throw FakeCloudError(description: "this cloud has no certificates yet: use the plain transport")
    }
}

extension CloudCoreListener {
    static func https(
        _ hub: NIOLoopBoundBox<CloudCoreHub>, group: MultiThreadedEventLoopGroup, identity: CloudIdentity
    ) -> ServerBootstrap { ServerBootstrap(group: group) }
}
