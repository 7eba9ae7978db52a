/// Tables of other programs in a damaged file: copied as far as SQLite itself can still read them.
extension Repair {
    /// Copies their schema and rows; what cannot be read is noted, and stays in the file that is kept.
    mutating func copyForeignTables(to connection: Connection) throws(StoreError) {
        var tables: [(name: String, sql: String)] = []
        var others: [String] = []
        var own: Set<String> = []
        let schema = try connection.prepare("SELECT name FROM sqlite_schema")
        while try schema.step() { own.insert(schema.text(0)) }
        let old: Connection
        do throws(StoreError) {
            old = try Connection(path: path, readOnly: true, busyTimeout: .seconds(1))
            let entries = try old.prepare(
                "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            )
            while try entries.step() {
                let (type, name, table) = (entries.text(0), entries.text(1), entries.text(2))
                guard !own.contains(name), !own.contains(table) else { continue }
                if type == "table" { tables.append((name, entries.text(3))) } else { others.append(entries.text(3)) }
            }
        } catch {
            // Whatever it is: ours are saved already, and the file is kept.
            report.notes.append("tables of other programs, if there were any, cannot be found: \(error.description)")
            return
        }
        for (name, sql) in tables { try copy(name, sql, from: old, to: connection) }
        // What a KubeEdge file looked like: ours, but as opaque to a repair as that file's own tables.
        for name in ["classic", "classic_schema"] { try copy(name, "", from: old, to: connection) }
        for sql in others {
            // An index or view of a table that could not be copied has no place.
            do throws(StoreError) { try connection.execute(sql) } catch {
                guard error.code == .other else { throw error }
            }
        }
    }

    private mutating func copy(
        _ name: String, _ sql: String, from old: Connection, to connection: Connection
    ) throws(StoreError) {
        let quoted =
            "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        var rows = 0
        do throws(StoreError) {
            try connection.execute(sql)
            let width = Int(
                try connection.integer("SELECT count(*) FROM pragma_table_info(\(Self.literal(name)))") ?? 0)
            guard width > 0 else { return }
            let places = (1...width).map { "?\($0)" }.joined(separator: ", ")
            let write = try connection.prepare("INSERT OR IGNORE INTO \(quoted) VALUES(\(places))")
            try connection.execute("BEGIN")
            defer { report.foreign[name] = rows }
            var gap: (Int64, Int64)?
            if try old.integer("SELECT wr FROM pragma_table_list(\(Self.literal(name))) WHERE schema = 'main'") == 1 {
                // Without row numbers there is one way through it only.
                let read = try old.prepare("SELECT 0, * FROM \(quoted)")
                if try Self.copy(read, width, write, &rows) != nil { gap = (0, 0) }
            } else if let hole = try Self.forward(old, quoted, width, from: .min, to: .max, write, &rows) {
                let low = hole &+ 1
                let high = try Self.backward(old, quoted, width, above: hole, write, &rows)
                gap = (low, high)
                try Self.probe(old, quoted, width, from: low, to: high, write, &rows)
            }
            try connection.execute("COMMIT")
            if gap != nil {
                report.notes.append("some rows of table \(name) cannot be read; they are in the kept file only")
            }
        } catch {
            if !connection.isIdle { try connection.execute("COMMIT") }
            guard error.code == .corrupt || error.code == .other || error.code == .notADatabase else { throw error }
            report.notes.append("table \(name) cannot be read: \(error.description)")
        }
    }

    private static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    /// Copies rows upwards until one cannot be read.
    ///
    /// - Returns: the number of the last row copied before the trouble; nil when there was none.
    private static func forward(
        _ old: Connection, _ table: String, _ width: Int, from low: Int64, to high: Int64, _ write: Statement,
        _ rows: inout Int
    ) throws(StoreError) -> Int64? {
        let read = try old.prepare(
            "SELECT rowid, * FROM \(table) WHERE rowid >= ?1 AND rowid < ?2 ORDER BY rowid")
        read.bind(1, low)
        read.bind(2, high)
        return try copy(read, width, write, &rows) ?? nil
    }

    /// Copies rows downwards until one cannot be read.
    ///
    /// - Returns: the number of the last row that was copied.
    private static func backward(
        _ old: Connection, _ table: String, _ width: Int, above low: Int64, _ write: Statement, _ rows: inout Int
    ) throws(StoreError) -> Int64 {
        let read = try old.prepare("SELECT rowid, * FROM \(table) WHERE rowid > ?1 ORDER BY rowid DESC")
        read.bind(1, low)
        return try copy(read, width, write, &rows, none: .max) ?? .max
    }

    /// Tries to get at rows behind the first damaged place, in wider and wider steps.
    private static func probe(
        _ old: Connection, _ table: String, _ width: Int, from low: Int64, to high: Int64, _ write: Statement,
        _ rows: inout Int
    ) throws(StoreError) {
        var (next, step) = (low, Int64(1))
        for _ in 0..<1000 {
            guard next < high else { return }
            let before = rows
            guard let last = try forward(old, table, width, from: next, to: high, write, &rows) else { return }
            if rows > before {
                (next, step) = (last &+ 1, 1)
            } else {
                let (sum, isTooLarge) = next.addingReportingOverflow(step)
                guard !isTooLarge else { return }
                (next, step) = (sum, step &* 2)
            }
        }
    }

    /// Copies what a statement gives.
    ///
    /// - Returns: the number of the last row when it ended in trouble, `none` before the first; nil at its proper end.
    private static func copy(
        _ read: Statement, _ width: Int, _ write: Statement, _ rows: inout Int, none: Int64 = .min
    ) throws(StoreError) -> Int64? {
        var last = none
        while true {
            do throws(StoreError) {
                guard try read.step() else { return nil }
            } catch {
                guard error.code == .corrupt else { throw error }
                return last
            }
            last = read.integer(0)
            for column in 1...width { write.bind(Int32(column), column: Int32(column), of: read) }
            try write.run()
            rows += 1
        }
    }
}
