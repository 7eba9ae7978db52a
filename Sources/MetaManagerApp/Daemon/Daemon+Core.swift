internal import Beehive
internal import BeehiveSocket
internal import EdgeHub
internal import Logging
internal import MetaManager
internal import MetaServer
internal import MetaStore
internal import NIOCore
internal import NIOPosix

/// What it takes to answer a module: the store, the loop that owns it, and the socket.
struct Core {
    let loop: MetadataLoop
    /// The loop's; it runs.
    let thread: LoopThread
    let inbox: Inbox<Input>
    let bus: ModuleBus
    let cloud: CloudSide
    let socket: BeehiveSocketServer
    let trace: DecisionTrace
    let linkRecorder: LinkRecorder
    let recorder: FlightRecorder
    let sealing: Sealing
    /// Rings after each commit.
    let bell: CommitBell
    let path: String
    let readers: StoreReaders
    let isStoreNew: Bool
    let isRekeyUnfinished: Bool
    /// False while nobody knows how many objects there are.
    let isCounted: Bool
    let lost: [String]
    /// How the database was found, told with the number of its objects.
    let opening: @Sendable (_ rows: Int) -> [String]
}

extension Daemon {
    /// Opens the store and begins to answer modules; nothing of it takes the longer the more is stored.
    ///
    /// - Parameters:
    ///   - settings: what the daemon runs with.
    ///   - group: whose event loop is used.
    ///   - threads: for work that blocks; they are yet to be started.
    ///   - condition: takes what a repair came to.
    /// - Returns: the parts, whose loop has to be ended by its inbox.
    /// - Throws: `DaemonError` that names what is wrong and the cure; then nothing runs.
    func makeCore(
        _ settings: Settings, group: MultiThreadedEventLoopGroup, threads: NIOThreadPool,
        _ condition: inout StoreCondition
    ) async throws -> Core {
        let time = SystemTime()
        let sealing = settings.sealing(environment: environment)
        // That the key's folder cannot be made is told with the key.
        try? Folders.make(for: settings.meta.keyFile)
        let store = try openOrRepair(settings, sealing, &condition)
        let (path, readers, isCounted) = (store.path, store.readers, store.isCounted)
        let undelivered = store.deliveredRevision < store.revision ? store.deliveredRevision + 1...store.revision : nil
        let opening = describe(store, settings)
        let lost = try openStore { () throws(StoreError) in try store.lostKeys(limit: StoreSurvey.limit) }
        // Of rows without a name only the pods know, as of a new store's; and of a backup in its place the cloud, and the
        // folder that stands in for it, remember what it does not hold.
        let isStoreNew = store.opening == .made || store.isRestored || condition.repair?.unnamed ?? 0 > 0
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
        let linkRecorder = LinkRecorder(started: time.now().wall)
        let recorder = FlightRecorder(
            folder: settings.trace.path, bytes: settings.trace.bytes, build: Release.version)
        let bell = CommitBell()
        let planner = Planner(
            settings: settings.planning, undelivered: undelivered, now: time.now())
        let loop = MetadataLoop(
            store: store, planner: planner, inbox: inbox, bus: bus, cloud: cloud.port, time: time,
            committed: { bell.ring($0) },
            observer: { decisions in
                trace.record(decisions)
                linkRecorder.record(decisions) { cloud.figures().problems.first }
            }, recorder: recorder)
        let socket = BeehiveSocketServer(
            settings: settings.moduleSocket, bus: bus, intake: intake, group: group, logger: logger("module-socket"))
        try makeFolder(for: settings.modules.socketPath)
        try await bind("modules.socket.path") { try await socket.bind() }
        let thread = LoopThread()
        recorder.start()
        thread.start { loop.run() }
        return Core(
            loop: loop, thread: thread, inbox: inbox, bus: bus, cloud: cloud, socket: socket, trace: trace,
            linkRecorder: linkRecorder, recorder: recorder, sealing: sealing, bell: bell, path: path, readers: readers,
            isStoreNew: isStoreNew,
            isRekeyUnfinished: isRekeyUnfinished, isCounted: isCounted, lost: lost, opening: opening)
    }
}
