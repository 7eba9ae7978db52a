internal import Glibc

/// Writes a plain KubeEdge `edgecore.db`: how a node is handed back.
public enum StoreExport {
    /// What was written, and what was not.
    public struct Report: Sendable, Hashable {
        /// The form that was written.
        public var release: KubeEdgeRelease = .from123
        /// Rows of `meta`.
        public var rows = 0
        /// Rows of `meta_v2`.
        public var secondRows = 0
        /// Tables of other modules, which went along.
        public var foreignTables: [String] = []
        /// Tables that cannot be copied, with the reason.
        public var leftOut: [String] = []
        /// Rows whose values do not open, which are not in the file, with the reason.
        public var unreadable: [String] = []
        /// States that wait for the cloud, and are KubeEdge's in no form.
        public var states = 0
        /// Facts that wait for the cloud.
        public var facts = 0

        /// Nothing yet.
        public init() {}
    }

    /// Writes a file; the database is only read, in one snapshot, and may be in use.
    ///
    /// - Parameters:
    ///   - database: the database.
    ///   - path: the new file (0600); nothing may stand there.
    ///   - release: the form; nil: the one the database was taken over in, else that of 1.23.
    ///   - sealing: opens sealed values.
    ///   - progress: told now and then how many rows are written.
    /// - Returns: what was written.
    /// - Throws: `StoreError` that names the file and the cure; then there is no file.
    public static func run(
        database: String, to path: String, release: KubeEdgeRelease? = nil, sealing: Sealing? = nil,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws(StoreError) -> Report {
        try refuse(existing: path)
        let store = try MetaStore(reading: database, sealing: sealing)
        let part = path + ".part"
        try DatabaseFile.makeEmpty(part)
        do {
            let report = try write(store, to: part, release: release, progress)
            try DatabaseFile.sync(part)
            try refuse(existing: path)
            try DatabaseFile.rename(part, to: path)
            return report
        } catch {
            unlink(part)
            throw error
        }
    }

    private static func refuse(existing path: String) throws(StoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "the name of the file to write is empty or holds a zero byte")
        }
        guard DatabaseFile.exists(path) else { return }
        throw StoreError(.cannotOpen, "\(path) exists already, and is not overwritten; name another file")
    }

    private static func write(
        _ store: MetaStore, to part: String, release: KubeEdgeRelease?, _ progress: @escaping (Int) -> Void
    ) throws(StoreError) -> Report {
        let target = try Connection(path: part, readOnly: false, busyTimeout: .zero)
        // The file is nobody's before it has its name, and made durable before that.
        _ = try target.text("PRAGMA journal_mode = OFF")
        try target.execute("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; BEGIN")
        try store.connection.execute("BEGIN")
        let plan = try ExportPlan(store, release: release)
        var report = Report()
        report.release = plan.release
        let counts = try store.connection.prepare(
            "SELECT count(*) FILTER (WHERE class = 0), count(*) FILTER (WHERE class <> 0) FROM outbox")
        if try counts.step() { (report.states, report.facts) = (Int(counts.integer(0)), Int(counts.integer(1))) }
        counts.reset()
        for table in plan.tables {
            guard !table.sql.uppercased().hasPrefix("CREATE VIRTUAL") else {
                report.leftOut.append("\(table.name): a virtual table")
                continue
            }
            try target.execute(table.sql)
        }
        let copy = TableCopy(source: store.connection, target: target)
        for table in plan.tables where target.has(table: table.name) {
            if plan.isClassic(table), let classic = ClassicTable(name: table.name) {
                var rows = ClassicExport(store: store, target: target, table: classic, progress: progress)
                try rows.run()
                if classic == .meta { report.rows = rows.count } else { report.secondRows = rows.count }
                report.unreadable += rows.unreadable
            } else {
                try copy.rows(of: table.name)
                report.foreignTables.append(table.name)
            }
        }
        try copy.sequence(own: plan.ownNames)
        for item in plan.rest { try target.execute(item.sql) }
        try target.execute("COMMIT")
        try store.connection.execute("COMMIT")
        return report
    }
}
