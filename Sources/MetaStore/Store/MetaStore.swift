internal import Beehive

/// The store's writer: one SQLite connection, used by one thread.
///
/// WAL and `synchronous=FULL`: what a transaction has committed survives a power cut.
public final class MetaStore {
    let connection: Connection
    let statements: NamedStatements
    var counters = Counters()
    /// What was found when the file was opened.
    public let opening: Opening

    /// Numbers that a rolled-back transaction must not keep.
    struct Counters {
        var revision: Int64 = 0
        var deliveredRevision: Int64 = 0
        var places: [Int64] = OutboxLane.allCases.map { $0.places.lowerBound }
        var states = 0
        var facts = 0
        var rows = 0
    }

    /// What was found when the file was opened.
    public enum Opening: Sendable, Equatable {
        /// A new file was made.
        case made
        /// A file of this program.
        case opened
        /// A KubeEdge database was taken over.
        case takenOver(rows: Int, skipped: Int, copy: String)
    }

    /// How many changes the feed keeps for clients that resume.
    public var feedWindow: Int64 = 10_000

    /// Opens or makes a database.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - now: milliseconds since 1970; the first revision of a new store starts there.
    ///   - busyTimeout: how long a write waits for another process's lock.
    /// - Throws: `StoreError` that names the file and the cure.
    public init(path: String, now: Int64, busyTimeout: Duration = .seconds(10)) throws(StoreError) {
        connection = try Connection(path: path, readOnly: false, busyTimeout: busyTimeout)
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        let mode = try connection.text("PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw StoreError(.cannotOpen, "database \(path) cannot use a write-ahead log; put it on a local disk")
        }
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA wal_autocheckpoint = 2000")
        try connection.execute("PRAGMA journal_size_limit = 16777216")
        try connection.execute("PRAGMA cache_size = -6144")
        try connection.execute("PRAGMA temp_store = MEMORY")
        let migrator = Migrator(connection: connection, now: now)
        let outcome: Migrator.Outcome
        do {
            outcome = try migrator.run()
        } catch let error where error.code == .other {
            // A foreign schema in the file's way is told as what it is.
            throw StoreError(.notADatabase, error.description)
        }
        opening =
            switch outcome {
            case .made: .made
            case .opened: .opened
            case .takenOver(let report):
                .takenOver(rows: report.rows, skipped: report.skipped, copy: report.copy)
            }
        statements = NamedStatements(connection)
        try load(now: now)
    }

    /// Opens a database only to read it; it must exist and have this program's schema.
    init(reading path: String) throws(StoreError) {
        connection = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
        let application = try connection.integer("PRAGMA application_id") ?? 0
        guard application == Schema.applicationID else {
            throw StoreError(
                .notADatabase, "\(path) is no database of this program; start the daemon on it once to take it over")
        }
        opening = .opened
        statements = NamedStatements(connection)
        // A reader does not follow what comes and goes in the outbox: it always looks.
        counters.states = 1
        counters.deliveredRevision = try connection.integer("SELECT value FROM state WHERE name = 'delivered'") ?? 0
    }

    /// Reads the numbers that are kept in memory from then on.
    private func load(now: Int64) throws(StoreError) {
        let feed = try connection.integer("SELECT max(revision) FROM change") ?? 0
        let floor = try connection.integer("SELECT value FROM state WHERE name = 'revision'") ?? 0
        counters.revision = max(feed, floor)
        if counters.revision == 0 {
            // Above any number a client of an older store may hold, so that it is told to list again.
            let newest = try connection.integer("SELECT max(revision) FROM object") ?? 0
            counters.revision = max(now * 1000, newest)
            try connection.execute("INSERT INTO state(name, value) VALUES('revision', \(counters.revision))")
        }
        counters.deliveredRevision = try connection.integer("SELECT value FROM state WHERE name = 'delivered'") ?? 0
        counters.rows = Int(try connection.integer("SELECT count(*) FROM object") ?? 0)
        for (index, lane) in OutboxLane.allCases.enumerated() {
            let range = lane.places
            let last = try connection.integer(
                "SELECT max(place) FROM outbox WHERE place BETWEEN \(range.lowerBound) AND \(range.upperBound)")
            counters.places[index] = max(range.lowerBound, last ?? 0)
        }
        counters.states = Int(try connection.integer("SELECT count(*) FROM outbox WHERE class = 0") ?? 0)
        counters.facts = Int(try connection.integer("SELECT count(*) FROM outbox WHERE class = 1") ?? 0)
    }

    /// The file.
    public var path: String { connection.path }

    /// The newest revision; gap-free, above any number of an older store.
    public var revision: Int64 { counters.revision }

    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 { counters.deliveredRevision }

    /// How many objects are stored.
    public var rows: Int { counters.rows }

    /// How often each of `statementNames` ran.
    public var statementCounts: [UInt64] { statements.counts }

    /// The names of the statements, for metrics.
    public static var statementNames: [String] { Query.allCases.map { "\($0)" } }

    /// Runs a transaction: all of it is durable when this returns, or none of it happened.
    ///
    /// - Parameters:
    ///   - isWriting: whether it may change anything; a reading one never waits for another process.
    ///   - body: the work; what it throws rolls everything back and is rethrown.
    /// - Returns: what the body gave.
    public func transaction<Result>(
        writing isWriting: Bool, _ body: (StoreTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let before = counters
        try connection.execute(isWriting ? "BEGIN IMMEDIATE" : "BEGIN")
        do {
            let result = try body(StoreTransaction(store: self))
            if isWriting { try prune(from: before.revision) }
            try connection.execute("COMMIT")
            return result
        } catch {
            // The first error is the one to tell; SQLite may have rolled back by itself.
            if !connection.isIdle { try? connection.execute("ROLLBACK") }
            counters = before
            throw error
        }
    }

    /// Compacts the feed now and then: each 256 revisions, what is behind the window goes.
    private func prune(from before: Int64) throws(StoreError) {
        guard counters.revision >> 8 != before >> 8 else { return }
        let statement = try statements[.feedPrune]
        statement.bind(1, counters.revision - feedWindow)
        try statement.run()
    }

    /// Moves the log into the file and forgets about it, as far as readers allow.
    public func checkpoint() throws(StoreError) { _ = try connection.text("PRAGMA wal_checkpoint(TRUNCATE)") }
}
