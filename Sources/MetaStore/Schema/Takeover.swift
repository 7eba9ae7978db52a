internal import Beehive
internal import CSQLite
internal import Glibc

/// Takes the rows of a KubeEdge `edgecore.db` over: `meta` of any release, and `meta_v2` in both of its spellings.
///
/// Foreign tables (devices, tasks, topics) are left as they are.
struct Takeover {
    /// What was moved.
    struct Report: Equatable {
        var rows = 0
        var skipped = 0
        var copy = ""
    }

    let connection: Connection
    let now: Int64

    /// Where the untouched file is kept.
    var copyPath: String { connection.path + ".kubeedge" }

    /// True for a file with KubeEdge's table.
    func isKubeEdge() throws(StoreError) -> Bool { try hasTable("meta") }

    private func hasTable(_ name: String) throws(StoreError) -> Bool {
        try connection.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '\(name)'") == 1
    }

    /// Keeps a copy of the file as it was, before anything is changed.
    func keepCopy() throws(StoreError) {
        // VACUUM INTO refuses to overwrite: an earlier attempt's copy is the untouched file, so it stays.
        var info = stat()
        guard stat(copyPath, &info) != 0 else { return }
        let quoted = copyPath.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        try connection.execute("VACUUM INTO '\(quoted)'")
        chmod(copyPath, 0o600)
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
        var report = Report(copy: copyPath)
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
            report.rows += 1
        }
        let classic = try connection.prepare("SELECT \"key\", \"type\", \"value\" FROM kubeedge_meta ORDER BY rowid")
        while try classic.step() {
            let key = classic.text(0)
            let type = ResourceType(classic.text(1))
            guard let path = Self.path(key: key, type: type), !classic.bytes(2).isEmpty else {
                report.skipped += 1
                continue
            }
            try store(key: key, path: path, value: classic.bytes(2))
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
        guard words.count >= 2 else { return nil }
        // The columns take the name (first) and namespace (second) of KubeEdge's text; the key stays as it is.
        return ResourcePath(namespace: words[0], type: type, id: words[1])
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
