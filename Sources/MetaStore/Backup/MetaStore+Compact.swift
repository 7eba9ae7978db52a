/// How far giving space back has come.
public struct CompactProgress: Sendable, Hashable {
    /// Bytes of the file and its log before.
    public var before = 0
    /// Bytes of the file and its log now.
    public var after = 0
    /// Free bytes in the file that cannot be given back while it is in use.
    public var kept = 0
    /// True when nothing is left to do.
    public var isFinished = false

    /// Nothing done yet.
    public init() {}
}

extension MetaStore {
    /// Gives some free pages back to the file system, in one transaction; at the end the log, too.
    ///
    /// Pages that are free as a whole alone: what is half empty stays. A file that KubeEdge made gives nothing back this
    /// way; `compact(file:)` does.
    ///
    /// - Parameters:
    ///   - progress: of the steps so far.
    ///   - pages: the most pages of one step.
    /// - Returns: how far it has come.
    /// - Throws: `StoreError` that names the file and the cure; what was given back stays so.
    public func continueCompact(
        _ progress: CompactProgress = CompactProgress(), pages: Int64 = 256
    ) throws(StoreError) -> CompactProgress {
        var progress = progress
        if progress.before == 0 { progress.before = fileBytes }
        let free = try freePages()
        if free > 0, try connection.integer("PRAGMA auto_vacuum") == 2 {
            try connection.waiting(atMost: .seconds(1)) { () throws(StoreError) in
                try connection.execute("PRAGMA incremental_vacuum(\(pages))")
            }
            let left = try freePages()
            if left > 0, left < free { return progress }
        }
        try checkpoint()
        progress.kept = Int(try freePages() * (try connection.integer("PRAGMA page_size") ?? 0))
        progress.after = fileBytes
        progress.isFinished = true
        return progress
    }

    private var fileBytes: Int { DatabaseFile.size(path) + DatabaseFile.size(path + "-wal") }

    /// Writes a file anew that nobody uses, without any free space in it.
    ///
    /// - Parameter path: the file; it must exist and have this program's schema.
    /// - Returns: its size before and after.
    /// - Throws: `StoreError` that names the file and the cure; then the file is as it was.
    public static func compact(file path: String) throws(StoreError) -> CompactProgress {
        let path = DatabaseFile.resolved(path)
        try DatabaseFile.check(path)
        var progress = CompactProgress()
        progress.before = DatabaseFile.size(path) + DatabaseFile.size(path + "-wal")
        let connection = try Connection(path: path, readOnly: false, busyTimeout: .seconds(5))
        try Migrator(connection: connection, now: 0).requireOwn()
        do throws(StoreError) {
            // From now on free pages can be given back in use; a file that KubeEdge made could not.
            try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            try connection.execute("PRAGMA secure_delete = ON")
            try connection.execute("VACUUM")
        } catch  where error.code == .full {
            throw StoreError(
                .full,
                "database \(path) was not compacted, since its disk or that of temporary files is full: it needs twice "
                    + "\(ByteText.of(progress.before)) for a while; free space, or set SQLITE_TMPDIR to a folder with room"
            )
        }
        guard try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") ?? 1 == 0 else {
            throw StoreError(.locked, "another process reads database \(path); end it and try again")
        }
        progress.after = DatabaseFile.size(path) + DatabaseFile.size(path + "-wal")
        progress.isFinished = true
        return progress
    }
}
