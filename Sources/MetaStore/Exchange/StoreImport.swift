internal import Beehive

/// Reads the rows of a KubeEdge file into a store, some at a time; the file stays as it is.
///
/// Newer versions win, what is stored wins a draw. Tables of other modules are not read: they have no place in a store
/// that is in use.
public final class StoreImport {
    /// How far it has come.
    public struct Report: Sendable, Hashable {
        /// Rows of the file.
        public var total = 0
        /// Objects that were not here.
        public var added = 0
        /// Objects that were here in an older version.
        public var replaced = 0
        /// Rows whose object is here in the same version or a newer one, or was deleted since.
        public var kept = 0
        /// Rows that are no objects.
        public var skipped = 0
        /// Tables of other modules in the file, which stay there.
        public var foreignTables: [String] = []
        /// True when nothing is left to do.
        public var isFinished = false

        /// Nothing yet.
        public init() {}
    }

    /// How long one step may take.
    private static var limit: Duration { .seconds(10) }

    private let connection: Connection
    private var tables: [ClassicTable]
    private var last = Int64.min
    /// How far it has come.
    public private(set) var report = Report()

    /// Opens a file.
    ///
    /// - Parameter file: KubeEdge's file, of any release.
    /// - Throws: `StoreError` that names the file and the cure.
    public init(file: String) throws(StoreError) {
        connection = try Self.open(file)
        let source = connection
        // Of a file whose pages lead in circles even the count of the rows never ends.
        connection.obeyLimit()
        connection.limit.begin(Self.limit)
        defer { connection.limit.end() }
        tables = ClassicTable.allCases.filter { source.has(table: $0.rawValue) }
        for table in tables {
            report.total += Int(try connection.integer("SELECT count(*) FROM \(table.rawValue)") ?? 0)
        }
        for item in try SchemaItem.all(in: connection)
        where item.type == "table" && ClassicTable(name: item.name) == nil {
            report.foreignTables.append(item.name)
        }
    }

    /// Opens a KubeEdge file only to read it.
    static func open(_ file: String) throws(StoreError) -> Connection {
        try DatabaseFile.check(file)
        let connection = try Connection(path: file, readOnly: true, busyTimeout: .seconds(5))
        guard try Takeover(connection: connection, now: 0).isKubeEdge() else {
            throw StoreError(.notADatabase, "\(file) is no database of KubeEdge; name an edgecore.db")
        }
        return connection
    }

    /// Reads some more rows, in one transaction.
    ///
    /// - Parameters:
    ///   - store: the store they go to.
    ///   - now: milliseconds since 1970.
    ///   - limit: the most rows.
    /// - Returns: how far it has come.
    /// - Throws: `StoreError` that names the file and the cure; what earlier calls did stays done.
    public func step(into store: MetaStore, now: Int64, limit: Int = 64) throws(StoreError) -> Report {
        guard let table = tables.first else {
            report.isFinished = true
            return report
        }
        let type = table == .meta ? "\"type\"" : "''"
        let rows = try connection.prepare(
            """
            SELECT rowid, "key", \(type), "value" FROM \(table.rawValue) WHERE rowid > ?1 ORDER BY rowid LIMIT ?2
            """)
        connection.limit.begin(Self.limit)
        defer { connection.limit.end() }
        rows.bind(1, last)
        rows.bind(2, Int64(limit))
        var next = report
        var place = last
        var count = 0
        try store.transaction(writing: true) { view throws(StoreError) in
            while try rows.step() {
                place = rows.integer(0)
                count += 1
                guard rows.isText(1),
                    let row = ClassicRow(table, key: rows.text(1), type: rows.text(2), value: rows.bytes(3))
                else {
                    next.skipped += 1
                    continue
                }
                try Self.take(row, into: view, now: now, &next)
            }
        }
        // Only what is committed counts.
        report = next
        last = place
        if count < limit {
            tables.removeFirst()
            last = .min
            report.isFinished = tables.isEmpty
        }
        return report
    }

    private static func take(
        _ row: ClassicRow, into view: StoreTransaction, now: Int64, _ report: inout Report
    ) throws(StoreError) {
        let head = try view.head(row.key)
        if let head, !isNewer(row.version, than: head.version) {
            report.kept += 1
            return
        }
        if head == nil, let tombstone = try view.tombstone(row.key), tombstone.uid == row.uid,
            !isNewer(row.version, than: tombstone.version)
        {
            report.kept += 1
            return
        }
        let object = NewObject(
            path: row.path, key: row.key, value: row.value, uid: row.uid, version: row.version,
            apiVersion: row.apiVersion, kind: row.kind, origin: .takenOver)
        try view.apply(.put(object, replacing: head?.rowID), now: now)
        if head == nil { report.added += 1 } else { report.replaced += 1 }
    }

    private static func isNewer(_ version: String, than other: String) -> Bool {
        guard let version = UInt64(version), let other = UInt64(other) else { return false }
        return version > other
    }

    /// Makes a new database of a KubeEdge file, as a take-over does, but from a copy.
    ///
    /// - Parameters:
    ///   - database: where it is made; nothing may stand there.
    ///   - file: KubeEdge's file, which stays as it is.
    ///   - now: milliseconds since 1970.
    ///   - sealing: seals the secrets.
    /// - Returns: how many objects it has, and how many rows were left out of them.
    /// - Throws: `StoreError` that names the file and the cure; then there is no database.
    public static func make(
        _ database: String, from file: String, now: Int64, sealing: Sealing? = nil
    ) throws(StoreError) -> (rows: Int, skipped: Int) {
        guard !DatabaseFile.exists(database) else {
            throw StoreError(.cannotOpen, "\(database) exists already, and is not overwritten")
        }
        let part = database + ".part"
        removeUnfinished(database)
        defer { removeUnfinished(database) }
        let source = try open(file)
        try requireSound(source, file)
        try DatabaseFile.makeEmpty(part)
        try source.execute("VACUUM INTO \(SQLText.text(part))")
        let counts = try takeOver(part, now: now, sealing: sealing)
        try DatabaseFile.sync(part)
        try DatabaseFile.rename(part, to: database)
        return counts
    }

    /// Removes what an import that was killed left beside a database: it holds secrets in plain.
    ///
    /// - Parameter database: the database.
    public static func removeUnfinished(_ database: String) {
        let part = DatabaseFile.resolved(database) + ".part"
        for end in ["", "-wal", "-shm", "-journal", ".kubeedge", ".kubeedge.part", ".kubeedge.part-journal"] {
            DatabaseFile.remove(part + end)
        }
    }

    /// Refuses a file whose pages lead in circles: a copy of it would never end.
    static func requireSound(_ connection: Connection, _ file: String) throws(StoreError) {
        guard let found = try connection.pageFault() else { return }
        throw StoreError(
            .notADatabase,
            "\(file) is damaged (\(OneLine.of(found, limit: 200))); try: sqlite3 FILE .recover | sqlite3 NEW")
    }

    private static func takeOver(
        _ part: String, now: Int64, sealing: Sealing?
    ) throws(StoreError) -> (rows: Int, skipped: Int) {
        let store = try MetaStore(path: part, now: now, sealing: sealing)
        if let problem = sealing?.problem { throw StoreError(.keyMissing, problem) }
        try store.checkpoint()
        guard case .takenOver(let rows, let skipped, _) = store.opening else { return (store.rows, 0) }
        return (rows, skipped)
    }
}
