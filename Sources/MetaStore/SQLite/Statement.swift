internal import Beehive
internal import CSQLite

/// A prepared statement. Bind, step, read, reset.
final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection

    init(_ handle: OpaquePointer, on connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // SQLite copies what is bound this way; the constant is a cast in C that Swift does not import.
    private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    func bind(_ index: Int32, _ integer: Int64) { sqlite3_bind_int64(handle, index, integer) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(handle, index, characters.baseAddress, Int32(characters.count), transient)
            }
        }
        // A nil base address would bind NULL.
        if text.isEmpty { sqlite3_bind_text(handle, index, "", 0, transient) }
    }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// Binds bytes as text, so that whoever opens the file reads them.
    func bind(_ index: Int32, text bytes: Bytes) {
        guard !bytes.isEmpty else { return bind(index, "") }
        bytes.withUnsafeBytes { buffer in
            let characters = buffer.bindMemory(to: CChar.self)
            _ = sqlite3_bind_text(handle, index, characters.baseAddress, Int32(characters.count), transient)
        }
    }

    func bind(_ index: Int32, blob bytes: Bytes) {
        bytes.withUnsafeBytes { buffer in
            _ = sqlite3_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count), transient)
        }
    }

    /// Advances; true when there is a row. After the last row, or an error, the statement is reset.
    func step() throws(StoreError) -> Bool {
        let result = sqlite3_step(handle)
        if result == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        guard result == SQLITE_DONE else {
            throw connection.failure(result, doing: "database \(connection.path)")
        }
        return false
    }

    /// Runs a statement that gives no rows.
    func run() throws(StoreError) { while try step() {} }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let pointer = sqlite3_column_text(handle, column) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> Bytes {
        // `blob` before `bytes`: for text this gives the stored bytes without a conversion.
        guard let pointer = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Bytes(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// True when the column holds exactly these bytes; nothing is copied.
    func equals(_ column: Int32, _ bytes: Bytes) -> Bool {
        guard let pointer = sqlite3_column_blob(handle, column) else { return bytes.isEmpty }
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count == bytes.count else { return false }
        return bytes.withUnsafeBytes { UnsafeRawBufferPointer(start: pointer, count: count).elementsEqual($0) }
    }
}
