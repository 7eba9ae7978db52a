internal import Beehive
internal import BeehiveSocket
internal import EdgeHub
internal import Glibc
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
    private let figures: Lock<ConfigurationFigures>
    /// The file that is read again when it changes; nil: on SIGHUP alone.
    package var file: WatchedFile? {
        didSet { figures.withLock { $0.path = file?.path } }
    }
    private let notifier: ServiceNotifier
    let environment: [String: String]
    private let logs: LineLogHandler.Shared
    /// The release of the program, for reports.
    public var version = "unknown"

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
        figures = Lock(ConfigurationFigures(path: nil, now: SystemTime().now().wall))
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
        // One that comes before it is listened to would end the process.
        signal(SIGHUP, SIG_IGN)
        for notice in configuration.notices { logger("config").notice("\(notice)") }
        if !settings.meta.sealedTypes.isEmpty, !CoreDumps.disable() {
            logger("store").warning("core files cannot be switched off: one would hold keys and secrets in plain")
        }
        Heap.prepare()
        try makeFolder(for: settings.meta.databasePath)
        let lock = try DatabaseLock(database: settings.meta.databasePath)
        defer { withExtendedLifetime(lock) {} }
        StoreImport.removeUnfinished(settings.meta.databasePath)
        async let trapping = UnixSignalsSequence(trapping: .sigterm, .sigint)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Two: a check or an export of seconds must not keep the other readers waiting.
        let threads = NIOThreadPool(numberOfThreads: 2)
        // Watches go on while long reads keep those busy; two, so that one who begins does not keep all others waiting.
        let watching = NIOThreadPool(numberOfThreads: 2)
        // The API's own: whoever loads it must not delay the link and the modules.
        let serving = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // From here on a signal ends the daemon in order, also while it starts.
        var signals = await trapping
        let deadline = EndDeadline(seconds: 9.5)
        defer { withExtendedLifetime(deadline) {} }
        let current = Lock(configuration)
        var condition = StoreCondition()
        do {
            while let problem = try await serve(
                current, group, (threads, watching, serving), signals, &condition, ready: ready)
            {
                signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
                _ = try repair(settings, because: problem, &condition)
            }
        } catch {
            await stop([group, serving], [threads, watching])
            throw error
        }
        await stop([group, serving], [threads, watching])
    }

    /// Makes the parts and runs them until a signal ends them, or a repair is due.
    ///
    /// - Returns: why the database has to be repaired before the parts are made again; nil at the end of the daemon.
    private func serve(
        _ current: Lock<Configuration>, _ group: MultiThreadedEventLoopGroup, _ threads: Threads,
        _ signals: UnixSignalsSequence, _ condition: inout StoreCondition, ready: ([String]) -> Void
    ) async throws -> String? {
        // What wants a restart is as it was at the start, whatever the file says by now.
        let settings = current.withLock { $0.settings }
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

    private func stop(_ groups: [MultiThreadedEventLoopGroup], _ pools: [NIOThreadPool]) async {
        // At the end of the process; what fails to close now closes with it.
        for pool in pools { try? await pool.shutdownGracefully() }
        for group in groups { try? await group.shutdownGracefully() }
    }

    /// Where the store is read, for requests and for watches; and where connections to the API are served.
    typealias Threads = (reads: NIOThreadPool, watches: NIOThreadPool, api: MultiThreadedEventLoopGroup)

    private struct Parts {
        var services: [any Service]
        var care: StoreCare
        var database: OpenDatabase
        var lines: [String]
    }

    private func make(
        _ settings: Settings, _ current: Lock<Configuration>, group: MultiThreadedEventLoopGroup,
        threads: Threads, _ condition: inout StoreCondition
    ) async throws -> Parts {
        let core = try await makeCore(settings, group: group, threads: threads.reads, &condition)
        do {
            return try await makeRest(
                settings, current, core: core, group: group, threads: threads, condition: condition)
        } catch {
            // Nobody else ends it.
            core.inbox.close()
            await core.thread.join()
            await core.recorder.stop()
            throw error
        }
    }

    /// Makes what modules are not kept waiting for, and says that the daemon is ready once all is bound.
    private func makeRest(
        _ settings: Settings, _ current: Lock<Configuration>, core: Core, group: MultiThreadedEventLoopGroup,
        threads pools: Threads, condition: StoreCondition
    ) async throws -> Parts {
        let threads = pools.reads
        let (loop, inbox, bus, cloud) = (core.loop, core.inbox, core.bus, core.cloud)
        let time = SystemTime()
        threads.start()
        pools.watches.start()
        let counting = RowCounting(loop: loop, path: core.path, readers: core.readers, wake: { inbox.insist(.tick) })
        async let counted: Void = counting.run(on: threads, isCounted: core.isCounted)
        let keep = Lock(settings.modules.mailboxKeep)
        let rekey = RekeyJob(loop: loop, wake: { inbox.insist(.tick) }, now: { time.now().wall })
        if core.isRekeyUnfinished { rekey.resume() }
        let compact = CompactJob(loop: loop, wake: { inbox.insist(.tick) })
        let backup = BackupKeeper(
            database: settings.meta.databasePath, settings: settings.backup, sealing: core.sealing,
            readers: core.readers, time: time, logger: logger("backup"))
        let upkeep = StoreUpkeep(
            loop: loop, settings: settings.upkeep, wake: { inbox.insist(.tick) }, now: { time.now().wall })

        // The recorder ends behind the loop, whose last decisions it writes.
        var services: [any Service] = [
            RecorderService(recorder: core.recorder, logger: logger("trace")),
            LoopService(inbox: inbox, thread: core.thread),
        ]
        services.append(BackupService(keeper: backup, thread: LoopThread()))
        services.append(UpkeepService(upkeep: upkeep, logger: logger("store")))
        services += cloud.services
        let resync = Resync(
            bus: bus, settings: ResyncSettings(node: settings.edgeHub.nodeID), isStoreNew: core.isStoreNew,
            isLinkUp: { loop.status.isLinkUp }, lost: core.lost,
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
            path: settings.meta.databasePath, sealing: core.sealing, readers: core.readers, earlier: condition,
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
        services.append(core.socket)
        let reader = try openStore { () throws(StoreError) in
            try StoreReader(path: settings.meta.databasePath, sealing: core.sealing, beside: core.readers)
        }
        // Who asks the API is told how many objects there are.
        await counted
        let applications = makeApplications(settings, core: core)
        if let applications { services.append(applications) }
        let access = try APIAccess(
            settings, reader: reader, threads: threads, logger: logger("metaserver"), audit: logger("audit"))
        if let certificates = access.certificates { services.append(certificates) }
        let kubernetes = try makeKubernetes(
            core: core, configuration: current, access: access, applications: applications, reader: reader,
            group: pools.api, threads: pools)
        services.append(kubernetes.hub)
        let (server, health) = try await makeServer(
            settings, current, kubernetes, access: access, core: core, store: (reader, care), rekey: rekey,
            keep: (backup, compact, upkeep),
            resync: resync, agent: agent, applications: applications, group: pools.api, threads: threads)
        services.append(server)
        services.append(
            HousekeepingService(
                bus: bus, keep: keep, notifier: notifier, heartbeat: { loop.answers(at: time.now().ticks) },
                logger: logger("modules")))
        let live = Self.liveParts(
            core: core, upkeep: upkeep, backup: backup, keep: keep, logs: logs, access: access,
            applications: applications)
        services.append(makeReload(current, live, health: health))
        notifier.tell("READY=1")
        let lines = core.opening(loop.status.rows) + describe(core.sealing, settings)
        return Parts(
            services: services, care: care, database: OpenDatabase(loop: loop, reader: reader),
            lines: lines + Self.lines(settings, port: server.port))
    }

    func openStore<Result>(_ body: () throws(StoreError) -> Result) throws -> Result {
        do throws(StoreError) {
            return try body()
        } catch {
            throw DaemonError(error)
        }
    }

    func makeFolder(for path: String) throws {
        do {
            try Folders.make(for: path)
        } catch {
            throw DaemonError(code: 73, error.description)
        }
    }

    func bind(_ key: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw DaemonError(code: 73, "\(key): \(error)")
        }
    }

    private func makeReload(_ current: Lock<Configuration>, _ parts: [LivePart], health: Health) -> ReloadService {
        let (read, figures, logger) = (read, figures, logger("config"))
        let worker = ReloadWorker(file: file, notifier: notifier) {
            Reloader(
                current: current, figures: figures, parts: parts, read: read, checks: { health.ready() },
                logger: logger)
        }
        return ReloadService(worker: worker, notifier: notifier)
    }

    private func makeServer(
        _ settings: Settings, _ current: Lock<Configuration>, _ kubernetes: KubeContext, access: APIAccess, core: Core,
        store: (reader: StoreReader, care: StoreCare),
        rekey: RekeyJob,
        keep: (backup: BackupKeeper, compact: CompactJob, upkeep: StoreUpkeep), resync: Resync, agent: NodeAgent?,
        applications: CloudApplications?, group: MultiThreadedEventLoopGroup, threads: NIOThreadPool
    ) async throws -> (HTTPServer, Health) {
        let (loop, inbox, bus, socket) = (core.loop, core.inbox, core.bus, core.socket)
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
            }, trace: core.trace, requests: requests, threads: threads)
        context.configuration = { [figures] in figures.withLock { $0 } }
        context.runningConfiguration = { current.withLock { $0.report.json } }
        context.link = LinkAdapter(read: core.cloud.figures)
        context.undeliverable = { bus.undeliverable }
        context.retired = { bus.retired }
        context.version = version
        if let certificates = access.certificates { context.apiCertificateEnd = { certificates.notAfter } }
        context.resync = resync
        context.socket = { SocketFigures(socket.counters) }
        context.sealing = core.sealing
        context.rekey = rekey
        context.care = store.care
        (context.backup, context.compact) = (keep.backup, keep.compact)
        context.importer = ImportJob(loop: loop, wake: { inbox.insist(.tick) }, now: { SystemTime().now().wall })
        context.upkeep = { keep.upkeep.report }
        context.recorder = core.recorder
        context.applications = applications
        context.watches = { [hub = kubernetes.hub] in hub.figures }
        context.watchersOf = { [hub = kubernetes.hub] path, value in hub.watchers(of: path, value: value) }
        context.audit = access.audit
        context.console = ConsoleFacts(
            node: settings.edgeHub.nodeID, cloud: settings.edgeHub.link.rawValue,
            version: settings.nodeAgent.release, link: { [recorder = core.linkRecorder] in recorder.history })
        if let agent { context.node = { NodeFigures(agent.report) } }
        var router = Router(authenticator: access.authenticator)
        (router.impersonation, router.names) = (access.impersonation, access.names)
        router.addReports(context)
        router.addKubernetes(KubeRoutes(context: kubernetes))
        router.addConflicts(reader: store.reader, threads: threads, writer: LocalWriter(core.inbox))
        var serving = ServerSettings(
            address: settings.metaServer.server ?? "", socketPath: settings.metaServer.socket ?? "")
        serving.maximumConnections = ServerSettings.connections(ofFiles: OpenFiles.raise())
        let server = HTTPServer(
            settings: serving,
            router: router, counts: requests, loops: group, tls: access.certificates, logger: logger("metaserver"))
        if let path = settings.metaServer.socket { try makeFolder(for: path) }
        try await bind("metaserver") { try await server.bind() }
        return (server, Health(context: context))
    }
}
