internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManager
internal import MetaManagerApp
internal import MetaServer
internal import MetaStore

/// `metamanager store import`: the rows of a KubeEdge file, into the running daemon or a database.
struct StoreImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read a KubeEdge edgecore.db, through the daemon or into a database.",
        discussion: """
            The file stays as it is. Into a database that is not there yet everything goes, tables of other modules too. \
            Into one that is there, or into the daemon, its objects go: newer versions win, what is stored wins a draw, \
            and the tables of other modules are left out.
            """)

    @Argument(help: ArgumentHelp("KubeEdge's file, of any release.", valueName: "file"))
    var file: String

    @Option(help: "Work on this database, which no daemon may use; it is made if it is not there.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        let report = try database.map(read(into:)) ?? askDaemon()
        if output == .json { return Diagnostics.result(report.json) }
        func number(_ name: String) -> Int { report[name]?.integer ?? 0 }
        Diagnostics.result(
            "read \(number("total")) rows: \(number("added")) objects added, \(number("replaced")) replaced, "
                + "\(number("kept")) kept as they are here, \(number("skipped")) rows are no objects")
        let tables = (report["tables"]?.elements ?? []).compactMap(\.text)
        if !tables.isEmpty {
            Diagnostics.note("not read: the tables \(tables.joined(separator: ", ")) of other modules")
        }
    }

    private func askDaemon() throws -> JSONValue {
        let query = "?path=\(GetCommand.escaped(SealingFile.absolute(file)))"
        var report = try daemon.post("/metamanager/v1/import" + query).json ?? .null
        while report["state"]?.text == "running" {
            usleep(100_000)
            report = try daemon.get("/metamanager/v1/import").json ?? .null
        }
        guard report["state"]?.text == "done" else {
            throw Failure.no(report["problem"]?.text ?? "the daemon's answer is unreadable")
        }
        return report
    }

    private func read(into database: String) throws -> JSONValue {
        do {
            let lock = try DatabaseLock(database: database)
            defer { withExtendedLifetime(lock) {} }
            let now = SystemTime().now().wall
            let sealing = try SealingFile.sealing(
                database, key: keyFile, types: daemon.configuration.load().settings.meta.sealedTypes)
            var report = ImportReport()
            // The file first: a wrong one must not cost a change of the database.
            let source = try StoreImport(file: file)
            report.progress = source.report
            if access(database, F_OK) == 0 {
                // A sealing that is not here tells with the first row that needs it.
                let store = try MetaStore(path: database, now: now, sealing: sealing)
                repeat { report.progress = try source.step(into: store, now: now) } while !report.progress.isFinished
                try store.checkpoint()
            } else {
                let made = try StoreImport.make(database, from: file, now: now, sealing: sealing)
                (report.progress.added, report.progress.skipped) = made
                // They went along.
                report.progress.foreignTables = []
            }
            report.state = .done
            return ExchangeReports.json(report)
        } catch let error as DaemonError {
            throw Failure.cannotCreate(error.description)
        } catch {
            throw StoreFailure.exit(error)
        }
    }
}
