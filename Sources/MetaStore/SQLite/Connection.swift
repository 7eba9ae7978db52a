internal import Beehive
internal import CGatheredWrites
internal import CSQLite

/// One connection of SQLite, used by one thread at a time.
///
/// A thin layer: prepared statements, bytes in and out, errors that name what was done.
final class Connection {
    let handle: OpaquePointer
    let path: String
    let busyTimeout: Duration
    private let isReadOnly: Bool
    /// How many pages the log held after the last commit of this connection.
    private(set) var logPages = 0
    /// Until when the read under way has to be through.
    let limit = ReadLimit()
    private var obeysLimit = false

    /// Asked now and then by each statement while it runs; what it says ends the statement.
    var pace: Pace? {
        didSet {
            // SQLite asks one party only.
            if pace == nil, obeysLimit { return obeyLimit() }
            let context = pace.map { Unmanaged.passUnretained($0).toOpaque() }
            sqlite3_progress_handler(
                handle, pace == nil ? 0 : 1000,
                { context in
                    guard let context else { return 0 }
                    return Unmanaged<Pace>.fromOpaque(context).takeUnretainedValue().goOn() ? 0 : 1
                }, context)
        }
    }

    /// Opens a file that exists; `DatabaseFile` makes new ones.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - readOnly: whether it is only read.
    ///   - busyTimeout: how long a statement waits for another process's lock.
    ///   - gathersWrites: whether a commit is written with few calls; for connections that sync each commit.
    /// - Throws: `StoreError` that names the file and the cure.
    init(
        path: String, readOnly: Bool, busyTimeout: Duration, gathersWrites: Bool = false
    ) throws(StoreError) {
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE)
        let result = sqlite3_open_v2(path, &opened, flags, gathersWrites ? gathered_writes_vfs() : nil)
        guard result == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw StoreError(sqlite: result, message: message, doing: "cannot open database \(path)")
        }
        handle = opened
        // Before anything is allocated there.
        if gathersWrites { _ = csqlite_lookaside(opened, 512, 128) }
        self.path = path
        self.busyTimeout = busyTimeout
        isReadOnly = readOnly
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.milliseconds))
        // SQLite falls back to reading by itself, and would fail at the first write only.
        guard readOnly || sqlite3_db_readonly(opened, "main") == 0 else {
            throw StoreError(
                .readOnly, "database \(path) cannot be written; make the file and its folder writable for this user")
        }
    }

    deinit { sqlite3_close_v2(handle) }

    /// Has commits tell how long the log is, in place of moving it into the file by themselves.
    func watchLog() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            }, context)
    }

    /// The log stays as it is when this connection closes.
    func leaveLog() { _ = csqlite_no_checkpoint_on_close(handle) }

    /// Whether its statements fire triggers; a change has every statement prepared anew.
    func fireTriggers(_ isOn: Bool) { _ = csqlite_triggers(handle, isOn ? 1 : 0) }

    /// Runs SQL without parameters or results.
    func execute(_ sql: String) throws(StoreError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result, doing: "database \(path)") }
    }

    /// Prepares a statement that is kept.
    func prepare(_ sql: String) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement else { throw failure(result, doing: "database \(path)") }
        return Statement(statement, on: self)
    }

    /// The first column of the first row, as text; nil when there is no row.
    func text(_ sql: String) throws(StoreError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// The first column of the first row, as an integer; nil when there is no row.
    func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Runs work that waits for other connections no longer than a given time.
    func waiting<Result>(
        atMost limit: Duration, _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        sqlite3_busy_timeout(handle, Int32(clamping: min(limit, busyTimeout).milliseconds))
        defer { sqlite3_busy_timeout(handle, Int32(clamping: busyTimeout.milliseconds)) }
        return try body()
    }

    /// What is wrong with the pages themselves; nil when nothing is.
    ///
    /// A quick check also tells of rows that break a rule of their table, which other programs' tables may.
    func pageFault() throws(StoreError) -> String? {
        let check = try prepare("PRAGMA quick_check(100)")
        while try check.step() {
            let found = check.text(0)
            if ["*** in database", "Tree ", "Page ", "Freelist"].contains(where: { found.hasPrefix($0) }) {
                return found
            }
        }
        return nil
    }

    /// The row id of the last insert.
    var lastInsertID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement changed.
    var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// True outside a transaction; SQLite ends one by itself on some errors.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Ends statements by themselves once `limit` is over.
    func obeyLimit() {
        obeysLimit = true
        // Now and then only: a look at the clock costs as much as some dozens of steps.
        sqlite3_progress_handler(
            handle, 2000, { context in context.map { ReadLimit.isOver($0) ? 1 : 0 } ?? 0 }, limit.context)
    }

    func failure(_ result: Int32, doing what: String) -> StoreError {
        let primary = result & 0xFF
        if primary == SQLITE_INTERRUPT, pace == nil { return limit.error(path) }
        let message = String(cString: sqlite3_errmsg(handle))
        // Asked for when something is wrong, and of a file that is ours to write.
        let isOfSystem = !isReadOnly && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        let cause = isOfSystem ? DatabaseFile.refusal(beside: path) : 0
        return StoreError(sqlite: result, message: message, cause: cause, doing: what)
    }
}
