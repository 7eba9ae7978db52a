internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManagerApp
internal import MetaServer
internal import MetaStore

/// `metamanager store rekey`: a new data key, and sealed values sealed anew; exit code 1 when some do not open.
struct StoreRekeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Seal all secrets anew with a new key, through the daemon or on a file.",
        discussion: """
            The data key in the database is replaced. With --new-key-file the key that wraps it is replaced too: the file \
            is made if it is not there, and meta.encryption.key-file has to name it before the next start.

            What was begun and ended early goes on with the next start of the daemon, or the next rekey.
            """)

    @Option(help: "Work on this file in place of asking the daemon, which must not run.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @Option(help: "The file of a new key-encryption key.")
    var newKeyFile: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let newFile = newKeyFile.map(SealingFile.absolute)
        let progress = try database.map { try rekey(file: $0, newFile: newFile) } ?? askDaemon(newFile)
        Diagnostics.result("sealed anew: \(progress.done) values, \(progress.unreadable) do not open")
        if let newFile { Diagnostics.note("set meta.encryption.key-file: \(newFile) before the next start") }
        if progress.unreadable > 0 { throw ExitCode(1) }
    }

    private typealias Figures = (done: Int, unreadable: Int)

    private func askDaemon(_ newFile: String?) throws -> Figures {
        let query = newFile.map { "?new-key-file=\(GetCommand.escaped($0))" } ?? ""
        var report = try daemon.post("/metamanager/v1/rekey" + query).json ?? .null
        var told = -1
        while report["state"]?.text == "running" {
            usleep(100_000)
            report = try daemon.get("/metamanager/v1/rekey").json ?? .null
            let done = report["done"]?.integer ?? 0
            if done != told { Diagnostics.note("\(done) of \(report["total"]?.integer ?? 0) values") }
            told = done
        }
        guard report["state"]?.text == "done" else {
            throw Failure.no(report["problem"]?.text ?? "the daemon's answer is unreadable")
        }
        return (report["done"]?.integer ?? 0, report["unreadable"]?.integer ?? 0)
    }

    private func rekey(file: String, newFile: String?) throws -> Figures {
        do {
            let lock = try DatabaseLock(database: file)
            defer { withExtendedLifetime(lock) {} }
            // It must exist: a new one has nothing to seal.
            _ = try StoreReader(path: file)
            let now = SystemTime().now().wall
            let store = try MetaStore(path: file, now: now, sealing: SealingFile.sealing(file, key: keyFile))
            try store.beginRekey(newKey: newFile.map { .file($0) }, now: now)
            while true {
                let progress = try store.continueRekey()
                if progress.isFinished {
                    try store.checkpoint()
                    return (progress.done, progress.unreadable)
                }
                Diagnostics.note("\(progress.done) of \(progress.total) values")
            }
        } catch let error as DaemonError {
            throw Failure.cannotCreate(error.description)
        } catch {
            throw StoreFailure.exit(error)
        }
    }
}
