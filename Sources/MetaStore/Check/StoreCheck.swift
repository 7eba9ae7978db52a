internal import Beehive

/// Checks a database from outside: its pages, its rows, its feed and its outbox.
///
/// It only reads, in one snapshot, so that it may run beside the daemon.
public struct StoreCheck {
    /// How far a check has come.
    public enum Progress: Sendable, Equatable {
        /// SQLite looks at the pages, which may take minutes.
        case pages
        /// Rows of a table were looked at.
        case rows(table: String, done: Int, total: Int)
    }

    /// The most problems that are listed.
    public static let problemLimit = 1000

    let connection: Connection
    let progress: (Progress) -> Void
    /// Opens sealed values; nil leaves their bytes alone.
    let sealing: Sealing?
    /// Values that could not be looked at, for want of their key.
    var unopened = 0
    var report = CheckReport()
    private var unlisted = 0

    /// Checks a file.
    ///
    /// - Parameters:
    ///   - path: the file; it must exist.
    ///   - sealing: opens sealed values; its keys must be here, or it is told where they are kept. Nil counts them only.
    ///   - progress: told how far it is, for long work.
    /// - Returns: what was found; damage is a finding.
    /// - Throws: `StoreError` when the file cannot be opened or read at all, or is another program's.
    public static func run(
        path: String, sealing: Sealing? = nil, progress: @escaping (Progress) -> Void = { _ in }
    ) throws(StoreError) -> CheckReport {
        try run(path: path, sealing: sealing, pace: nil, progress: progress)
    }

    /// The same at a pace, which may also end it.
    static func run(
        path: String, sealing: Sealing?, pace: Pace?, progress: @escaping (Progress) -> Void = { _ in }
    ) throws(StoreError) -> CheckReport {
        let path = DatabaseFile.resolved(path)
        try DatabaseFile.check(path)
        var check = StoreCheck(
            connection: try Connection(path: path, readOnly: true, busyTimeout: .seconds(5)), sealing: sealing,
            progress: progress)
        check.connection.pace = pace
        try check.run()
        return check.report
    }

    private init(connection: Connection, sealing: Sealing?, progress: @escaping (Progress) -> Void) {
        self.connection = connection
        self.sealing = sealing
        self.progress = progress
    }

    private mutating func run() throws(StoreError) {
        try attempt { check throws(StoreError) in try check.checkSchema() }
        guard report.schema > 0 else { return }
        if let sealing, sealing.outer == nil { sealing.load(from: connection) }
        try connection.execute("BEGIN")
        progress(.pages)
        try attempt { check throws(StoreError) in try check.checkPages() }
        try attempt { check throws(StoreError) in try check.checkObjects() }
        try attempt { check throws(StoreError) in try check.checkFeed() }
        try attempt { check throws(StoreError) in try check.checkOutbox() }
        try attempt { check throws(StoreError) in
            let statement = try check.connection.prepare("SELECT key FROM lost ORDER BY key")
            while try statement.step() { check.report.lost.append(statement.text(0)) }
        }
        try connection.execute("COMMIT")
        if unopened > 0 {
            note(connection.path, "\(unopened) sealed values cannot be checked: \(sealing?.problem ?? "no key")")
        }
        if unlisted > 0 { report.problems.append(.init(key: connection.path, what: "\(unlisted) more problems")) }
    }

    /// Runs one part; damage that ends it is noted, since the other tables may be sound.
    private mutating func attempt(
        _ part: (inout StoreCheck) throws(StoreError) -> Void
    ) throws(StoreError) {
        do {
            try part(&self)
        } catch let error where error.code == .corrupt {
            note(connection.path, error.description)
        }
    }

    /// Notes a problem, unless there are very many.
    mutating func note(_ key: String, _ what: String) {
        guard report.problems.count < Self.problemLimit else {
            unlisted += 1
            return
        }
        report.problems.append(.init(key: key, what: what))
    }

    /// Tells now and then how many rows were looked at.
    func told(_ table: String, done: Int, total: Int) {
        if done % 1024 == 0 || done == total { progress(.rows(table: table, done: done, total: total)) }
    }

    private mutating func checkSchema() throws(StoreError) {
        try Migrator(connection: connection, now: 0).requireOwn()
        report.schema = try connection.integer("PRAGMA user_version") ?? 0
        if report.schema <= 0 { note(connection.path, "schema \(report.schema) is none of this program's") }
    }

    private mutating func checkPages() throws(StoreError) {
        let statement = try connection.prepare("PRAGMA integrity_check(\(Self.problemLimit))")
        while try statement.step() {
            let found = statement.text(0)
            if found != "ok" { note(connection.path, found.split(separator: "\n").joined(separator: "; ")) }
        }
    }
}
