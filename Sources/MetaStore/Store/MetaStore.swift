internal import Beehive

/// The store's writer: one SQLite connection, used by one thread.
///
/// WAL and `synchronous=FULL`: what a transaction has committed survives a power cut.
public final class MetaStore {
    var connection: Connection
    var statements: NamedStatements
    var counters = Counters()
    /// Nil until somebody asks, and after anything that the writer did not do or that was undone.
    var outboxIDs: OutboxIDs?
    /// False for a reader's connection, which follows what the writer commits.
    let isWriter: Bool
    /// SQLite's mark that tells whether another connection has committed.
    private var otherCommits: Int64 = 0
    /// What is sealed and with which keys; nil: sealed values do not open, and nothing is sealed.
    let sealing: Sealing?
    /// How far a change of the data key has come.
    var rekey: Rekey?
    /// The file that was opened, to tell it from another at its path.
    var identity: SIMD2<UInt64>?
    /// The readers beside this writer: they follow it when it opens its file anew.
    public let readers = StoreReaders()
    /// The log that is open, once there is one.
    var logIdentity: SIMD2<UInt64>?
    /// False when the open connection has yet to be told how to work.
    var isConfigured = true
    /// True after the disk failed while the log was moved into the file.
    public internal(set) var isLogSuspect = false
    /// True after another process has held the database for too long.
    var wasLocked = false
    /// Since when nothing stands at the path, in monotonic nanoseconds.
    var missingSince: UInt64?
    /// The last vain try to open the file anew.
    var lastRenewal: (ticks: UInt64, error: StoreError)?
    /// What was found when the file was opened.
    public let opening: Opening
    /// True when the file was a backup that somebody put in the database's place.
    public private(set) var isRestored = false

    /// What was found when the file was opened.
    public enum Opening: Sendable, Equatable {
        /// A new file was made.
        case made
        /// A file of this program.
        case opened
        /// A KubeEdge database was taken over.
        case takenOver(rows: Int, skipped: Int, copy: String)
    }

    /// What is done before a store can be used; what it takes must not grow with the store where somebody waits.
    public enum FirstLook: Sendable {
        /// Everything: rows are counted, and values that must not stand in plain are looked for.
        case whole
        /// What rows there are is left to `RowCount`, and what stands in plain to `StoreSurvey`.
        case short
    }

    /// How many changes the feed keeps for clients that resume; at least one is kept.
    public var feedWindow: Int64 = 10_000

    /// How old a change may become in the feed, in milliseconds; the newest is kept.
    public var feedAge: Int64 = 3_600_000

    /// How many bytes rows that are merely cached may take.
    public var cacheBudget: Int64 = 256 << 20

    /// From how many bytes on somebody is told of the log; it is made shorter long before, as far as readers allow.
    public var logLimit = 64 << 20

    /// The time of the last change, in milliseconds since 1970; 0 before the first.
    var moment: Int64 = 0
    /// True when rows were cached since the budget was last looked at.
    var mayExceedBudget = false
    /// What upkeep remembers from one time to the next.
    var upkeep = Upkeep()

    /// Opens or makes a database, closed to other users (0600).
    ///
    /// A file that is refused is left as it was.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - now: milliseconds since 1970; the first revision of a new store starts there.
    ///   - busyTimeout: how long a write waits for another process's lock.
    ///   - sealing: which values are sealed; gets its keys here. That they are missing is told by it, not thrown.
    ///   - look: what is done before this returns.
    /// - Throws: `StoreError` that names the file and the cure.
    public convenience init(
        path: String, now: Int64, busyTimeout: Duration = .seconds(10), sealing: Sealing? = nil,
        look: FirstLook = .whole
    ) throws(StoreError) {
        let path = DatabaseFile.resolved(path)
        // A database between two names is no lost one.
        try Repair.finish(path)
        try DatabaseFile.prepare(path)
        try self.init(
            writing: try Connection(path: path, readOnly: false, busyTimeout: busyTimeout, gathersWrites: true),
            now: now, sealing: sealing, look: look)
    }

    /// Takes an open connection, so that tests can bound its pages beforehand.
    init(
        writing connection: Connection, now: Int64, sealing: Sealing? = nil, look: FirstLook = .whole
    ) throws(StoreError) {
        self.connection = connection
        self.sealing = sealing
        isWriter = true
        // Before the log is switched on: a file that is refused, or fails to be taken over, keeps every byte.
        try connection.execute("PRAGMA synchronous = FULL")
        opening = try Migrator(connection: connection, now: now).run()
        identity = DatabaseFile.identity(connection.path)
        try Self.configure(connection)
        statements = NamedStatements(connection)
        // What was just made or moved has been read anyway.
        counters = try readCounters(counting: true, rows: look == .whole || opening != .opened)
        try beginRevisions(now: now)
        // A disk that fails here does so again at the first write, which is refused then.
        try? settleLog()
        otherCommits = try readOtherCommits()
        isRestored = try beginCopy(now: now)
        if let sealing { openSealing(sealing, now: now, look: look) }
    }

    static func configure(_ connection: Connection) throws(StoreError) {
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw StoreError(
                .cannotOpen, "database \(connection.path) cannot use a write-ahead log; put it on a local disk")
        }
        connection.watchLog()
        // The writer counts cached rows itself.
        connection.fireTriggers(false)
        // What gathers writes relies on it, and builds of SQLite differ in what a log has by itself.
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA journal_size_limit = 16777216")
        try connection.execute("PRAGMA cache_size = -6144")
        try connection.execute("PRAGMA temp_store = MEMORY")
        // What was replaced or removed is overwritten with zeros: values that were in plain must not stay in free pages.
        try connection.execute("PRAGMA secure_delete = ON")
    }

    /// Opens a database only to read it; it must exist and have this program's schema.
    init(reading path: String, sealing: Sealing? = nil) throws(StoreError) {
        let path = DatabaseFile.resolved(path)
        try DatabaseFile.check(path)
        self.sealing = sealing
        connection = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
        isWriter = false
        identity = nil
        try Migrator(connection: connection, now: 0).requireOwn()
        opening = .opened
        statements = NamedStatements(connection)
        // Beside a writer the keys are here already.
        if let sealing, sealing.outer == nil { sealing.load(from: connection) }
    }

    /// The file.
    public var path: String { connection.path }

    /// The newest revision; gap-free, above any number of an older store.
    public var revision: Int64 { counters.revision }

    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 { counters.deliveredRevision }

    /// How many objects are stored; before they are counted, how many more than at the start.
    public var rows: Int { counters.rows }

    /// False until the objects have been counted.
    public var isCounted: Bool { counters.isCounted }

    /// How often each of `statementNames` ran.
    public var statementCounts: [UInt64] { statements.counts }

    /// How long each of `statementNames` has run, in nanoseconds.
    public var statementNanoseconds: [UInt64] { statements.nanoseconds }

    /// The names of the statements, for metrics.
    public static var statementNames: [String] { Query.allCases.map { "\($0)" } }

    /// Runs a transaction: all of it is durable when this returns, or none of it happened.
    ///
    /// - Parameters:
    ///   - isWriting: whether it may change anything; a reading one never waits for another process.
    ///   - body: the work; what it throws rolls everything back and is rethrown.
    /// - Returns: what the body gave.
    /// - Throws: `StoreError` that names the file and the cure.
    public func transaction<Result>(
        writing isWriting: Bool, _ body: (StoreTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        var before = counters
        if isWriting {
            try heal()
            try beginWriting()
        } else {
            try statements[.begin].run()
        }
        do {
            try noticeOthers()
            before = counters
            let result = try body(StoreTransaction(store: self))
            if isWriting {
                try requireFile()
                try keepBudget()
                try noteCached(since: before)
                try keepWindow(from: before.revision)
            }
            try requireOpen()
            try statements[.commit].run()
            upkeep.commit()
            if isWriting { boundLog() }
            return result
        } catch {
            // The end itself takes no time, and has to succeed.
            connection.limit.end()
            // The first error is the one to tell; SQLite may have rolled back by itself.
            if !connection.isIdle { try? statements[.rollback].run() }
            counters = before
            outboxIDs = nil
            upkeep.undo()
            throw error
        }
    }

    /// Begins a reading transaction that `endReading` ends.
    func beginReading() throws(StoreError) {
        try statements[.begin].run()
        try noticeOthers()
    }

    /// Ends what `beginReading` began.
    func endReading() {
        if !connection.isIdle { try? statements[.rollback].run() }
    }

    /// Refuses to go on when SQLite has ended the transaction by itself after an error: what follows would be
    /// committed statement by statement.
    func requireOpen() throws(StoreError) {
        guard connection.isIdle else { return }
        throw StoreError(
            .other,
            "database \(path): the transaction has ended after an earlier error; nothing of it was stored, retry")
    }

    /// Reads the counters again when another connection has committed: a tool on the file, or a reader's writer.
    private func noticeOthers() throws(StoreError) {
        let mark = try readOtherCommits()
        guard mark != otherCommits else { return }
        var read = try readCounters(counting: isWriter, rows: isWriter)
        // Places and revisions that were given out are never given again.
        read.revision = max(read.revision, counters.revision)
        read.places.replace(with: counters.places, where: counters.places .> read.places)
        counters = read
        outboxIDs = nil
        otherCommits = mark
    }

    private func readOtherCommits() throws(StoreError) -> Int64 {
        let statement = try statements[.otherCommits]
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.integer(0)
    }
}
