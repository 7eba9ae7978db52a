/// What an exported file is made of, in the order in which it is made.
struct ExportPlan {
    /// The tables.
    private(set) var tables: [SchemaItem] = []
    /// Indexes, triggers and views, to be made once the rows are in.
    private(set) var rest: [SchemaItem] = []
    /// The form.
    let release: KubeEdgeRelease
    /// This program's own names.
    let ownNames: Set<String>
    private let hasAside: Bool

    /// Reads the plan off a database.
    ///
    /// Other programs' items are made as they are now, in the order of the file that was taken over; KubeEdge's two
    /// tables with the text that they had there, unless another release's form is asked for.
    init(_ store: MetaStore, release: KubeEdgeRelease?) throws(StoreError) {
        let connection = store.connection
        ownNames = try OwnNames.read().union(ClassicTable.allCases.map(\.aside))
        hasAside = try store.hasAside(.meta)
        let names = ownNames
        let current = try SchemaItem.all(in: connection).filter {
            !names.contains($0.name.lowercased()) && !names.contains($0.table.lowercased())
        }
        let original = hasAside ? try Self.original(connection) : []
        let form = try Self.form(store)
        self.release = release ?? form ?? .from123
        let isOwnForm = !original.isEmpty && (release == nil || release == form)
        var items: [SchemaItem] = []
        for item in original {
            if let table = ClassicTable(name: item.table) {
                // An index or trigger may name columns that the other form has not.
                if isOwnForm {
                    items.append(item)
                } else if item.type == "table" {
                    items.append(Self.item(table, self.release))
                }
            } else if let now = current.first(where: { $0.type == item.type && $0.name == item.name }) {
                items.append(now)
            }
        }
        for item in current where !items.contains(where: { $0.type == item.type && $0.name == item.name }) {
            items.append(item)
        }
        for table in ClassicTable.allCases
        where (!isOwnForm || release != nil) && !items.contains(where: { ClassicTable(name: $0.name) == table }) {
            items.append(Self.item(table, self.release))
        }
        tables = items.filter { $0.type == "table" }
        // A trigger may need a view.
        rest = items.filter { $0.type == "index" } + items.filter { $0.type != "table" && $0.type != "index" }
    }

    /// True for KubeEdge's two tables, whose rows come from `object`.
    func isClassic(_ item: SchemaItem) -> Bool { ClassicTable(name: item.name) != nil }

    private static func item(_ table: ClassicTable, _ release: KubeEdgeRelease) -> SchemaItem {
        SchemaItem(type: "table", name: table.rawValue, table: table.rawValue, sql: release.sql(table))
    }

    private static func original(_ connection: Connection) throws(StoreError) -> [SchemaItem] {
        let rows = try connection.prepare("SELECT type, name, tbl_name, sql FROM classic_schema ORDER BY place")
        var items: [SchemaItem] = []
        while try rows.step() {
            items.append(
                SchemaItem(type: rows.text(0), name: rows.text(1), table: rows.text(2), sql: rows.text(3)))
        }
        return items
    }

    /// The form of the file that was taken over; nil if none was, or it was too old to tell: 1.22 reads it then.
    private static func form(_ store: MetaStore) throws(StoreError) -> KubeEdgeRelease? {
        guard try store.hasAside(.meta) else { return nil }
        guard try store.hasAside(.second) else { return .upTo122 }
        return KubeEdgeRelease(columns: try store.connection.columns(of: ClassicTable.second.aside))
    }
}

extension Connection {
    /// The columns of a table that can be written.
    func columns(of table: String) throws(StoreError) -> [String] {
        let rows = try prepare(
            "SELECT name FROM pragma_table_xinfo(\(SQLText.text(table))) WHERE hidden = 0 ORDER BY cid")
        var names: [String] = []
        while try rows.step() { names.append(rows.text(0)) }
        return names
    }

    /// True when there is a table of that name.
    func has(table: String) -> Bool {
        let found = try? integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = \(SQLText.text(table))")
        return found == 1
    }
}
