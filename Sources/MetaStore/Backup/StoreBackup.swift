internal import Beehive
internal import Glibc

/// A copy of a database that is in use: one snapshot, compact, checked.
///
/// `VACUUM INTO` on a connection that only reads: the writer goes on, nothing begins anew because of what it writes, and
/// freed pages, with what they may still hold, are not copied. The price is that the log cannot be emptied meanwhile.
public struct StoreBackup: Sendable {
    /// What was written.
    public struct Copy: Sendable, Hashable {
        /// The file.
        public var path: String
        /// Its size.
        public var bytes: Int
        /// Objects in it.
        public var rows: Int
    }

    /// The database.
    public let database: String
    private let sealing: Sealing?
    /// False for work that nobody else waits for.
    private let rests: Bool
    /// The longest time that the log may be kept from being emptied.
    private let limit: Duration
    private let isCancelled: @Sendable () -> Bool
    private let readers: StoreReaders?

    /// Prepares a copy.
    ///
    /// - Parameters:
    ///   - database: the file; it must exist and have this program's schema.
    ///   - sealing: opens sealed values, which are checked then; nil, or without its key, they are copied as they are.
    ///   - rests: false for work that nobody else waits for.
    ///   - limit: the longest time.
    ///   - readers: what the writer of this process knows its readers by.
    ///   - isCancelled: asked often; true gives the copy up.
    public init(
        of database: String, sealing: Sealing?, rests: Bool = true, limit: Duration = .seconds(1800),
        beside readers: StoreReaders? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.database = DatabaseFile.resolved(database)
        self.sealing = sealing
        self.rests = rests
        self.limit = limit
        self.isCancelled = isCancelled
        self.readers = readers
    }

    /// Writes a file of any name, closed to other users; what is there already is not overwritten.
    ///
    /// - Parameter path: the file, absolute; its folder must exist.
    /// - Returns: what was written.
    /// - Throws: `StoreError` that names the file and the cure; then no file of that name was made.
    public func write(to path: String) throws(StoreError) -> Copy {
        try BackupFile.requireFree(path)
        // A name that nobody else has given a file.
        return try write(to: "\(path).\(getpid()).part", as: path)
    }

    /// Writes the next generation into a folder, and removes the oldest once the new one is known to be good.
    ///
    /// - Parameters:
    ///   - folder: the folder, made if it is not there.
    ///   - count: how many generations stay.
    ///   - now: milliseconds since 1970, for the name.
    /// - Returns: what was written.
    /// - Throws: `StoreError` that names the file and the cure; then every older generation is still there.
    public func writeGeneration(
        in folder: String, keeping count: Int = 2, now: Int64
    ) throws(StoreError) -> Copy {
        try BackupFile.makeFolder(folder)
        let backups = Backups(folder: folder, of: database)
        let copy = try write(
            to: backups.unfinished(of: database), as: backups.next(of: database, now: now))
        backups.prune(keeping: count)
        return copy
    }

    /// Bytes of a database and its log on disk.
    ///
    /// - Parameter database: the file.
    /// - Returns: the bytes; 0 when there is no such file.
    public static func size(of database: String) -> Int {
        DatabaseFile.size(database) + DatabaseFile.size(database + "-wal")
    }

    private func write(to unfinished: String, as path: String) throws(StoreError) -> Copy {
        try readers?.enter()
        defer { readers?.leave() }
        // Also loads the keys, if they are not here yet.
        _ = try StoreReader(path: database, sealing: sealing)
        try requireSpace(for: path)
        BackupFile.remove(unfinished)
        defer { BackupFile.remove(unfinished) }
        try DatabaseFile.makeEmpty(unfinished)
        let end = SystemTime.ticks() &+ limit.nanoseconds
        let pace = Pace(writing: unfinished, rests: rests) { [isCancelled] in
            isCancelled() || SystemTime.ticks() > end
        }
        do throws(StoreError) {
            try copy(to: unfinished, pace)
            try mark(unfinished)
            let rows = try check(unfinished, pace)
            try DatabaseFile.sync(unfinished)
            try BackupFile.claim(unfinished, as: path)
            // The new name, too.
            try DatabaseFile.sync(path)
            return Copy(path: path, bytes: DatabaseFile.size(path), rows: rows)
        } catch {
            guard pace.goOn() else {
                let cause = isCancelled() ? "it was cancelled" : "it took longer than \(limit)"
                throw StoreError(.other, "no backup of \(database): \(cause); it is tried again later")
            }
            throw StoreError(error.code, "no backup of \(database) as \(path): \(cure(error))")
        }
    }

    private func cure(_ error: StoreError) -> String {
        switch error.code {
        case .full:
            "its disk is full; free space, or name a file or folder on another disk (meta.database.backup.path)"
        case .corrupt:
            "the database is damaged (\(error.description)); older backups stay: metamanager store check tells more"
        default: error.description
        }
    }

    private func requireSpace(for path: String) throws(StoreError) {
        let bytes = Self.size(of: database)
        guard let disk = DiskSpace.of(BackupFile.folder(of: path)), disk.free < bytes else { return }
        throw StoreError(
            .full,
            "no backup of \(database) as \(path): it may take \(ByteText.of(bytes)), and its disk has "
                + "\(ByteText.of(disk.free)); free space, or name a file or folder on another disk "
                + "(meta.database.backup.path)")
    }

    private func copy(to unfinished: String, _ pace: Pace) throws(StoreError) {
        let connection = try Connection(path: database, readOnly: true, busyTimeout: .seconds(5))
        connection.pace = pace
        let statement = try connection.prepare("VACUUM INTO ?1")
        statement.bind(1, unfinished)
        try statement.run()
    }

    /// Notes that it is a copy: a store that is opened from it begins where no client of the old one has been.
    private func mark(_ unfinished: String) throws(StoreError) {
        let connection = try Connection(path: unfinished, readOnly: false, busyTimeout: .seconds(5))
        // Synced as a whole later; until then it is no backup.
        try connection.execute("PRAGMA journal_mode = MEMORY")
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute("INSERT OR REPLACE INTO state(name, value) VALUES('\(MetaStore.copyMark)', 1)")
    }

    /// Throws unless the copy is sound, page by page and row by row.
    private func check(_ unfinished: String, _ pace: Pace) throws(StoreError) -> Int {
        // Without the key sealed values are copied all the same: they may be opened another day.
        let sealing = sealing?.status == .locked ? nil : sealing
        let report = try StoreCheck.run(path: unfinished, sealing: sealing, pace: pace)
        guard let first = report.problems.first else { return report.rows }
        throw StoreError(
            .corrupt,
            "\(report.problems.count) problems, the first: \(first.key): \(first.what)")
    }
}
