internal import Beehive

/// Takes the rows of a KubeEdge `edgecore.db` over: `meta` of any release, and `meta_v2` in both of its spellings.
///
/// Foreign tables (devices, tasks, topics) are left as they are.
struct Takeover {
    /// What was moved.
    struct Report {
        var rows = 0
        var skipped = 0
    }

    let connection: Connection
    let now: Int64

    /// Where the copy of the file as it was goes in the end; a later take-over's gets a number behind it.
    private var copyPath: String { connection.path + ".kubeedge" }

    /// Where it stands until the take-over is committed: a start that failed leaves nothing behind that piles up.
    private var unfinishedCopy: String { copyPath + ".part" }

    /// True for a file with KubeEdge's tables.
    func isKubeEdge() throws(StoreError) -> Bool {
        let columns = "SELECT count(*) FROM pragma_table_info('meta') WHERE name IN ('key', 'type', 'value')"
        guard try hasTable("meta") else { return false }
        return try connection.integer(columns) == 3
    }

    /// A name of ours that the file has already.
    func nameInTheWay() throws(StoreError) -> String? {
        let ours = try OwnNames.read().union(ClassicTable.allCases.map(\.aside)).subtracting(["meta"])
        let names = try connection.prepare("SELECT lower(name) FROM sqlite_schema")
        while try names.step() {
            if ours.contains(names.text(0)) { return names.text(0) }
        }
        return nil
    }

    private func hasTable(_ name: String) throws(StoreError) -> Bool {
        try connection.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = '\(name)'") == 1
    }

    /// Writes a copy of the file as it is, foreign tables included, before anything is changed.
    func writeCopy() throws(StoreError) {
        try StoreImport.requireSound(connection, connection.path)
        // Made first and empty, so that it is never open to other users.
        try DatabaseFile.makeEmpty(unfinishedCopy)
        let quoted = unfinishedCopy.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        do {
            try connection.execute("VACUUM INTO '\(quoted)'")
            try DatabaseFile.sync(unfinishedCopy)
        } catch {
            throw StoreError(error.code, "cannot keep a copy of it as \(copyPath): \(error.description)")
        }
    }

    /// Gives the copy its name once the take-over is committed, at the next start at the latest.
    ///
    /// - Returns: its name; nil when there is none to name.
    @discardableResult
    func finishCopy() throws(StoreError) -> String? {
        guard DatabaseFile.exists(unfinishedCopy) else { return nil }
        return try DatabaseFile.keep(unfinishedCopy, as: copyPath)
    }

    /// Makes room for our tables and the view `meta`; KubeEdge's tables stay, under another name, for the way back.
    ///
    /// Their indexes and triggers go, since nobody shall pay for them; their texts are kept by `noteSchema`.
    func setTablesAside() throws(StoreError) {
        // Else the texts of triggers and views that name `meta` would be changed with it.
        try connection.execute("PRAGMA legacy_alter_table = ON")
        let extras = try connection.prepare(
            """
            SELECT type, name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL \
            AND lower(tbl_name) IN ('meta', 'meta_v2')
            """)
        var drops: [String] = []
        while try extras.step() { drops.append("DROP \(extras.text(0)) \(SQLText.name(extras.text(1)))") }
        for drop in drops { try connection.execute(drop) }
        for table in ClassicTable.allCases where try hasTable(table.rawValue) {
            try connection.execute("ALTER TABLE \(table.rawValue) RENAME TO \(table.aside)")
        }
        try connection.execute("PRAGMA legacy_alter_table = OFF")
    }

    /// What the file is made of, in order; empty where there is nothing of KubeEdge's.
    func readSchema() throws(StoreError) -> [SchemaItem] { try SchemaItem.all(in: connection) }

    /// Keeps the texts of all that the file was made of.
    func note(_ schema: [SchemaItem]) throws(StoreError) {
        let write = try connection.prepare(
            "INSERT INTO classic_schema(type, name, tbl_name, sql) VALUES(?1, ?2, ?3, ?4)")
        for item in schema {
            write.bind(1, item.type)
            write.bind(2, item.name)
            write.bind(3, item.table)
            write.bind(4, item.sql)
            try write.run()
        }
    }

    /// Moves the rows into `object`.
    ///
    /// Of a thing that stands in both tables the newer version stays; `meta` wins when neither tells. Whatever is not in
    /// an object afterwards stays where it is: `export` gives it back.
    func moveRows() throws(StoreError) -> Report {
        var report = Report()
        var revision = now * 1000
        let rows = TakeoverRows(connection: connection, now: now)
        for table in ClassicTable.allCases where try hasTable(table.aside) {
            try rows.move(table, revision: &revision, report: &report)
        }
        for table in ClassicTable.allCases where try hasTable(table.aside) { try rows.drain(table) }
        report.rows = Int(try connection.integer("SELECT count(*) FROM object") ?? 0)
        return report
    }

    /// The path of a row of `meta`; keys of tokens are no resources, their type stands in its column.
    static func path(key: String, type: ResourceType) -> ResourcePath? {
        if let path = try? ResourcePath(parsing: key), path.type == type || type != .serviceAccountToken {
            return path
        }
        guard type == .serviceAccountToken else { return nil }
        let words = key.split(separator: "/", maxSplits: 2).map { $0.filter { $0 != "\"" } }
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty else { return nil }
        // KubeEdge's text starts with the name, then the namespace; the key stays as it is.
        return ResourcePath(namespace: words[1], type: type, id: words[0])
    }

    /// The path of a row of `meta_v2`: `/<group or core>/<version>/<plural>/<namespace or null>/<name>`.
    ///
    /// The type is the object's own kind in lower case; without one it is not an object, and not taken.
    static func path(metaV2Key key: String, value: Bytes) -> ResourcePath? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 6, parts[0].isEmpty, !parts[5].isEmpty, let content = try? Content(json: value),
            let kind = content.text(content.sketch.objectKind), !kind.isEmpty, content.sketch.metadata.isPresent
        else { return nil }
        let type = ResourceType(kind.lowercased())
        let clusterWord = type == .node ? "null" : "default"
        let namespace = parts[4] == "null" ? clusterWord : String(parts[4])
        return ResourcePath(namespace: namespace, type: type, id: parts[5...].joined(separator: "/"))
    }
}
