internal import Beehive

/// Sealing what a take-over left in KubeEdge's own tables: other forms of secrets, and secrets that are no objects.
extension MetaStore {
    /// Moves each such value, sealed, into `classic`.
    func sealClassicRows(_ sealing: Sealing) throws(StoreError) -> Int {
        var count = 0
        for table in ClassicTable.allCases where try hasAside(table) {
            for place in try plainPlaces(table, sealing) {
                try seal(place, of: table, sealing)
                count += 1
            }
        }
        return count
    }

    /// True when the database was taken over from a KubeEdge file that had the table.
    func hasAside(_ table: ClassicTable) throws(StoreError) -> Bool {
        try connection.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '\(table.aside)'") == 1
    }

    private func plainPlaces(_ table: ClassicTable, _ sealing: Sealing) throws(StoreError) -> [String] {
        let type = table == .meta ? "k.\"type\"" : "''"
        let rows = try connection.prepare(
            """
            SELECT k."key", coalesce(o.type, \(type)) FROM \(table.aside) k \
            LEFT JOIN classic c ON c.source = \(table.source) AND c.place = k."key" \
            LEFT JOIN object o ON o.key = c.key WHERE typeof(k."key") = 'text' AND length(k."value") > 0
            """)
        var places: [String] = []
        while try rows.step() {
            let place = rows.text(0)
            let words = place.split(separator: "/", omittingEmptySubsequences: false)
            let plural = table == .second && words.count > 3 ? String(words[3]) : ""
            let isSealed = sealing.types.contains { type in
                type.rawValue == rows.text(1) || SecondRow.plural(ofKind: type.rawValue) == plural
            }
            if isSealed { places.append(place) }
        }
        return places
    }

    private func seal(_ place: String, of table: ClassicTable, _ sealing: Sealing) throws(StoreError) {
        let read = try connection.prepare("SELECT \"value\" FROM \(table.aside) WHERE \"key\" = ?1")
        read.bind(1, place)
        guard try read.step() else { return }
        let value = read.bytes(0)
        read.reset()
        let sealed = try sealing.seal(value, for: .classic(source: table.source, place: place))
        let write = try connection.prepare(
            """
            INSERT INTO classic(source, place, key, revision, sealed, value) VALUES(?1, ?2, '', 0, ?3, ?4) \
            ON CONFLICT(source, place) DO UPDATE SET sealed = ?3, value = ?4
            """)
        write.bind(1, table.source)
        write.bind(2, place)
        write.bind(3, sealed.key)
        write.bind(4, blob: sealed.bytes)
        try write.run()
        let clear = try connection.prepare("UPDATE \(table.aside) SET \"value\" = '' WHERE \"key\" = ?1")
        clear.bind(1, place)
        try clear.run()
    }
}
