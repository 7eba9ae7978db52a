import Beehive
import EdgeHub
import Glibc
import Logging
import MetaManager
import MetaStore
import ServiceLifecycle

/// `embedded FOLDER DATABASE`: runs until it is told to end by SIGTERM or SIGINT.
@main
struct EmbeddedProgram {
    static func main() async throws {
        guard CommandLine.arguments.count == 3 else {
            say("usage: embedded FOLDER DATABASE (a folder of manifests, and where to keep what they say)")
            exit(64)
        }
        try await run(folder: CommandLine.arguments[1], database: CommandLine.arguments[2])
        say("ended in order")
    }

    private static func run(folder: String, database: String) async throws {
        let time = SystemTime()
        let logger = Logger(label: "embedded") { StreamLogHandler.standardError(label: $0) }

        // Secrets and tokens lie sealed on the disk, under a key that is made at the first start.
        let sealing = Sealing(types: [.secret, .serviceAccountToken], key: .file("\(database).key"))
        // The store has one writer: the loop. Whoever reads beside it opens a StoreReader.
        let store = try MetaStore(path: database, now: time.now().wall, sealing: sealing)
        // Everything that happens goes through one bounded inbox; modules and the cloud's side wait for room.
        let inbox = Inbox<Input>(capacity: 1024, sizeLimit: 16 << 20, measure: { $0.size })
        let ids = Lock(MessageIDSource())
        let bus = ModuleBus(
            intake: Intake(inbox), owed: { RelistTypes.of($0) },
            relist: { module, types in
                RelistTypes.frame(for: module, types: types, id: ids.withLock { $0.next() }, at: time.now())
            })
        // The cloud's side: here a folder of manifests; NoCloud() for none, WebSocketLink for a CloudCore.
        var settings = DirectorySettings(folder: folder, statusFolder: "\(database).status")
        settings.sendsEverything = store.opening == .made
        let cloud = DirectorySource(settings: settings, inbox: inbox, logger: logger)
        let loop = MetadataLoop(
            store: store, planner: Planner(settings: PlanningSettings(), now: time.now()), inbox: inbox, bus: bus,
            cloud: cloud)
        // The loop blocks on the disk, so it has a thread of its own.
        let thread = LoopThread()
        thread.start { loop.run() }

        let services = ServiceGroup(
            services: [cloud, TinyEdged(bus: bus)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        var failure: (any Error)?
        do { try await services.run() } catch { failure = error }
        // Closing the inbox lets the loop finish what is in it, note what was delivered, and end.
        inbox.close()
        await thread.join()
        let report = loop.status
        say("\(report.rows) objects stored")
        if let failure { throw failure }
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
