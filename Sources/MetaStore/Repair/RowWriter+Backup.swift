internal import Beehive

/// What an older copy of the database still has of what was lost.
extension RowWriter {
    /// Takes lost objects from a backup; they stay in the list of the lost, so that the cloud is asked for newer ones.
    ///
    /// Of a key that only the backup knows nobody can tell whether it was deleted since: it is asked for when rows were
    /// lost whose keys are not known, and never stored.
    ///
    /// - Returns: how many were taken.
    mutating func fill(from backup: String, _ report: inout RepairReport) throws(StoreError) -> Int {
        let wanted = Set(report.lost)
        guard !wanted.isEmpty || report.unnamed > 0 else { return 0 }
        var filled = 0
        do throws(StoreError) {
            let old = try Connection(path: backup, readOnly: true, busyTimeout: .seconds(1))
            try Migrator(connection: old, now: now).requireOwn()
            let read = try old.prepare(
                """
                SELECT NULL, key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
                confirmed, sealed, value, sum FROM object ORDER BY id
                """)
            let insert = try connection.prepare(
                """
                INSERT OR IGNORE INTO object(id, key, type, namespace, name, uid, version, api_version, kind, revision, \
                origin, stored, confirmed, sealed, value, sum) \
                VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                """)
            let exists = try connection.prepare("SELECT 1 FROM object WHERE key = ?1")
            while try read.step() {
                let object = RowShape.Object(read)
                if wanted.contains(object.key) {
                    guard let value = object.value, isSound(object, needsSum: false) else { continue }
                    insert.bindNull(1)
                    Self.bind(object, value, to: insert)
                    try insert.run()
                    filled += connection.changedRows
                } else if report.unnamed > 0 {
                    exists.bind(1, object.key)
                    if try exists.step() { exists.reset() } else { add(lost: object.key, to: &report) }
                }
            }
        } catch {
            // An error of the new file ends the repair; the backup may be as damaged as the file.
            guard error.description.contains(backup) else { throw error }
            report.notes.append("the backup could not be read to its end: \(error.description)")
        }
        return filled
    }

    private mutating func add(lost key: String, to report: inout RepairReport) {
        lost.append(key)
        report.lost.append(key)
    }
}

extension RowShape.Object {
    /// A row of a statement whose columns are those of the table.
    init(_ row: Statement) {
        self.init(
            key: row.text(1), type: row.text(2), namespace: row.text(3), name: row.text(4), uid: row.text(5),
            version: row.text(6), apiVersion: row.text(7), kind: row.text(8), revision: row.integer(9),
            origin: row.integer(10), stored: row.integer(11), confirmed: row.integer(12), sealed: row.integer(13),
            value: row.bytes(14), sum: row.integer(15))
    }
}
