internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManagerApp
internal import MetaServer
internal import MetaStore

/// `metamanager store repair`: a new database of all that can still be read; exit code 1 when something was lost.
struct StoreRepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Build the database anew from all that can still be read of it.",
        discussion: """
            The damaged file is kept beside the new one, as FILE.damaged. What was lost is listed by key; the daemon asks the \
            cloud for it as soon as the link is up.

            Through the daemon: it ends its work in order, repairs the database, and goes on, in the same process.
            """)

    @Option(help: "Repair this file in place of asking the daemon, which must not run.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let isComplete = try database.map(repair(file:)) ?? askDaemon()
        if !isComplete { throw ExitCode(1) }
    }

    private func repair(file: String) throws -> Bool {
        do {
            let lock = try DatabaseLock(database: file)
            defer { withExtendedLifetime(lock) {} }
            let report = try Repair.run(
                path: file, sealing: SealingFile.sealing(file, key: keyFile), backup: Self.backup(of: file),
                now: SystemTime().now().wall)
            guard let report else {
                throw Failure.badInput(
                    "\(file) holds nothing that this program has written, and was left as it is; name another file")
            }
            for key in report.lost { Diagnostics.result("lost \(key)") }
            for line in report.lines(naming: 0) { Diagnostics.note(line) }
            return report.isComplete
        } catch let error as DaemonError {
            throw Failure.cannotCreate(error.description)
        } catch {
            throw StoreFailure.exit(error)
        }
    }

    private static func backup(of file: String) -> String? {
        let path = StorePath.resolved(file)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return Backups(folder: folder + "backup", of: path).newestUsable()
    }

    private func askDaemon() throws -> Bool {
        let before = try daemon.post("/metamanager/v1/repair").json?["repairs"]?.integer ?? 0
        Diagnostics.note("the daemon ends its work, repairs its database and goes on")
        let client = try daemon.client()
        for _ in 0..<1200 {
            usleep(100_000)
            // Not reachable while it repairs.
            guard let store = try? client.get("/metamanager/v1/status").json?["store"],
                store["repairs"]?.integer ?? 0 > before, let repair = store["repair"]
            else { continue }
            for key in try daemon.get("/metamanager/v1/check").json?["lost"]?.elements ?? [] {
                Diagnostics.result("lost \(key.text ?? "")")
            }
            for line in repair["lines"]?.elements ?? [] { Diagnostics.note(line.text ?? "") }
            return ["lost", "unnamed", "outbox_lost"].allSatisfy { repair[$0]?.integer == 0 }
        }
        throw Failure.no("the daemon has not come back within two minutes: look at its log")
    }
}
