internal import CSQLite

/// Why the store could not do what was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public enum Code: String, Sendable, CaseIterable {
        /// The disk is full.
        case full
        /// The file or its file system cannot be written.
        case readOnly = "read_only"
        /// Another process holds the database for longer than we wait.
        case locked
        /// The disk failed.
        case io
        /// The file cannot be opened or made.
        case cannotOpen = "cannot_open"
        /// The file is no SQLite database.
        case notADatabase = "not_a_database"
        /// The database's pages are damaged.
        case corrupt
        /// The database was written by a newer release of this program.
        case schemaTooNew = "schema_too_new"
        /// The value is sealed, or has to be, and the key is not here.
        case keyMissing = "key_missing"
        /// The sealed value was changed, or moved from another place.
        case sealBroken = "seal_broken"
        /// A read took longer than reads may.
        case tookTooLong = "took_too_long"
        /// A rule of the schema was broken, or memory ran out: a defect here.
        case other
    }

    /// The kind of failure.
    public let code: Code
    /// One line: the thing, the cause, the cure.
    public let description: String

    /// True when a value does not open: the matter of one row, while the store itself is sound.
    public var isAboutSealing: Bool { code == .keyMissing || code == .sealBroken }

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: the kind of failure.
    ///   - description: one line: the thing, the cause, the cure.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Names what SQLite reports.
    init(sqlite result: Int32, message: String, doing what: String) {
        let primary = result & 0xFF
        let (code, cure): (Code, String) =
            switch primary {
            case SQLITE_FULL: (.full, "free space on its disk")
            case SQLITE_READONLY, SQLITE_PERM: (.readOnly, "make the file and its folder writable")
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: (.locked, "end the other process that holds it")
            case SQLITE_IOERR: (.io, "check the disk")
            case SQLITE_CANTOPEN: (.cannotOpen, "check the path and its permissions")
            case SQLITE_NOTADB: (.notADatabase, "move the file away, or name another in meta.database.path")
            case SQLITE_CORRUPT: (.corrupt, "move the file away; what the cloud has comes again")
            default: (.other, "report it with the log")
            }
        self.init(code, "\(what): \(message) (SQLite \(result)); \(cure)")
    }
}
