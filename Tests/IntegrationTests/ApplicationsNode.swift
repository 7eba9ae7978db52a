#if DEBUG
    import Beehive
    import EdgeHub
    import FakeCloud
    import KubeAPI
    import Logging
    import MetaManager
    import MetaServer
    import MetaStore
    import NIOCore
    import NIOPosix
    import ServiceLifecycle

    /// A node of real parts, with what asks the cloud for its local API: store, loop, link.
    struct ApplicationsNode: Sendable {
        static let name = "edge-1"
        private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

        let folder: TemporaryFolder
        let cloud: FakeCloudCore
        let bus: ModuleBus
        let applications: CloudApplications
        private let inbox = Inbox<Input>(capacity: 1024)
        private let thread = LoopThread()
        private let link: WebSocketLink

        private init(
            _ cloud: FakeCloudCore, _ folder: TemporaryFolder, timeout: Duration, group: any EventLoopGroup
        ) throws {
            self.folder = folder
            self.cloud = cloud
            let now = SystemTime().now()
            let store = try MetaStore(path: folder.path + "/edgecore.db", now: now.wall)
            bus = ModuleBus(
                intake: Intake(inbox), owed: { RelistTypes.of($0) },
                relist: { RelistTypes.frame(for: $0, types: $1, id: "relist", at: SystemTime().now()) })
            var settings = LinkSettings(url: try LinkURL(cloud.url), nodeID: Self.name)
            // Pongs prove that the cloud is there; too often, and a slow machine's link is taken for dead.
            settings.heartbeat = .milliseconds(500)
            settings.reconnectMinimum = .milliseconds(20)
            settings.reconnectMaximum = .milliseconds(100)
            let link = WebSocketLink(settings: settings, identity: nil, inbox: inbox, group: group, logger: Self.silent)
            self.link = link
            let loop = MetadataLoop(
                store: store, planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox, bus: bus,
                cloud: link)
            applications = CloudApplications(
                bus: bus, node: Self.name, timeout: timeout, isLinkUp: { loop.status.isLinkUp },
                heard: { link.report.received + link.report.pongs }, logger: Self.silent)
            thread.start { loop.run() }
        }

        /// Runs a test on a node; several may follow one another on the same folder.
        static func run(
            _ cloud: FakeCloudCore, in folder: TemporaryFolder, timeout: Duration = .seconds(10),
            _ body: @Sendable (ApplicationsNode) async throws -> Void
        ) async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let node = try ApplicationsNode(cloud, folder, timeout: timeout, group: group)
            let services = ServiceGroup(
                configuration: ServiceGroupConfiguration(services: [node.link, node.applications], logger: silent))
            var failure: (any Error)?
            do {
                async let running: Void = services.run()
                do { try await body(node) } catch { failure = error }
                await services.triggerGracefulShutdown()
                try await running
            } catch {
                failure = failure ?? error
            }
            node.inbox.close()
            await node.thread.join()
            try await group.shutdownGracefully()
            if let failure { throw failure }
        }

        /// Runs a test with a cloud that has a dynamic controller.
        static func withCloud(
            _ change: (inout FakeCloudCore.Settings) -> Void = { _ in },
            _ body: (FakeCloudCore, TemporaryFolder) async throws -> Void
        ) async throws {
            var settings = FakeCloudCore.Settings()
            settings.hasDynamicController = true
            change(&settings)
            let cloud = try await FakeCloudCore.start(settings)
            var failure: (any Error)?
            do { try await body(cloud, try TemporaryFolder()) } catch { failure = error }
            await cloud.stop()
            if let failure { throw failure }
        }

        /// Gives writes to the loop.
        var writer: LocalWriter { LocalWriter(inbox) }

        /// What is stored under a key.
        func stored(_ key: String) throws -> JSONValue? {
            let reader = try StoreReader(path: folder.path + "/edgecore.db")
            let object = try reader.read { view throws(StoreError) in try view.object(key) }
            return try object.map { try JSONValue(parsing: $0.value) }
        }

        /// Waits until the link is up and the service takes requests, by asking.
        func ready() async throws {
            try await until("the cloud answers") {
                if case .approved = await applications.perform(.discovery("/version"), for: "test") { return true }
                return false
            }
        }

        /// Waits for a condition, a minute at most.
        func until(_ what: String, _ condition: () async throws -> Bool) async throws {
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while !(try await condition()) {
                guard SystemTime().now().ticks < end else { throw NeverCame(what: what, report: applications.report) }
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        struct NeverCame: Error {
            let what: String
            let report: CloudReport
        }
    }
#endif
