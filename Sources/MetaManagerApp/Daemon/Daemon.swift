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
    let environment: [String: String]
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

    func logger(_ component: String) -> Logger {
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
        Heap.prepare()
        try makeFolder(for: settings.meta.databasePath)
        let lock = try DatabaseLock(database: settings.meta.databasePath)
        defer { withExtendedLifetime(lock) {} }
        StoreImport.removeUnfinished(settings.meta.databasePath)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Two: a check or an export of seconds must not keep the other readers waiting.
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        // From here on a signal ends the daemon in order, also while it starts.
        var signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let deadline = EndDeadline(seconds: 9.5)
        defer { withExtendedLifetime(deadline) {} }
        let current = Lock(configuration)
        var condition = StoreCondition()
        do {
            while let problem = try await serve(current, group, threads, signals, &condition, ready: ready) {
                signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
                _ = try repair(settings, because: problem, &condition)
            }
        } catch {
            await stop(group, threads)
            throw error
        }
        await stop(group, threads)
    }

    /// Makes the parts and runs them until a signal ends them, or a repair is due.
    ///
    /// - Returns: why the database has to be repaired before the parts are made again; nil at the end of the daemon.
    private func serve(
        _ current: Lock<Configuration>, _ group: MultiThreadedEventLoopGroup, _ threads: NIOThreadPool,
        _ signals: UnixSignalsSequence, _ condition: inout StoreCondition, ready: ([String]) -> Void
    ) async throws -> String? {
        var settings = current.withLock { $0.settings }
        // The one that is locked.
        settings.meta.databasePath = configuration.settings.meta.databasePath
        let isFirst = condition.repairs == 0
        let database: OpenDatabase
        let problem: String?
        do {
            let parts = try await make(settings, current, group: group, threads: threads, &condition)
            database = parts.database
            if isFirst { ready(parts.lines) } else { for line in parts.lines { logger("store").info("\(line)") } }
            let services = ServiceGroup(configuration: configurationOfGroup(parts.services, parts.care, signals))
            try await services.run()
            problem = parts.care.isRepairWanted ? parts.care.condition.problem ?? "a repair was asked for" : nil
        }
        if problem != nil { try await database.waitUntilClosed() }
        return problem
    }

    private func configurationOfGroup(
        _ services: [any Service], _ care: StoreCare, _ signals: UnixSignalsSequence
    ) -> ServiceGroupConfiguration {
        let care = ServiceGroupConfiguration.ServiceConfiguration(
            service: care, successTerminationBehavior: .gracefullyShutdownGroup)
        let end = ServiceGroupConfiguration.ServiceConfiguration(
            service: SignalService(signals: signals), successTerminationBehavior: .gracefullyShutdownGroup)
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + [care, end], logger: logger("services"))
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
        var care: StoreCare
        var database: OpenDatabase
        var lines: [String]
    }

    private func make(
        _ settings: Settings, _ current: Lock<Configuration>, group: MultiThreadedEventLoopGroup,
        threads: NIOThreadPool, _ condition: inout StoreCondition
    ) async throws -> Parts {
        let time = SystemTime()
        let sealing = settings.sealing(environment: environment)
        // That the key's folder cannot be made is told with the key.
        try? Folders.make(for: settings.meta.keyFile)
        let store = try openOrRepair(settings, sealing, &condition)
        let undelivered = store.deliveredRevision < store.revision ? store.deliveredRevision + 1...store.revision : nil
        let opening = describe(store, settings) + describe(sealing, settings)
        let lost = try openStore { () throws(StoreError) in try store.lostKeys(limit: StoreSurvey.limit) }
        // Of rows without a name only the pods know, as of a new store's; and of a backup in its place the cloud, and the
        // folder that stands in for it, remember what it does not hold.
        let isStoreNew = store.opening == .made || store.isRestored || condition.repair?.unnamed ?? 0 > 0
        let readers = store.readers
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
            settings, isStoreNew: isStoreNew || !lost.isEmpty, inbox: inbox, group: group, threads: threads,
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
        let compact = CompactJob(loop: loop, wake: { inbox.insist(.tick) })
        let backup = BackupKeeper(
            database: settings.meta.databasePath, settings: settings.backup, sealing: sealing, readers: readers,
            time: time, logger: logger("backup"))
        let upkeep = StoreUpkeep(
            loop: loop, settings: settings.upkeep, wake: { inbox.insist(.tick) }, now: { time.now().wall })

        var services: [any Service] = [LoopService(loop: loop, inbox: inbox, thread: LoopThread())]
        services.append(BackupService(keeper: backup, thread: LoopThread()))
        services.append(UpkeepService(upkeep: upkeep, logger: logger("store")))
        services += cloud.services
        let resync = Resync(
            bus: bus, settings: ResyncSettings(node: settings.edgeHub.nodeID), isStoreNew: isStoreNew,
            isLinkUp: { loop.status.isLinkUp }, lost: lost,
            onSettled: { key in
                loop.maintain { store in
                    // Asked for again after the next start, no more.
                    try? store.forgetLost(key)
                    return false
                }
                inbox.insist(.tick)
            }, logger: logger("resync"))
        services.append(resync)
        let care = StoreCare(
            path: settings.meta.databasePath, sealing: sealing, readers: readers, earlier: condition,
            mayRepair: condition.repairs < Self.repairLimit,
            loop: loop, resync: resync, wake: { inbox.insist(.tick) }, logger: logger("store"))
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
        let reader = try openStore { () throws(StoreError) in
            try StoreReader(path: settings.meta.databasePath, sealing: sealing, beside: readers)
        }
        let server = try await makeServer(
            settings, parts: (loop, inbox, bus, trace), store: (reader, care), seal: (sealing, rekey),
            keep: (backup, compact, upkeep), cloud: cloud, resync: resync, agent: agent, socket: socket, group: group,
            threads: threads)
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
                    upkeep.set(new.upkeep)
                    keep.withLock { $0 = new.modules.mailboxKeep }
                    backup.set(new.backup)
                    logs.set(new.logLevel)
                    cloud.reload(new)
                }, current: current, notifier: notifier, logger: logger("config")))
        notifier.tell("READY=1")
        return Parts(
            services: services, care: care, database: OpenDatabase(loop: loop, reader: reader),
            lines: opening + Self.lines(settings, port: server.port))
    }

    func openStore<Result>(_ body: () throws(StoreError) -> Result) throws -> Result {
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

    private func makeServer(
        _ settings: Settings, parts: (loop: MetadataLoop, inbox: Inbox<Input>, bus: ModuleBus, trace: DecisionTrace),
        store: (reader: StoreReader, care: StoreCare), seal: (sealing: Sealing, rekey: RekeyJob),
        keep: (backup: BackupKeeper, compact: CompactJob, upkeep: StoreUpkeep),
        cloud: CloudSide, resync: Resync, agent: NodeAgent?, socket: BeehiveSocketServer,
        group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) async throws -> HTTPServer {
        let (loop, inbox, bus, trace) = parts
        let requests = RequestCounts()
        var context = ServerContext(
            report: { loop.status }, inboxDepth: { inbox.depth }, modules: { bus.modules }, reader: store.reader,
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
        context.care = store.care
        (context.backup, context.compact) = (keep.backup, keep.compact)
        context.importer = ImportJob(loop: loop, wake: { inbox.insist(.tick) }, now: { SystemTime().now().wall })
        context.upkeep = { keep.upkeep.report }
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
}
