internal import CSQLite
internal import Glibc

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
        /// A value in plain is not what was written: the disk changed it.
        case damaged
        /// A read took longer than reads may.
        case tookTooLong = "took_too_long"
        /// A rule of the schema was broken, or memory ran out: a defect here.
        case other
    }

    /// The kind of failure.
    public let code: Code
    /// One line: the thing, the cause, the cure.
    public let description: String

    /// True when one value cannot be given, while the store itself is sound.
    public var isAboutOneRow: Bool { code == .keyMissing || isAboutLoss }

    /// True when a value is gone: what the cloud has takes its place.
    public var isAboutLoss: Bool { code == .sealBroken || code == .damaged }

    /// True when the disk failed, so that what it was given may be lost.
    let isFromDisk: Bool

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: the kind of failure.
    ///   - description: one line: the thing, the cause, the cure.
    public init(_ code: Code, _ description: String) { self.init(code, description, isFromDisk: false) }

    private init(_ code: Code, _ description: String, isFromDisk: Bool) {
        self.code = code
        self.description = description
        self.isFromDisk = isFromDisk
    }

    /// A value that is not what was written.
    static func damaged(_ key: String) -> StoreError {
        StoreError(
            .damaged,
            "the value of '\(key)' was damaged on the disk, and is not used; metamanager resync asks the cloud for it again"
        )
    }

    /// Names what SQLite reports.
    ///
    /// - Parameters:
    ///   - result: its code.
    ///   - message: its words.
    ///   - cause: why the disk takes no new file, as an error number; 0 if it does, or was not asked.
    ///   - what: what was done.
    init(sqlite result: Int32, message: String, cause: Int32 = 0, doing what: String) {
        let primary = result & 0xFF
        let isOfSystem = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN
        let (code, cure): (Code, String) =
            switch primary {
            // A sync, or a file that grows in another way than by a write, fails with these words too.
            case _ where isOfSystem && (cause == ENOSPC || cause == EDQUOT): (.full, "free space on its disk")
            case _ where isOfSystem && cause == EROFS: (.readOnly, "make the file and its folder writable")
            case SQLITE_FULL: (.full, "free space on its disk")
            case SQLITE_READONLY, SQLITE_PERM: (.readOnly, "make the file and its folder writable")
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: (.locked, "end the other process that holds it")
            case SQLITE_IOERR: (.io, "check the disk")
            case SQLITE_CANTOPEN: (.cannotOpen, "check the path and its permissions")
            case SQLITE_NOTADB:
                (
                    .notADatabase,
                    "if it was this program's: metamanager store repair --database FILE; else name another in meta.database.path"
                )
            case SQLITE_CORRUPT:
                (.corrupt, "restart the daemon, or stop it and run: metamanager store repair --database FILE")
            default: (.other, "report it with the log")
            }
        self.init(
            code, "\(what): \(message) (SQLite \(result)); \(cure)", isFromDisk: primary == SQLITE_IOERR)
    }
}
