internal import Beehive

/// The rows of a KubeEdge file on their way into `object`.
struct TakeoverRows {
    let connection: Connection
    let now: Int64

    /// Writes the objects, and a line in `classic` for each row that is one.
    func move(_ table: ClassicTable, revision: inout Int64, report: inout Takeover.Report) throws(StoreError) {
        let write = try connection.prepare(
            """
            INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
            confirmed, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \(ObjectOrigin.takenOver.rawValue), \(now), \
            \(now), ?10) ON CONFLICT(key) DO UPDATE SET uid = ?5, version = ?6, api_version = ?7, kind = ?8, \
            revision = ?9, value = ?10 WHERE CAST(?6 AS INTEGER) > CAST(version AS INTEGER)
            """)
        let note = try connection.prepare(
            "INSERT INTO classic(source, place, key, revision) VALUES(\(table.source), ?1, ?2, 0)")
        let type = table == .meta ? "\"type\"" : "''"
        let rows = try connection.prepare(
            "SELECT \"key\", \(type), \"value\" FROM \(table.aside) ORDER BY rowid")
        while try rows.step() {
            guard rows.isText(0),
                let row = ClassicRow(table, key: rows.text(0), type: rows.text(1), value: rows.bytes(2))
            else {
                report.skipped += 1
                continue
            }
            revision += 1
            row.bind(to: write, revision: revision)
            try write.run()
            note.bind(1, rows.text(0))
            note.bind(2, row.key)
            try note.run()
        }
    }

    /// Takes the values out of the old table that their objects hold byte for byte; all else stays there.
    func drain(_ table: ClassicTable) throws(StoreError) {
        try connection.execute(
            """
            UPDATE classic SET revision = (SELECT revision FROM object o WHERE o.key = classic.key), \
            moved = EXISTS(SELECT 1 FROM \(table.aside) k JOIN object o ON o.key = classic.key \
            WHERE k."key" = classic.place AND typeof(k."value") = 'text' AND k."value" = o.value) \
            WHERE source = \(table.source);
            UPDATE \(table.aside) SET "value" = '' WHERE "key" IN \
            (SELECT place FROM classic WHERE source = \(table.source) AND moved = 1);
            """)
    }
}

/// A row of KubeEdge's as an object of ours.
struct ClassicRow {
    /// Where it stands.
    let path: ResourcePath
    /// The key, which is not the path's text for tokens.
    let key: String
    let value: Bytes
    let uid: String
    let version: String
    let apiVersion: String
    let kind: String

    /// Nil for a row that is no object: KubeEdge keeps other things in its tables too.
    init?(_ table: ClassicTable, key: String, type: String, value: Bytes) {
        let type = ResourceType(type)
        let found =
            table == .meta ? Takeover.path(key: key, type: type) : Takeover.path(metaV2Key: key, value: value)
        guard let path = found, !value.isEmpty else { return nil }
        self.path = path
        // Only the keys of tokens are no text of a path.
        self.key = type == .serviceAccountToken ? key : path.key
        self.value = value
        let content = (try? Content(json: value)) ?? .null
        let sketch = content.sketch
        uid = content.text(sketch.uid) ?? ""
        version = content.text(sketch.resourceVersion) ?? ""
        apiVersion = content.text(sketch.apiVersion) ?? ""
        kind = content.text(sketch.objectKind) ?? ""
    }

    /// Binds it to the insert of a take-over.
    func bind(to write: Statement, revision: Int64) {
        write.bind(1, key)
        write.bind(2, path.type.rawValue)
        write.bind(3, path.namespace)
        write.bind(4, path.id)
        write.bind(5, uid)
        write.bind(6, version)
        write.bind(7, apiVersion)
        write.bind(8, kind)
        write.bind(9, revision)
        write.bind(10, text: value)
    }
}
