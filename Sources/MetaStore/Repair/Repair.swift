internal import Beehive

/// Builds a sound database from whatever can still be read of a damaged one, and puts it in its place.
///
/// Nobody may have the file open meanwhile. The new file stands beside the damaged one until it is whole and on the
/// disk; only then are the two exchanged, in steps of which each can be the last before a crash: `finish` does the rest.
public struct Repair {
    let path: String
    let sealing: Sealing?
    let backup: String?
    let now: Int64
    var report = RepairReport()

    /// Where the new file is built.
    static func part(_ path: String) -> String { path + ".repair" }
    /// Its name once it is whole: from here on it is the database.
    static func whole(_ path: String) -> String { path + ".repaired" }
    /// The name of a damaged file that is kept.
    static func kept(_ path: String) -> String { path + ".damaged" }

    /// Repairs a file.
    ///
    /// - Parameters:
    ///   - path: the file, which nobody has open.
    ///   - sealing: opens sealed values, to tell sound ones; gets its keys here. Without keys they are taken as they are.
    ///   - backup: an older copy of the database, from which what cannot be read is taken for the time being.
    ///   - now: milliseconds since 1970.
    /// - Returns: what was saved; nil when nothing in the file says that it is one of this program, which is left as it is.
    /// - Throws: `StoreError` that names the file and the cure; the file is then as it was.
    public static func run(
        path: String, sealing: Sealing? = nil, backup: String? = nil, now: Int64
    ) throws(StoreError) -> RepairReport? {
        let path = DatabaseFile.resolved(path)
        try finish(path)
        try DatabaseFile.check(path)
        guard let file = RawFile(path) else {
            throw StoreError(.cannotOpen, "cannot read database \(path); make it readable for this user")
        }
        let pages = RawPages(file)
        let found = RowFinder.run(file, pages)
        guard isOwn(file, found) else { return nil }
        var repair = Repair(path: path, sealing: sealing, backup: backup, now: now)
        repair.report.path = path
        do throws(StoreError) {
            try repair.build(found, pages)
        } catch {
            DatabaseFile.remove(part(path))
            throw StoreError(error.code, "cannot repair database \(path): \(error.description)")
        }
        try DatabaseFile.rename(part(path), to: whole(path))
        repair.report.kept = try finish(path) ?? ""
        return repair.report
    }

    /// Why a file cannot be repaired now: the new one stands beside the old until it is whole.
    ///
    /// - Parameter path: the database.
    /// - Returns: one line with the cure; nil when there is room, or nobody can tell.
    public static func obstacle(_ path: String) -> String? {
        let path = DatabaseFile.resolved(path)
        let wanted = StoreBackup.size(of: path)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard let disk = DiskSpace.of(folder), disk.free < wanted else { return nil }
        return "database \(path) cannot be repaired now: that may take \(ByteText.of(wanted)), and its disk has "
            + "\(ByteText.of(disk.free)); free space on its disk"
    }

    private init(path: String, sealing: Sealing?, backup: String?, now: Int64) {
        self.path = path
        self.sealing = sealing
        self.backup = backup
        self.now = now
    }

    /// A file that says so itself, or holds rows that nothing else writes.
    private static func isOwn(_ file: RawFile, _ found: FoundRows) -> Bool {
        file.applicationID == UInt32(Schema.applicationID) || !found.objects.isEmpty || !found.outbox.isEmpty
    }

    /// Ends an exchange that a crash interrupted; does nothing when there was none.
    ///
    /// - Parameter path: the database.
    /// - Returns: the name under which the damaged file is kept; nil when there was nothing to do.
    /// - Throws: `StoreError` that names the file and the cure.
    @discardableResult
    public static func finish(_ path: String) throws(StoreError) -> String? {
        let path = DatabaseFile.resolved(path)
        guard DatabaseFile.exists(whole(path)) else {
            if DatabaseFile.exists(part(path)) { DatabaseFile.remove(part(path)) }
            return nil
        }
        guard DatabaseFile.isOurs(whole(path)) else {
            throw StoreError(.cannotOpen, "\(whole(path)) was not written by a repair; remove it")
        }
        // The file first: its number is that of its log, also when the log follows only after a crash.
        let kept =
            DatabaseFile.exists(path)
            ? try DatabaseFile.keep(path, as: kept(path)) : DatabaseFile.last(kept(path)) ?? kept(path)
        // A log that stayed would be taken for one of the new file.
        for end in ["-wal", "-shm"] where DatabaseFile.exists(path + end) {
            try DatabaseFile.rename(path + end, to: kept + end)
        }
        try DatabaseFile.rename(whole(path), to: path)
        return kept
    }

    /// Writes all that can be saved into the new file.
    private mutating func build(_ found: FoundRows, _ pages: RawPages) throws(StoreError) {
        let target = Self.part(path)
        DatabaseFile.remove(target)
        try DatabaseFile.makeEmpty(target)
        do {
            let connection = try Connection(path: target, readOnly: false, busyTimeout: .zero)
            // It is written once, and synced as a whole before it gets its name.
            try connection.execute("PRAGMA journal_mode = MEMORY")
            try connection.execute("PRAGMA synchronous = OFF")
            try connection.execute("PRAGMA cache_size = -6144")
            _ = try Migrator(connection: connection, now: now).run()
            try connection.execute("BEGIN")
            var writer = RowWriter(connection: connection, found: found, pages: pages, now: now)
            try writer.writeKeys(sealing?.source, backup: backup)
            let sealing = sealing.flatMap { $0.load(from: connection) ? $0 : nil }
            writer.sealing = sealing
            try writer.writeRows()
            report.objects = writer.objects
            report.outbox = writer.outbox
            report.outboxLost = writer.outboxLost
            report.unnamed = writer.unnamed
            report.lost = writer.lost
            if let backup { report.filled = try writer.fill(from: backup, &report) }
            try writer.writeState()
            try connection.execute("COMMIT")
            try copyForeignTables(to: connection)
            if sealing?.status == .locked, let problem = sealing?.problem {
                report.notes.append("sealed values were taken as they are: \(problem)")
            }
            if found.damagedFrames > 0 {
                report.notes.append("\(found.damagedFrames) pages of the log were damaged; older ones were used")
            }
        }
        try DatabaseFile.sync(target)
    }
}
