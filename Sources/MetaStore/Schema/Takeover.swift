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
        try connection.text(
            """
            SELECT name FROM sqlite_schema WHERE name IN ('object', 'change', 'outbox', 'tombstone', 'state', \
            'object_list', 'outbox_key', 'tombstone_age', 'seal_key', 'object_sealed', 'change_sealed', \
            'outbox_sealed', 'object_cached', 'feed_mark', 'lost', 'cached_added', 'cached_removed', \
            'cached_changed', 'kubeedge_meta', 'kubeedge_meta_v2')
            """)
    }

    private func hasTable(_ name: String) throws(StoreError) -> Bool {
        try connection.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '\(name)'") == 1
    }

    /// Writes a copy of the file as it is, foreign tables included, before anything is changed.
    func writeCopy() throws(StoreError) {
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

    /// Makes room for our tables and the view `meta`.
    func setTablesAside() throws(StoreError) {
        try connection.execute("ALTER TABLE meta RENAME TO kubeedge_meta")
        if try hasTable("meta_v2") { try connection.execute("ALTER TABLE meta_v2 RENAME TO kubeedge_meta_v2") }
    }

    /// Moves the rows into `object` and drops the old tables.
    ///
    /// Of a thing that stands in both tables the newer version stays; `meta` wins when neither tells.
    func moveRows() throws(StoreError) -> Report {
        var report = Report()
        var revision = now * 1000
        let write = try connection.prepare(
            """
            INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
            confirmed, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \(ObjectOrigin.takenOver.rawValue), \(now), \
            \(now), ?10) ON CONFLICT(key) DO UPDATE SET uid = ?5, version = ?6, api_version = ?7, kind = ?8, \
            revision = ?9, value = ?10 WHERE CAST(?6 AS INTEGER) > CAST(version AS INTEGER)
            """)
        func store(key: String, path: ResourcePath, value: Bytes) throws(StoreError) {
            let content = (try? Content(json: value)) ?? .null
            let sketch = content.sketch
            revision += 1
            write.bind(1, key)
            write.bind(2, path.type.rawValue)
            write.bind(3, path.namespace)
            write.bind(4, path.id)
            write.bind(5, content.text(sketch.uid) ?? "")
            write.bind(6, content.text(sketch.resourceVersion) ?? "")
            write.bind(7, content.text(sketch.apiVersion) ?? "")
            write.bind(8, content.text(sketch.objectKind) ?? "")
            write.bind(9, revision)
            write.bind(10, text: value)
            try write.run()
        }
        let classic = try connection.prepare("SELECT \"key\", \"type\", \"value\" FROM kubeedge_meta ORDER BY rowid")
        while try classic.step() {
            let key = classic.text(0)
            let type = ResourceType(classic.text(1))
            guard let path = Self.path(key: key, type: type), !classic.bytes(2).isEmpty else {
                report.skipped += 1
                continue
            }
            // Only the keys of tokens are no text of a path.
            try store(key: type == .serviceAccountToken ? key : path.key, path: path, value: classic.bytes(2))
        }
        if try hasTable("kubeedge_meta_v2") {
            let newer = try connection.prepare("SELECT \"key\", \"value\" FROM kubeedge_meta_v2 ORDER BY rowid")
            while try newer.step() {
                let value = newer.bytes(1)
                guard let path = Self.path(metaV2Key: newer.text(0), value: value) else {
                    report.skipped += 1
                    continue
                }
                try store(key: path.key, path: path, value: value)
            }
            try connection.execute("DROP TABLE kubeedge_meta_v2")
        }
        try connection.execute("DROP TABLE kubeedge_meta")
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
