internal import Beehive

/// Writes one of KubeEdge's two tables: first the rows that were taken over, in their order, then those that came since.
struct ClassicExport {
    let store: MetaStore
    let target: Connection
    let table: ClassicTable
    let progress: (Int) -> Void
    /// Rows written.
    private(set) var count = 0
    /// Rows whose values do not open, with the reason.
    private(set) var unreadable: [String] = []

    init(store: MetaStore, target: Connection, table: ClassicTable, progress: @escaping (Int) -> Void) {
        self.store = store
        self.target = target
        self.table = table
        self.progress = progress
    }

    /// What a taken-over row has become.
    private enum Fate {
        /// As it was, with this value, or the one that stands in its row.
        case same(Bytes?)
        /// A message wrote it since.
        case written(type: String, value: Bytes)
        /// A message deleted it.
        case gone
    }

    mutating func run() throws(StoreError) {
        if try store.hasAside(table) { try writeOld() }
        try writeNew()
    }

    private mutating func writeOld() throws(StoreError) {
        let source = try store.connection.columns(of: table.aside)
        let columns = try target.columns(of: table.rawValue)
        // By name; in the other release's form, by its other spelling.
        let pairs = columns.compactMap { column in
            (source.contains(column)
                ? column : KubeEdgeRelease.spellings[column].flatMap { source.contains($0) ? $0 : nil })
                .map { (from: $0, to: column) }
        }
        let from = try store.connection.prepare(
            "SELECT rowid, \"key\", \(pairs.map { SQLText.name($0.from) }.joined(separator: ", ")) "
                + "FROM \(table.aside) ORDER BY rowid")
        let to = try target.prepare(
            TableCopy.insert(into: table.rawValue, ["rowid"] + pairs.map { SQLText.name($0.to) }))
        let fates = try fateStatement()
        while try from.step() {
            let place = from.text(1)
            do throws(StoreError) {
                let fate = from.isText(1) ? try fate(of: place, fates) : .same(nil)
                if case .gone = fate { continue }
                to.bind(1, column: 0, of: from)
                for (index, pair) in pairs.enumerated() {
                    let column = Int32(index) + 2
                    if !bind(fate, pair.to, to: to, column) { to.bind(column, column: column, of: from) }
                }
                try to.run()
                count += 1
                progress(count)
            } catch  where error.isAboutOneRow {
                unreadable.append("\(table.rawValue) \(place): \(error.description)")
            }
        }
    }

    /// Binds what a message has changed of a row; false for a column that stays.
    private func bind(_ fate: Fate, _ column: String, to statement: Statement, _ index: Int32) -> Bool {
        switch fate {
        case .gone: return false
        case .same(let value):
            guard column == "value", let value else { return false }
            statement.bind(index, text: value)
        case .written(let type, let value):
            if column == "value" {
                statement.bind(index, text: value)
            } else if let row = table == .second ? SecondRow(type: type, value: value) : nil {
                return row.bind(column, to: statement, index)
            } else {
                return false
            }
        }
        return true
    }

    private func fateStatement() throws(StoreError) -> Statement {
        try store.connection.prepare(
            """
            SELECT c.key, c.revision, c.moved, c.sealed, c.value, o.key, o.type, o.revision, o.value, o.sealed, \
            o.sum, o.uid, o.version FROM classic c LEFT JOIN object o ON o.key = c.key WHERE c.source = \(table.source) AND c.place = ?1
            """)
    }

    private func fate(of place: String, _ statement: Statement) throws(StoreError) -> Fate {
        statement.bind(1, place)
        guard try statement.step() else { return try newcomer(place) }
        defer { statement.reset() }
        let value: Bytes?
        if statement.integer(3) != 0 {
            value = try store.open(statement.bytes(4), at: .classic(source: table.source, place: place))
        } else {
            value = nil
        }
        if statement.text(0).isEmpty { return .same(value) }
        guard !statement.text(5).isEmpty else { return .gone }
        let isSame = statement.integer(1) == statement.integer(7)
        if isSame, statement.integer(2) == 0 { return .same(value) }
        let current = try opened(statement, type: 6, key: 5, revision: 7, value: 8, sealed: 9)
        return isSame ? .same(current) : .written(type: statement.text(6), value: current)
    }

    /// A row that was no object, under whose key one has come since.
    private func newcomer(_ place: String) throws(StoreError) -> Fate {
        guard table == .meta else { return .same(nil) }
        let statement = try store.connection.prepare(
            "SELECT key, type, revision, value, sealed, sum, uid, version FROM object WHERE key = ?1")
        statement.bind(1, place)
        guard try statement.step() else { return .same(nil) }
        let value = try opened(statement, type: 1, key: 0, revision: 2, value: 3, sealed: 4)
        return .written(type: statement.text(1), value: value)
    }

    /// The value in plain; behind the column `sealed` stand the row's sum, uid and version.
    private func opened(
        _ row: Statement, type: Int32, key: Int32, revision: Int32, value: Int32, sealed: Int32
    ) throws(StoreError) -> Bytes {
        guard row.integer(sealed) != 0 else {
            let (plain, sum) = (row.bytes(value), row.integer(sealed + 1))
            let right = CheckSum.object(
                key: row.text(key), uid: row.text(sealed + 2), version: row.text(sealed + 3),
                revision: row.integer(revision), value: plain)
            guard sum == 0 || sum == right else { throw StoreError.damaged(row.text(key)) }
            return plain
        }
        let place = SealedPlace.object(type: row.text(type), key: row.text(key), revision: row.integer(revision))
        return try store.open(row.bytes(value), at: place)
    }

    /// What messages brought, or changed where only the other table had it.
    private mutating func writeNew() throws(StoreError) {
        let columns = try target.columns(of: table.rawValue)
        // Merely cached objects are answers to queries, which KubeEdge puts into `meta` only.
        let cached = table == .second ? "AND o.origin <> \(ObjectOrigin.cached.rawValue)" : ""
        let objects = try store.connection.prepare(
            """
            SELECT o.key, o.type, o.revision, o.value, o.sealed, o.sum, o.uid, o.version FROM object o \
            WHERE NOT EXISTS(SELECT 1 FROM classic c WHERE c.key = o.key AND c.source = \(table.source)) \
            AND NOT EXISTS(SELECT 1 FROM classic c WHERE c.key = o.key AND c.revision = o.revision) \
            \(cached) ORDER BY o.id
            """)
        let write = try target.prepare(
            TableCopy.insert(into: table.rawValue, columns.map(SQLText.name), or: "OR IGNORE "))
        while try objects.step() {
            let (key, type) = (objects.text(0), objects.text(1))
            do throws(StoreError) {
                let value = try opened(objects, type: 1, key: 0, revision: 2, value: 3, sealed: 4)
                let second = table == .second ? SecondRow(type: type, value: value) : nil
                if table == .second, second == nil { continue }
                for (index, column) in columns.enumerated() {
                    let place = Int32(index) + 1
                    write.bindNull(place)
                    switch (column, second) {
                    case ("value", _): write.bind(place, text: value)
                    case (_, let row?): if !row.bind(column, to: write, place) { write.bind(place, "") }
                    case ("key", nil): write.bind(place, key)
                    case ("type", nil): write.bind(place, type)
                    default: break
                    }
                }
                try write.run()
                guard target.changedRows == 1 else { continue }
                count += 1
                progress(count)
            } catch  where error.isAboutOneRow {
                unreadable.append("\(table.rawValue) \(key): \(error.description)")
            }
        }
    }
}

extension SecondRow {
    /// Binds one column of `meta_v2`, in either spelling; false for one that is not known.
    func bind(_ column: String, to statement: Statement, _ index: Int32) -> Bool {
        switch column {
        case "key": statement.bind(index, key)
        case "group_version_resource", "groupversionresource": statement.bind(index, groupVersionResource)
        case "namespace": statement.bind(index, namespace)
        case "name": statement.bind(index, name)
        case "resource_version", "resourceversion": statement.bind(index, version)
        default: return false
        }
        return true
    }
}
