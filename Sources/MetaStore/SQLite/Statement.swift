internal import Beehive
internal import CSQLite
internal import Glibc

/// A prepared statement: bind, step, read, reset.
///
/// It keeps its connection alive: SQLite's handle must outlive the statement's error messages.
final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection
    /// A value that could not be bound (too large, no memory, a cursor still open): told by the next step, since
    /// running with the value bound before would store something else in silence.
    private var bindFailure = SQLITE_OK

    /// How long it has run so far, in all.
    private(set) var nanoseconds: UInt64 = 0

    init(_ handle: OpaquePointer, on connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // SQLite copies what is bound this way; the constant is a cast in C that Swift does not import.
    private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func note(_ result: Int32) { if result != SQLITE_OK { bindFailure = result } }

    func bind(_ index: Int32, _ integer: Int64) { note(sqlite3_bind_int64(handle, index, integer)) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bindText(index, UnsafeRawBufferPointer($0)) }
    }

    /// Binds a value of another statement's row as it is, also one of another connection.
    func bind(_ index: Int32, column: Int32, of other: Statement) {
        note(sqlite3_bind_value(handle, index, sqlite3_column_value(other.handle, column)))
    }

    /// True when a column holds a text.
    func isText(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_TEXT }

    func bindNull(_ index: Int32) { note(sqlite3_bind_null(handle, index)) }

    /// Binds bytes as text, so that whoever opens the file reads them.
    func bind(_ index: Int32, text bytes: Bytes) { bytes.withUnsafeBytes { bindText(index, $0) } }

    private func bindText(_ index: Int32, _ buffer: UnsafeRawBufferPointer) {
        // A nil base address, which an empty buffer may have, would bind NULL.
        guard !buffer.isEmpty, let start = buffer.baseAddress else {
            return note(sqlite3_bind_text(handle, index, "", 0, transient))
        }
        let characters = start.assumingMemoryBound(to: CChar.self)
        note(sqlite3_bind_text64(handle, index, characters, UInt64(buffer.count), transient, UInt8(SQLITE_UTF8)))
    }

    func bind(_ index: Int32, blob bytes: Bytes) {
        bytes.withUnsafeBytes { buffer in
            guard !buffer.isEmpty, let start = buffer.baseAddress else {
                return note(sqlite3_bind_zeroblob(handle, index, 0))
            }
            note(sqlite3_bind_blob64(handle, index, start, UInt64(buffer.count), transient))
        }
    }

    /// Runs a statement that gives no rows with a value that SQLite reads where it lies, and that is not kept.
    ///
    /// - Parameters:
    ///   - index: the value's parameter; bound last.
    ///   - bytes: the value.
    ///   - isText: whether whoever opens the file reads it as text.
    /// - Throws: `StoreError` that names the file and the cure.
    func run(_ index: Int32, value bytes: Bytes, isText: Bool) throws(StoreError) {
        let outcome = bytes.withUnsafeBytes { buffer -> Result<Void, StoreError> in
            bindInPlace(index, buffer, isText: isText)
            do throws(StoreError) {
                return .success(try run())
            } catch {
                return .failure(error)
            }
        }
        // What was bound is gone by the next run.
        sqlite3_bind_null(handle, index)
        try outcome.get()
    }

    private func bindInPlace(_ index: Int32, _ buffer: UnsafeRawBufferPointer, isText: Bool) {
        let isEmpty = buffer.isEmpty || buffer.baseAddress == nil
        guard !isEmpty, let start = buffer.baseAddress else {
            return isText ? bindText(index, buffer) : note(sqlite3_bind_zeroblob(handle, index, 0))
        }
        let count = UInt64(buffer.count)
        guard isText else { return note(sqlite3_bind_blob64(handle, index, start, count, nil)) }
        let characters = start.assumingMemoryBound(to: CChar.self)
        note(sqlite3_bind_text64(handle, index, characters, count, nil, UInt8(SQLITE_UTF8)))
    }

    /// Advances; true when there is a row.
    ///
    /// After the last row, or an error, the statement is reset.
    func step() throws(StoreError) -> Bool {
        guard bindFailure == SQLITE_OK else {
            let failure = connection.failure(bindFailure, doing: "database \(connection.path)")
            bindFailure = SQLITE_OK
            sqlite3_reset(handle)
            throw failure
        }
        let start = SystemTime.ticks()
        guard !connection.limit.isOver(at: start) else {
            sqlite3_reset(handle)
            throw connection.limit.error(connection.path)
        }
        let result = sqlite3_step(handle)
        nanoseconds &+= SystemTime.ticks() &- start
        if result == SQLITE_ROW { return true }
        guard result == SQLITE_DONE else {
            // The message first: a reset may change it.
            let failure = connection.failure(result, doing: "database \(connection.path)")
            sqlite3_reset(handle)
            throw failure
        }
        sqlite3_reset(handle)
        return false
    }

    /// Runs a statement that gives no rows.
    func run() throws(StoreError) { while try step() {} }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A time in milliseconds since 1970.
    ///
    /// A damaged file may hold any number: differences of times must not overflow.
    func time(_ column: Int32) -> Int64 { min(max(integer(column), 0), 1 << 53) }

    func text(_ column: Int32) -> String {
        // `text` before `bytes`: the count is that of the text even where the column holds something else.
        guard let pointer = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> Bytes {
        // `blob` before `bytes`: for text this gives the stored bytes without a conversion.
        guard let pointer = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Bytes(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// How many bytes the column holds.
    func byteCount(_ column: Int32) -> Int {
        // Asked for as it is stored: for text, counting alone would be a conversion.
        sqlite3_column_blob(handle, column) == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
    }

    /// Gives the column's bytes where they are; valid until the next step.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let pointer = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return try body(
            UnsafeBufferPointer(start: pointer?.assumingMemoryBound(to: UInt8.self), count: pointer == nil ? 0 : count))
    }

    /// True when the column holds exactly these bytes; nothing is copied.
    func equals(_ column: Int32, _ bytes: Bytes) -> Bool {
        guard let pointer = sqlite3_column_blob(handle, column) else { return bytes.isEmpty }
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count == bytes.count else { return false }
        return bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return count == 0 }
            return memcmp(pointer, start, count) == 0
        }
    }
}
