internal import Beehive
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// A CloudCore for tests and trials, on loopback: speaks to nodes as CloudCore 1.23 does, or 1.2.
///
/// It keeps objects, sends them to the nodes they concern one ack at a time, answers requests as the real one does, and can
/// be told to misbehave. One instance serves many nodes, all on one thread.
public final class FakeCloudCore: Sendable {
    /// How it behaves.
    public let settings: Settings
    /// The websocket's port on 127.0.0.1.
    public let port: Int
    /// The https port on 127.0.0.1; 0 for the plain transport.
    public let httpsPort: Int

    let journal: CloudCoreJournal
    let loop: any EventLoop
    let hub: NIOLoopBoundBox<CloudCoreHub>
    let identity: CloudIdentity?
    private let group: MultiThreadedEventLoopGroup
    private let listeners: Lock<[any Channel]>

    /// The websocket's URL, without the path.
    public var url: String { (settings.transport == .plain ? "ws" : "wss") + "://127.0.0.1:\(port)" }

    /// The https URL; empty for the plain transport.
    public var httpsURL: String { httpsPort == 0 ? "" : "https://127.0.0.1:\(httpsPort)" }

    /// Starts a cloud.
    ///
    /// - Parameter settings: how it behaves.
    /// - Returns: the cloud, listening.
    /// - Throws: when it cannot listen, or when an object of the settings is none.
    public static func start(_ settings: Settings = Settings()) async throws -> FakeCloudCore {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let journal = CloudCoreJournal(limit: settings.recordLimit, byteLimit: settings.recordBytes)
            let identity = settings.transport == .tls ? try CloudIdentity(settings) : nil
            let hub = try await loop.submit {
                let hub = CloudCoreHub(loop: loop, settings: settings, journal: journal)
                for object in settings.objects { try hub.apply(object) }
                hub.startSyncLoop()
                return NIOLoopBoundBox(hub, eventLoop: loop)
            }.get()
            let listeners = try await listen(settings, hub, group, identity)
            return FakeCloudCore(
                settings: settings, journal: journal, loop: loop, hub: hub, group: group, identity: identity,
                listeners: listeners)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private init(
        settings: Settings, journal: CloudCoreJournal, loop: any EventLoop, hub: NIOLoopBoundBox<CloudCoreHub>,
        group: MultiThreadedEventLoopGroup, identity: CloudIdentity?, listeners: [any Channel]
    ) {
        self.settings = settings
        self.journal = journal
        self.loop = loop
        self.hub = hub
        self.group = group
        self.identity = identity
        self.listeners = Lock(listeners)
        port = listeners.first?.localAddress?.port ?? 0
        httpsPort = listeners.dropFirst().first?.localAddress?.port ?? 0
    }

    private static func listen(
        _ settings: Settings, _ hub: NIOLoopBoundBox<CloudCoreHub>, _ group: MultiThreadedEventLoopGroup,
        _ identity: CloudIdentity?
    ) async throws -> [any Channel] {
        let websocket = CloudCoreListener.websocket(hub, group: group, tls: identity?.websocketContext)
        var channels = [try await CloudCoreListener.bind(websocket, port: settings.port)]
        // 1.2 has no such port.
        if let identity, settings.generation == .current {
            let https = CloudCoreListener.https(hub, group: group, identity: identity)
            channels.append(try await CloudCoreListener.bind(https, port: settings.httpsPort))
        }
        return channels
    }

    /// Ends it: closes all, fails who waits.
    public func stop() async {
        journal.failAll()
        // What is closed already need not be closed.
        for listener in takeListeners() { try? await listener.close() }
        try? await onLoop { $0.shutDown() }
        try? await group.shutdownGracefully()
    }

    private func takeListeners() -> [any Channel] {
        listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
    }

    /// Closes all connections and listens no more, so that a node finds nobody.
    ///
    /// - Throws: when the cloud was stopped.
    public func goAway() async throws {
        // Closed is closed.
        for listener in takeListeners() { try? await listener.close() }
        try await onLoop { $0.cutAll() }
    }

    /// Listens again on the same ports.
    ///
    /// - Throws: when a port has been taken meanwhile.
    public func comeBack() async throws {
        var settings = settings
        settings.port = port
        settings.httpsPort = httpsPort
        let fresh = try await Self.listen(settings, hub, group, identity)
        listeners.withLock { $0 = fresh }
    }

    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (CloudCoreHub) throws -> Result) async throws -> Result {
        let hub = hub
        return try await loop.submit { try body(hub.value) }.get()
    }
}
