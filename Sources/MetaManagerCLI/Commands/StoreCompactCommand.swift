internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManagerApp
internal import MetaServer
internal import MetaStore

/// `metamanager store compact`: gives the database's free space back to the file system.
struct StoreCompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Give free space in the database back, through the daemon or on a file.",
        discussion: """
            Through the daemon, which goes on meanwhile, pages that are free as a whole are given back. On a file \
            everything is written anew, without any gap: it needs free space of twice the file for a while.
            """)

    @Option(help: "Work on this file in place of asking the daemon, which must not run.")
    var database: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let (before, after, kept) = try database.map(compact) ?? askDaemon()
        Diagnostics.result("before \(before) bytes, after \(after) bytes")
        if kept > 0 {
            Diagnostics.note(
                "\(kept) free bytes stay in the file: stop the daemon and run metamanager store compact --database FILE"
            )
        }
    }

    private typealias Figures = (before: Int, after: Int, kept: Int)

    private func askDaemon() throws -> Figures {
        var report = try daemon.post("/metamanager/v1/compact").json ?? .null
        while report["state"]?.text == "running" {
            usleep(100_000)
            report = try daemon.get("/metamanager/v1/compact").json ?? .null
        }
        guard report["state"]?.text == "done" else {
            throw Failure.io(report["problem"]?.text ?? "the daemon's answer is unreadable")
        }
        return (
            report["before"]?.integer ?? 0, report["after"]?.integer ?? 0, report["kept"]?.integer ?? 0
        )
    }

    private func compact(_ file: String) throws -> Figures {
        do {
            let lock = try DatabaseLock(database: file)
            defer { withExtendedLifetime(lock) {} }
            let progress = try MetaStore.compact(file: file)
            return (progress.before, progress.after, progress.kept)
        } catch let error as DaemonError {
            throw Failure.cannotCreate(error.description)
        } catch {
            throw StoreFailure.exit(error)
        }
    }
}
