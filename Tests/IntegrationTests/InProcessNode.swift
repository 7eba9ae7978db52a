#if DEBUG
    import Beehive
    import BeehiveSocket
    import EdgeHub
    import FakeCloud
    import Logging
    import MetaManager
    import MetaStore
    import NIOCore
    import NIOPosix
    import ServiceLifecycle

    /// The parts of the daemon in the test's own process: real store, real loop, real sockets.
    struct InProcessNode: Sendable {
        private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let folder: TemporaryFolder
        var modulePath: String { folder.path + "/beehive.sock" }
        private let inbox = Inbox<Input>(capacity: 1024)
        private let thread = LoopThread()
        private let server: BeehiveSocketServer
        private let link: WebSocketLink

        init(cloud: FakeCloud, group: any EventLoopGroup) throws {
            folder = try TemporaryFolder()
            let now = SystemTime().now()
            let store = try MetaStore(path: folder.path + "/edgecore.db", now: now.wall)
            let bus = ModuleBus(
                intake: Intake(inbox), owed: { _ in [] },
                relist: { _, types in
                    Message(
                        header: Header(id: "relist", timestamp: 1),
                        route: Route(source: .metaManager, group: .meta, operation: .relist, resource: "module"),
                        content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
                })
            link = WebSocketLink(
                settings: LinkSettings(url: try LinkURL(cloud.url), nodeID: "node-1"), identity: nil, inbox: inbox,
                group: group,
                logger: Self.silent, random: { 0.05 })
            let loop = MetadataLoop(
                store: store, planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox, bus: bus,
                cloud: link)
            server = BeehiveSocketServer(
                settings: SocketSettings(path: folder.path + "/beehive.sock"), bus: bus, intake: Intake(inbox),
                group: group, logger: Self.silent)
            thread.start { loop.run() }
        }

        func run(_ body: @Sendable () async throws -> Void) async throws {
            let services = ServiceGroup(
                configuration: ServiceGroupConfiguration(services: [server, link], logger: Self.silent))
            var failure: (any Error)?
            do {
                try await server.bind()
                async let running: Void = services.run()
                do { try await body() } catch { failure = error }
                await services.triggerGracefulShutdown()
                try await running
            } catch {
                failure = failure ?? error
            }
            inbox.close()
            await thread.join()
            if let failure { throw failure }
        }
    }
#endif
