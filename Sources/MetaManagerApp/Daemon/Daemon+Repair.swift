internal import Beehive
internal import Glibc
internal import Logging
internal import MetaManager
internal import MetaStore

/// What a repair of the database has to do with the start.
extension Daemon {
    /// More repairs than this in one process do not help: the disk damages the file anew.
    static var repairLimit: Int { 3 }

    /// Opens the database; one that is damaged is repaired first, if it is ours.
    ///
    /// - Parameters:
    ///   - settings: where it is.
    ///   - sealing: gets its keys.
    ///   - condition: takes what a repair came to.
    /// - Returns: the writer.
    /// - Throws: `DaemonError` that names the file and the cure.
    func openOrRepair(
        _ settings: Settings, _ sealing: Sealing, _ condition: inout StoreCondition
    ) throws -> MetaStore {
        do throws(StoreError) {
            // A file that was just repaired in this process is looked at as a whole.
            return try MetaStore(
                path: settings.meta.databasePath, now: SystemTime().now().wall, sealing: sealing,
                look: condition.repairs == 0 ? .short : .whole)
        } catch {
            guard error.isAboutTheFile else { throw DaemonError(error) }
            guard try repair(settings, because: error.description, &condition) else { throw DaemonError(error) }
            return try openStore { () throws(StoreError) in
                try MetaStore(path: settings.meta.databasePath, now: SystemTime().now().wall, sealing: sealing)
            }
        }
    }

    /// Repairs the database, which nobody has open.
    ///
    /// - Returns: false when it is none of ours, and was left as it is.
    func repair(_ settings: Settings, because cause: String, _ condition: inout StoreCondition) throws -> Bool {
        let path = settings.meta.databasePath
        let logger = logger("store")
        let report = try openStore { () throws(StoreError) in
            try Repair.run(
                path: path, sealing: settings.sealing(environment: environment),
                backup: Backups(folder: settings.meta.backupPath, of: path).newestUsable(),
                now: SystemTime().now().wall)
        }
        guard let report else { return false }
        logger.error("The database was damaged", metadata: ["store.problem": "\(cause)"])
        for line in report.lines() { logger.error("\(line)") }
        condition.repairs += 1
        condition.repair = report
        return true
    }

    /// How the database was found, for the person who starts the daemon.
    ///
    /// - Parameters:
    ///   - store: the writer.
    ///   - settings: where backups are.
    /// - Returns: makes the lines, of how many objects it holds.
    func describe(_ store: MetaStore, _ settings: Settings) -> @Sendable (_ rows: Int) -> [String] {
        let (path, lost) = (store.path, store.lostCount)
        let again = lost == 0 ? [] : ["\(lost) lost objects have not come again (metamanager store check lists them)"]
        switch store.opening {
        case .made:
            let lines = ["made a new database, \(path)"] + traces(beside: path, settings)
            return { _ in lines }
        case .opened:
            let what = store.isRestored ? "a backup as the database" : "the database"
            return { rows in ["opened \(what) \(path): \(rows) objects"] + again }
        case .takenOver(let rows, let skipped, let copy):
            let line =
                "took the KubeEdge database \(path) over: \(rows) objects, \(skipped) rows left out; "
                + "the file as it was is \(copy)"
            return { _ in [line] }
        }
    }

    /// What speaks of an earlier database that is not there any more.
    private func traces(beside path: String, _ settings: Settings) -> [String] {
        var traces: [String] = []
        if Folders.exists(path + ".damaged") { traces.append(path + ".damaged") }
        if let backup = Backups(folder: settings.meta.backupPath, of: path).newest() { traces.append(backup) }
        guard !traces.isEmpty else { return [] }
        return [
            "there was another database before: \(traces.joined(separator: ", ")) may be put in its place while the "
                + "daemon does not run"
        ]
    }
}

/// Who has the database open: it must be closed before it is exchanged for another.
struct OpenDatabase {
    private final class Holders: Sendable {
        private struct State {
            weak var loop: MetadataLoop?
            weak var reader: StoreReader?
        }

        private let state: Lock<State>

        init(_ loop: MetadataLoop, _ reader: StoreReader) { state = Lock(State(loop: loop, reader: reader)) }

        var isClosed: Bool { state.withLock { $0.loop == nil && $0.reader == nil } }
    }

    private let holders: Holders

    init(loop: MetadataLoop, reader: StoreReader) { holders = Holders(loop, reader) }

    /// Waits until both have let go of it: connections that are just being closed may hold them a little longer.
    func waitUntilClosed() async throws {
        let end = SystemTime().now().advanced(by: .seconds(10)).ticks
        while !holders.isClosed {
            guard SystemTime().now().ticks < end else {
                throw DaemonError(code: 74, "the database is still in use and cannot be repaired; restart the daemon")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
