internal import Beehive

/// Reads what a walk has found once more, and writes what is sound into a new database.
struct RowWriter {
    let connection: Connection
    let found: FoundRows
    let pages: RawPages
    let now: Int64
    /// Opens sealed values; nil takes them as they are.
    var sealing: Sealing?
    /// The keys with which values may be sealed: of any other they never open again.
    var sealKeys: Set<Int64> = []
    private(set) var objects = 0
    private(set) var outbox = 0
    private(set) var outboxLost = 0
    private(set) var unnamed = 0
    var lost: [String] = []
    private var newest: Int64 = 0

    init(connection: Connection, found: FoundRows, pages: RawPages, now: Int64) {
        self.connection = connection
        self.found = found
        self.pages = pages
        self.now = now
    }

    /// Objects, outbox, tombstones; and which keys are lost.
    mutating func writeRows() throws(StoreError) {
        pages.beginWalk()
        try writeObjects()
        try writeOutbox()
        let insert = try connection.prepare("INSERT INTO tombstone(key, uid, version, deleted) VALUES(?1, ?2, ?3, ?4)")
        for (key, tombstone) in found.tombstones {
            insert.bind(1, text: key[...])
            insert.bind(2, tombstone.uid)
            insert.bind(3, tombstone.version)
            insert.bind(4, tombstone.deleted)
            try insert.run()
        }
    }

    /// The revision that the store goes on from: above any that a client may know.
    func writeState() throws(StoreError) {
        let (clock, isTooLarge) = now.multipliedReportingOverflow(by: 1000)
        var revision = max(isTooLarge ? 0 : clock, newest, found.feedRevision, 0)
        if let known = found.state["revision"], RowShape.isRevision(known) { revision = max(revision, known) }
        revision += 1
        let put = try connection.prepare("INSERT OR REPLACE INTO state(name, value) VALUES(?1, ?2)")
        put.bind(1, "revision")
        put.bind(2, revision)
        try put.run()
        // Deliveries that an earlier process owed are made again; a number from nowhere would hold them back.
        let delivered = found.state["delivered"] ?? 0
        put.bind(1, "delivered")
        put.bind(2, delivered <= revision ? max(0, delivered) : 0)
        try put.run()
        let note = try connection.prepare("INSERT OR IGNORE INTO lost(key, noted) VALUES(?1, ?2)")
        for key in lost {
            note.bind(1, key)
            note.bind(2, now)
            try note.run()
        }
    }

    // MARK: - Objects

    private mutating func writeObjects() throws(StoreError) {
        let insert = try connection.prepare(
            """
            INSERT OR IGNORE INTO object(id, key, type, namespace, name, uid, version, api_version, kind, revision, \
            origin, stored, confirmed, sealed, value, sum) \
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """)
        var sound: [Int64: [UInt8]] = [:]
        var rows: [(id: Int64, key: [UInt8], place: RowPlace)] = []
        for (key, places) in found.objects {
            guard let (id, place) = best(places, isAttested: found.keys[key] != nil) else { continue }
            rows.append((id, key, place))
        }
        // In the order they were first stored.
        rows.sort { $0.id < $1.id }
        for (id, key, place) in rows {
            guard let (_, object) = object(at: place), let value = object.value else { continue }
            // A second row of one number comes from a damaged page: it gets a number of its own.
            if sound.updateValue(key, forKey: id) == nil { insert.bind(1, id) } else { insert.bindNull(1) }
            Self.bind(object, value, to: insert)
            try insert.run()
            objects += connection.changedRows
            newest = max(newest, object.revision)
        }
        let saved = Set(rows.map(\.key))
        // A key in an index that is not that of its row was damaged itself.
        let missing = found.keys.filter { !saved.contains($0.key) && sound[$0.value] == nil }
        lost = missing.map { String(decoding: $0.key, as: UTF8.self) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let named = Set(missing.values)
        let last = min(sound.keys.max() ?? 0, .max - 10_000) + 10_000
        unnamed = found.rowIDs.count { $0 > 0 && $0 <= last && sound[$0] == nil && !named.contains($0) }
    }

    static func bind(_ object: RowShape.Object, _ value: Bytes, to insert: Statement) {
        insert.bind(2, object.key)
        insert.bind(3, object.type)
        insert.bind(4, object.namespace)
        insert.bind(5, object.name)
        insert.bind(6, object.uid)
        insert.bind(7, object.version)
        insert.bind(8, object.apiVersion)
        insert.bind(9, object.kind)
        insert.bind(10, object.revision)
        insert.bind(11, object.origin)
        insert.bind(12, object.stored)
        insert.bind(13, object.confirmed)
        insert.bind(14, object.sealed)
        if object.sealed == 0 { insert.bind(15, text: value) } else { insert.bind(15, blob: value) }
        // Rows of older releases get their first one.
        insert.bind(16, object.sealed == 0 ? object.rightSum(of: value) : 0)
    }

    /// The newest sound reading of a row.
    private func best(_ places: [RowPlace], isAttested: Bool) -> (id: Int64, place: RowPlace)? {
        for place in places.sorted(by: { $0.rank > $1.rank }) where isAttested || !place.needsSum {
            guard let (id, object) = object(at: place), isSound(object, needsSum: place.needsSum) else { continue }
            return (id, place)
        }
        return nil
    }

    private func object(at place: RowPlace) -> (id: Int64, object: RowShape.Object)? {
        guard let page = pages.file.page(place.page), let cell = pages.cell(on: page, at: place.offset, .leafTable),
            cell.isWhole, let record = RawRecord(cell.payload), let object = RowShape.object(record)
        else { return nil }
        return (cell.rowID, object)
    }

    func isSound(_ object: RowShape.Object, needsSum: Bool) -> Bool {
        guard let value = object.value, ObjectOrigin(rawValue: object.origin) != nil, object.sealed >= 0 else {
            return false
        }
        guard object.sealed == 0 else {
            guard sealKeys.contains(object.sealed) else { return false }
            guard let sealing, sealing.outer != nil else { return !needsSum }
            return opens(value, at: .object(type: object.type, key: object.key, revision: object.revision), sealing)
        }
        if object.sum != 0 || needsSum { return object.sum == object.rightSum(of: value) }
        return StoreCheck.fault(ofValue: value, isObject: !object.kind.isEmpty) == nil
    }

    private func opens(_ value: Bytes, at place: SealedPlace, _ sealing: Sealing) -> Bool {
        do throws(StoreError) {
            _ = try sealing.open(value, at: place) { _ in nil }
            return true
        } catch {
            return error.code == .keyMissing
        }
    }

    // MARK: - Outbox

    private mutating func writeOutbox() throws(StoreError) {
        let insert = try connection.prepare(
            """
            INSERT INTO outbox(place, id, class, key, ends_by_answer, created, frame, sealed, sum) \
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        for (place, readings) in found.outbox.sorted(by: { $0.key < $1.key }) {
            var entry: (RawRecord, frame: Bytes, sum: Int64)?
            for reading in readings.sorted(by: { $0.rank > $1.rank }) where entry == nil {
                entry = self.entry(at: reading, place: place)
            }
            guard let (record, frame, sum) = entry else {
                outboxLost += 1
                continue
            }
            insert.bind(1, place)
            insert.bind(2, record[1].text ?? "")
            insert.bind(3, record[2].integer ?? 0)
            insert.bind(4, record[3].text ?? "")
            insert.bind(5, record[4].integer ?? 0)
            insert.bind(6, record[5].integer ?? 0)
            insert.bind(7, blob: frame)
            insert.bind(8, record[7].integer ?? 0)
            insert.bind(9, sum)
            try insert.run()
            outbox += 1
        }
    }

    private func entry(at reading: RowPlace, place: Int64) -> (RawRecord, frame: Bytes, sum: Int64)? {
        guard let page = pages.file.page(reading.page),
            let cell = pages.cell(on: page, at: reading.offset, .leafTable), cell.isWhole, cell.rowID == place,
            let record = RawRecord(cell.payload), record.isWhole, RowShape.outbox(record, place: place) != nil,
            let frame = record[6].bytes, let id = record[1].text, let key = record[3].text
        else { return nil }
        if let seal = record[7].integer, seal != 0 {
            let isSound =
                sealKeys.contains(seal)
                && sealing.map { $0.outer == nil || opens(frame, at: .frame(place: place, id: id, key: key), $0) }
                    ?? true
            return isSound ? (record, frame, 0) : nil
        }
        let right = CheckSum.frame(place: place, id: id, key: key, frame: frame)
        let sum = record[8].integer ?? 0
        guard sum != 0 else {
            guard let message = try? MessageDecoder().decode(frame), message.id == id else { return nil }
            return (record, frame, right)
        }
        return sum == right ? (record, frame, right) : nil
    }
}

extension RowShape.Object {
    func rightSum(of value: Bytes) -> Int64 {
        CheckSum.object(key: key, uid: uid, version: version, revision: revision, value: value)
    }
}
