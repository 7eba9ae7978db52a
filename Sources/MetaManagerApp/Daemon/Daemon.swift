internal import Beehive
internal import BeehiveSocket
internal import EdgeHub
internal import Logging
internal import MetaManager
internal import MetaServer
internal import MetaStore
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// The daemon: every part made, wired and run as one group.
///
/// Services stop in the reverse order of their start: first who asks (API, simulated edged, module socket), then the
/// link, and the loop last, so that what was taken in is still done.
public struct Daemon: Sendable {
    /// Reads the configuration again, for SIGHUP.
    public typealias Reader = @Sendable () throws -> Configuration

    private let configuration: Configuration
    private let read: Reader
    private let notifier: ServiceNotifier
    private let environment: [String: String]
    private let logs: LineLogHandler.Shared

    /// Prepares a daemon; `run` makes its parts.
    ///
    /// - Parameters:
    ///   - configuration: what it runs with.
    ///   - environment: for the service manager's sockets.
    ///   - logs: the level and form of log lines.
    ///   - read: reads the configuration again, for SIGHUP.
    public init(
        configuration: Configuration, environment: [String: String], logs: LineLogHandler.Shared,
        read: @escaping Reader
    ) {
        self.configuration = configuration
        self.read = read
        self.logs = logs
        self.environment = environment
        notifier = ServiceNotifier(environment: environment)
    }

    private func logger(_ component: String) -> Logger {
        Logger(label: component) { [logs] in LineLogHandler(label: $0, shared: logs) }
    }

    /// Runs until SIGTERM or SIGINT.
    ///
    /// - Parameter ready: called once when everything is bound, with lines for people.
    /// - Throws: `DaemonError` when it cannot start.
    public func run(ready: @Sendable ([String]) -> Void) async throws {
        let settings = configuration.settings
        for notice in configuration.notices { logger("config").notice("\(notice)") }
        if !settings.meta.sealedTypes.isEmpty, !CoreDumps.disable() {
            logger("store").warning("core files cannot be switched off: one would hold keys and secrets in plain")
        }
        try makeFolder(for: settings.meta.databasePath)
        let lock = try DatabaseLock(database: settings.meta.databasePath)
        defer { withExtendedLifetime(lock) {} }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        // From here on a signal ends the daemon in order, also while it starts.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let deadline = EndDeadline(seconds: 9.5)
        defer { withExtendedLifetime(deadline) {} }
        do {
            let parts = try await make(settings, group: group, threads: threads)
            ready(parts.lines)
            let services = ServiceGroup(
                configuration: configurationOfGroup(parts.services, signals))
            try await services.run()
        } catch {
            await stop(group, threads)
            throw error
        }
        await stop(group, threads)
    }

    private func configurationOfGroup(
        _ services: [any Service], _ signals: UnixSignalsSequence
    ) -> ServiceGroupConfiguration {
        let end = ServiceGroupConfiguration.ServiceConfiguration(
            service: SignalService(signals: signals), successTerminationBehavior: .gracefullyShutdownGroup)
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + [end], logger: logger("services"))
        group.maximumGracefulShutdownDuration = .seconds(8)
        return group
    }

    private func stop(_ group: MultiThreadedEventLoopGroup, _ threads: NIOThreadPool) async {
        // At the end of the process; what fails to close now closes with it.
        try? await threads.shutdownGracefully()
        try? await group.shutdownGracefully()
    }

    private struct Parts {
        var services: [any Service]
        var lines: [String]
    }

    private func make(
        _ settings: Settings, group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) async throws -> Parts {
        let time = SystemTime()
        let sealing = settings.sealing(environment: environment)
        let store = try openStore(settings, sealing)
        let undelivered = store.deliveredRevision < store.revision ? store.deliveredRevision + 1...store.revision : nil
        let opening = describe(store) + describe(sealing, settings)
        let isStoreNew = store.opening == .made
        let isRekeyUnfinished = try openStore { () throws(StoreError) in try store.needsRekey() }
        let inbox = Inbox<Input>(capacity: 1024, sizeLimit: 16 << 20, measure: { $0.size })
        let intake = Intake(inbox)
        let ids = Lock(MessageIDSource())
        let bus = ModuleBus(
            limits: settings.mailbox, time: time, intake: intake, owed: { RelistTypes.of($0) },
            relist: { module, types in
                RelistTypes.frame(for: module, types: types, id: ids.withLock { $0.next() }, at: time.now())
            })
        let cloud = try CloudSide.make(
            settings, isStoreNew: isStoreNew, inbox: inbox, group: group, threads: threads,
            logger: logger("edgehub"))
        let trace = DecisionTrace()
        let planner = Planner(
            settings: settings.planning, undelivered: undelivered, now: time.now())
        let loop = MetadataLoop(
            store: store, planner: planner, inbox: inbox, bus: bus, cloud: cloud.port, time: time,
            observer: { trace.record($0) })
        let keep = Lock(settings.modules.mailboxKeep)
        let rekey = RekeyJob(loop: loop, wake: { inbox.insist(.tick) }, now: { time.now().wall })
        if isRekeyUnfinished { rekey.resume() }

        var services: [any Service] = [LoopService(loop: loop, inbox: inbox, thread: LoopThread())]
        services += cloud.services
        let resync = Resync(
            bus: bus, settings: ResyncSettings(node: settings.edgeHub.nodeID), isStoreNew: isStoreNew,
            isLinkUp: { loop.status.isLinkUp }, logger: logger("resync"))
        services.append(resync)
        var agent: NodeAgent?
        if settings.node.register {
            let machine = MachineReader()
            let made = NodeAgent(
                bus: bus, settings: settings.nodeAgent, facts: { await machine.read(on: threads) },
                logger: logger("node-agent"))
            services.append(made)
            agent = made
        }
        if settings.modules.enabled.contains("edged") {
            services.append(SimulatedEdged(bus: bus, logger: logger("simulated-edged")))
        }
        let socket = BeehiveSocketServer(
            settings: settings.moduleSocket, bus: bus, intake: intake, group: group, logger: logger("module-socket"))
        try makeFolder(for: settings.modules.socketPath)
        try await bind("modules.socket.path") { try await socket.bind() }
        services.append(socket)
        let server = try await makeServer(
            settings, parts: (loop, inbox, bus, trace), seal: (sealing, rekey), cloud: cloud, resync: resync,
            agent: agent, socket: socket, group: group, threads: threads)
        services.append(server)
        services.append(
            HousekeepingService(
                bus: bus, keep: keep, notifier: notifier, heartbeat: { loop.answers(at: time.now().ticks) },
                logger: logger("modules")))
        services.append(
            ReloadService(
                read: read,
                apply: { [logs] new in
                    inbox.insist(.settings(new.planning))
                    bus.setLimits(new.mailbox)
                    keep.withLock { $0 = new.modules.mailboxKeep }
                    logs.set(new.logLevel)
                    cloud.reload(new)
                }, current: Lock(configuration), notifier: notifier, logger: logger("config")))
        notifier.tell("READY=1")
        return Parts(services: services, lines: opening + Self.lines(settings, port: server.port))
    }

    private func openStore(_ settings: Settings, _ sealing: Sealing) throws -> MetaStore {
        // That the key's folder cannot be made is told with the key.
        try? Folders.make(for: settings.meta.keyFile)
        return try openStore { () throws(StoreError) in
            try MetaStore(path: settings.meta.databasePath, now: SystemTime().now().wall, sealing: sealing)
        }
    }

    private func openStore<Result>(_ body: () throws(StoreError) -> Result) throws -> Result {
        do throws(StoreError) {
            return try body()
        } catch {
            throw DaemonError(error)
        }
    }

    private func makeFolder(for path: String) throws {
        do {
            try Folders.make(for: path)
        } catch {
            throw DaemonError(code: 73, error.description)
        }
    }

    private func bind(_ key: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw DaemonError(code: 73, "\(key): \(error)")
        }
    }

    private func describe(_ store: MetaStore) -> [String] {
        switch store.opening {
        case .made: ["made a new database, \(store.path)"]
        case .opened: ["opened the database \(store.path): \(store.rows) objects"]
        case .takenOver(let rows, let skipped, let copy):
            [
                "took the KubeEdge database \(store.path) over: \(rows) objects, \(skipped) rows left out; "
                    + "the file as it was is \(copy)"
            ]
        }
    }

    private func makeServer(
        _ settings: Settings, parts: (loop: MetadataLoop, inbox: Inbox<Input>, bus: ModuleBus, trace: DecisionTrace),
        seal: (sealing: Sealing, rekey: RekeyJob),
        cloud: CloudSide, resync: Resync, agent: NodeAgent?, socket: BeehiveSocketServer,
        group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) async throws -> HTTPServer {
        let (loop, inbox, bus, trace) = parts
        let reader = try openStore { () throws(StoreError) in
            try StoreReader(path: settings.meta.databasePath, sealing: seal.sealing)
        }
        let requests = RequestCounts()
        var context = ServerContext(
            report: { loop.status }, inboxDepth: { inbox.depth }, modules: { bus.modules }, reader: reader,
            heartbeat: { loop.busySince ?? SystemTime().now().ticks },
            dropOutbox: { id in
                inbox.insist(.dropOutbox(id: id))
                return true
            },
            flushOutbox: {
                guard loop.status.isLinkUp else { return false }
                inbox.insist(.flushOutbox)
                return true
            }, trace: trace, requests: requests, threads: threads)
        context.link = LinkAdapter(read: cloud.figures)
        context.resync = resync
        context.socket = { SocketFigures(socket.counters) }
        context.sealing = seal.sealing
        context.rekey = seal.rekey
        if let agent { context.node = { NodeFigures(agent.report) } }
        let authenticator = try makeAuthenticator(settings.metaServer)
        var router = Router(authenticator: authenticator)
        router.addReports(context)
        let server = HTTPServer(
            settings: ServerSettings(
                address: settings.metaServer.server ?? "", socketPath: settings.metaServer.socket ?? ""),
            router: router, counts: requests, loops: group, logger: logger("metaserver"))
        if let path = settings.metaServer.socket { try makeFolder(for: path) }
        try await bind("metaserver") { try await server.bind() }
        return server
    }

    private func makeAuthenticator(_ settings: MetaServerSettings) throws -> any Authenticator {
        switch settings.authentication {
        case .none: return OpenAuthenticator()
        case .token, .serviceAccount:
            // Tokens of service accounts come with the Kubernetes paths; until then the file's token is the only one.
            do {
                try Folders.make(for: settings.tokenFile)
                let token = try TokenFile.loadOrMake(path: settings.tokenFile)
                return PeerAuthenticator(
                    users: TokenFile.ownUsers, next: TokenAuthenticator(token: token))
            } catch {
                throw DaemonError(code: 73, "metaserver.auth.token-file: \(error)")
            }
        }
    }

    /// What a person who starts it wants to know.
    private static func lines(_ settings: Settings, port: Int?) -> [String] {
        var lines: [String] = []
        switch settings.edgeHub.link {
        case .directory: lines.append("the folder \(settings.edgeHub.directoryPath) stands in for the cloud")
        case .none: lines.append("there is no cloud (edgehub.controller.protocol: none)")
        case .websocket:
            lines.append(
                settings.edgeHub.url.map { "the cloud is \($0), and this node \(settings.edgeHub.nodeID)" }
                    ?? "edgehub.websocket.url is not set: working offline")
        }
        if settings.modules.enabled.contains("edged") { lines.append("edged is simulated: it starts no containers") }
        lines.append("modules attach to \(settings.modules.socketPath)")
        if let port, let server = settings.metaServer.server {
            let host = server.split(separator: ":").dropLast().joined(separator: ":")
            let guarded =
                settings.metaServer.authentication == .none
                ? "open to every local user" : "with the token in \(settings.metaServer.tokenFile)"
            lines.append("health and metrics on http://\(host):\(port), \(guarded)")
        }
        return lines
    }
}
