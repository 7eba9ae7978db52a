/// The change feed: no gaps, and nothing that points nowhere.
extension StoreCheck {
    mutating func checkFeed() throws(StoreError) {
        let statement = try connection.prepare(
            "SELECT revision, kind, key IS NULL, sealed, type, key, written, value FROM change ORDER BY revision")
        let total = Int(try connection.integer("SELECT count(*) FROM change") ?? 0)
        var done = 0
        var last: Int64?
        while try statement.step() {
            done += 1
            let revision = statement.integer(0)
            if let last, last == .max || revision != last + 1 {
                note("change/\(revision)", "the feed has a gap behind \(last)")
            }
            last = revision
            switch ChangeKind(rawValue: statement.integer(1)) {
            case nil: note("change/\(revision)", "kind \(statement.integer(1)) is unknown")
            case .deleted? where statement.integer(2) != 0, .evicted? where statement.integer(2) != 0:
                note("change/\(revision)", "it tells of a delete or an eviction, and not of what")
            case .deleted?:
                let place = SealedPlace.object(
                    type: statement.text(4), key: statement.text(5), revision: statement.integer(6))
                _ = opened(
                    statement.bytes(7), isSealed: statement.integer(3) != 0, at: place, as: "change/\(revision)")
            default: break
            }
            told("change", done: done, total: total)
        }
        try checkNewestLines()
        try checkUntoldRows(newest: last)
    }

    /// Of each row the newest line must lead to it; older ones may be superseded.
    private mutating func checkNewestLines() throws(StoreError) {
        let statement = try connection.prepare(
            """
            SELECT n.revision, n.object \
            FROM (SELECT object, kind, max(revision) AS revision FROM change GROUP BY object) n \
            LEFT JOIN object o ON o.id = n.object AND o.revision = n.revision \
            WHERE n.kind NOT IN (\(ChangeKind.deleted.rawValue), \(ChangeKind.evicted.rawValue)) AND o.id IS NULL ORDER BY n.revision
            """)
        while try statement.step() {
            note("change/\(statement.integer(0))", "row \(statement.integer(1)) does not exist at this revision")
        }
    }

    /// A row within the feed's reach must stand in it, or watchers never hear of it.
    private mutating func checkUntoldRows(newest: Int64?) throws(StoreError) {
        let statement = try connection.prepare(
            """
            SELECT o.key FROM object o WHERE o.revision >= (SELECT min(revision) FROM change) \
            AND NOT EXISTS(SELECT 1 FROM change c WHERE c.revision = o.revision AND c.object = o.id) ORDER BY o.id
            """)
        while try statement.step() { note("object/\(statement.text(0))", "its last change is not in the feed") }
        let floor = try connection.integer("SELECT value FROM state WHERE name = 'revision'")
        if floor == nil, newest == nil { note("state/revision", "the store has no revision") }
    }
}
