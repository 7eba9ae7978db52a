internal import Beehive
internal import CSQLite

/// One connection of SQLite, used by one thread at a time.
///
/// A thin layer: prepared statements, bytes in and out, errors that name what was done.
final class Connection {
    private let handle: OpaquePointer
    let path: String
    private let busyTimeout: Duration
    /// Until when the read under way has to be through.
    let limit = ReadLimit()

    /// Opens a file that exists; `DatabaseFile` makes new ones.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - readOnly: whether it is only read.
    ///   - busyTimeout: how long a statement waits for another process's lock.
    /// - Throws: `StoreError` that names the file and the cure.
    init(path: String, readOnly: Bool, busyTimeout: Duration) throws(StoreError) {
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE)
        let result = sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw StoreError(sqlite: result, message: message, doing: "cannot open database \(path)")
        }
        handle = opened
        self.path = path
        self.busyTimeout = busyTimeout
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.milliseconds))
        // SQLite falls back to reading by itself, and would fail at the first write only.
        guard readOnly || sqlite3_db_readonly(opened, "main") == 0 else {
            throw StoreError(
                .readOnly, "database \(path) cannot be written; make the file and its folder writable for this user")
        }
    }

    deinit { sqlite3_close_v2(handle) }

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

    /// The row id of the last insert.
    var lastInsertID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement changed.
    var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// True outside a transaction; SQLite ends one by itself on some errors.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Ends statements by themselves once `limit` is over.
    func obeyLimit() {
        // Now and then only: a look at the clock costs as much as some dozens of steps.
        sqlite3_progress_handler(
            handle, 2000, { context in context.map { ReadLimit.isOver($0) ? 1 : 0 } ?? 0 }, limit.context)
    }

    func failure(_ result: Int32, doing what: String) -> StoreError {
        if result & 0xFF == SQLITE_INTERRUPT { return limit.error(path) }
        return StoreError(sqlite: result, message: String(cString: sqlite3_errmsg(handle)), doing: what)
    }
}
