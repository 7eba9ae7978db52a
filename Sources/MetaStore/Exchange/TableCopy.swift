/// Copies other programs' tables, row by row, with their row ids.
struct TableCopy {
    let source: Connection
    let target: Connection

    /// Copies the rows of a table that has the same columns in both files.
    func rows(of table: String) throws(StoreError) {
        let columns = try source.columns(of: table)
        let name = SQLText.name(table)
        var read = columns.map(SQLText.name)
        var order = ""
        if let rowID = try rowID(of: table, columns) {
            read.insert(rowID, at: 0)
            order = " ORDER BY \(rowID)"
        }
        let from = try source.prepare("SELECT \(read.joined(separator: ", ")) FROM \(name)\(order)")
        let to = try target.prepare(Self.insert(into: name, read))
        while try from.step() {
            for column in 0..<Int32(read.count) { to.bind(column + 1, column: column, of: from) }
            try to.run()
        }
    }

    /// An insert with a parameter for each column.
    static func insert(into name: String, _ columns: [String], or: String = "") -> String {
        let marks = (1...max(columns.count, 1)).map { "?\($0)" }.joined(separator: ", ")
        return "INSERT \(or)INTO \(name)(\(columns.joined(separator: ", "))) VALUES(\(marks))"
    }

    /// What the row id is called; nil for a table without one, or whose columns take all its names.
    private func rowID(of table: String, _ columns: [String]) throws(StoreError) -> String? {
        let withoutRowID = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = \(SQLText.text(table))"
        guard try source.integer(withoutRowID) == 0 else { return nil }
        let taken = Set(columns.map { $0.lowercased() })
        return ["rowid", "_rowid_", "oid"].first { !taken.contains($0) }
    }

    /// Copies what SQLite remembers of AUTOINCREMENT.
    func sequence(own: Set<String>) throws(StoreError) {
        guard source.has(table: "sqlite_sequence"), target.has(table: "sqlite_sequence") else { return }
        try target.execute("DELETE FROM sqlite_sequence")
        let from = try source.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY rowid")
        let to = try target.prepare("INSERT INTO sqlite_sequence(name, seq) VALUES(?1, ?2)")
        while try from.step() {
            let name = from.text(0)
            guard !own.contains(name.lowercased()), target.has(table: name) else { continue }
            to.bind(1, column: 0, of: from)
            to.bind(2, column: 1, of: from)
            try to.run()
        }
    }
}
