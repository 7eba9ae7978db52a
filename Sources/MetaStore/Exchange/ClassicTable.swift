/// KubeEdge's two tables of metadata.
enum ClassicTable: String, CaseIterable {
    /// Rows as messages bring them.
    case meta = "meta"
    /// API objects, from 1.7 or so on.
    case second = "meta_v2"

    /// Its number in `classic.source`.
    var source: Int64 { self == .meta ? 0 : 1 }

    /// What it is called once it was taken over.
    var aside: String { "kubeedge_" + rawValue }

    init?(name: String) { self.init(rawValue: name.lowercased()) }
}

/// One table, index, trigger or view of a file.
struct SchemaItem {
    var type: String
    var name: String
    var table: String
    var sql: String

    /// All of a file, in the order in which they were made; what SQLite makes by itself is left out.
    static func all(in connection: Connection) throws(StoreError) -> [SchemaItem] {
        let statement = try connection.prepare(
            """
            SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL \
            AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid
            """)
        var items: [SchemaItem] = []
        while try statement.step() {
            items.append(
                SchemaItem(
                    type: statement.text(0), name: statement.text(1), table: statement.text(2), sql: statement.text(3)))
        }
        return items
    }
}

/// The names of this program's own tables, views and indexes, in lower case.
enum OwnNames {
    /// Reads them off a database in memory, so that no list has to be kept.
    static func read() throws(StoreError) -> Set<String> {
        let memory = try Connection(path: ":memory:", readOnly: false, busyTimeout: .zero)
        for step in Schema.steps { try memory.execute(step) }
        return Set(try SchemaItem.all(in: memory).map { $0.name.lowercased() })
    }
}

/// Names and texts in SQL.
enum SQLText {
    /// A name in quotes.
    static func name(_ name: String) -> String { quoted(name, "\"") }

    /// A text in quotes.
    static func text(_ text: String) -> String { quoted(text, "'") }

    private static func quoted(_ text: String, _ quote: String) -> String {
        quote
            + text.split(separator: Character(quote), omittingEmptySubsequences: false).joined(separator: quote + quote)
            + quote
    }
}
