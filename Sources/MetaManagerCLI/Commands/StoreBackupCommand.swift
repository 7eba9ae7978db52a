internal import ArgumentParser
internal import Beehive
internal import Glibc
internal import MetaManagerApp
internal import MetaServer
internal import MetaStore

/// `metamanager store backup FILE`: a checked copy of the database, closed to other users.
struct StoreBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a checked copy of the database, through the daemon or of a file.",
        discussion: """
            The copy is one state of the database, mode 0600, and needs the same key. Nothing is overwritten. A database \
            that is damaged is not copied.

            To restore one: stop the daemon, put the copy in the database's place, remove '-wal' and '-shm' beside it, \
            start the daemon.
            """)

    @Argument(help: "The file to write.")
    var file: String

    @Option(help: "Copy this database in place of asking the daemon, which must not run.")
    var database: String?

    @Option(help: "The key file of that database; the file 'key' beside it if not named.")
    var keyFile: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let target = SealingFile.absolute(file)
        let (bytes, rows) = try database.map { try copy($0, to: target) } ?? askDaemon(target)
        Diagnostics.result("\(target): \(rows) objects, \(bytes) bytes")
    }

    private func askDaemon(_ target: String) throws -> (bytes: Int, rows: Int) {
        var report = try daemon.post("/metamanager/v1/backup?path=\(GetCommand.escaped(target))").json ?? .null
        while report["state"]?.text == "running", report["path"]?.text == target {
            usleep(100_000)
            report = try daemon.get("/metamanager/v1/backup").json ?? .null
        }
        guard report["path"]?.text == target else {
            throw Failure.io("the daemon has begun another backup since; look whether \(target) is there")
        }
        guard report["state"]?.text == "done" else {
            let code = report["code"]?.text.flatMap { StoreError.Code(rawValue: $0) } ?? .other
            throw Self.failure(StoreError(code, report["problem"]?.text ?? "the daemon's answer is unreadable"))
        }
        return (report["bytes"]?.integer ?? 0, report["rows"]?.integer ?? 0)
    }

    private func copy(_ database: String, to target: String) throws -> (bytes: Int, rows: Int) {
        do {
            let lock = try DatabaseLock(database: database)
            defer { withExtendedLifetime(lock) {} }
            let copy = try StoreBackup(
                of: database, sealing: SealingFile.sealing(database, key: keyFile), rests: false
            ).write(to: target)
            return (copy.bytes, copy.rows)
        } catch let error as DaemonError {
            throw Failure.cannotCreate(error.description)
        } catch let error as StoreError {
            throw Self.failure(error)
        }
    }

    /// Damage is a no; a file that cannot be made is told from a disk that fails.
    private static func failure(_ error: StoreError) -> any Error {
        switch error.code {
        case .corrupt: Failure.no(error.description)
        case .cannotOpen, .readOnly: Failure.cannotCreate(error.description)
        default: StoreFailure.exit(error)
        }
    }
}
