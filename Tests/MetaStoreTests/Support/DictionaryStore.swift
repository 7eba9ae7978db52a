import Beehive

@testable import MetaStore

/// The store's rules over plain collections: a model to compare with, and a second subject of the contract.
struct DictionaryStore: StoreReading {
    /// Keys are bytes: Swift's strings would make one key of two spellings of a letter.
    private struct Key: Hashable {
        let bytes: [UInt8]
        init(_ text: String) { bytes = Array(text.utf8) }
    }

    private var rows: [Int64: StoredObject] = [:]
    private var paths: [Int64: ResourcePath] = [:]
    private var tombstones: [Key: Tombstone] = [:]
    private(set) var entries: [OutboxEntry] = []
    private var places = OutboxLane.allCases.map { $0.places.lowerBound }
    private(set) var revision: Int64
    private(set) var feed: [FeedLine] = []
    var deliveredRevision: Int64 = 0

    init(revision: Int64) { self.revision = revision }

    private func row(_ key: String) -> StoredObject? { rows.values.first { Key($0.key) == Key(key) } }

    func head(_ key: String) -> ObjectHead? { row(key)?.head }
    func holds(_ key: String, value: Bytes) -> Bool { row(key)?.value == value }
    func object(_ key: String) -> StoredObject? { row(key) }
    func tombstone(_ key: String) -> Tombstone? { tombstones[Key(key)] }

    private func ordered(_ type: ResourceType) -> [StoredObject] {
        rows.values.filter { $0.type == type }.sorted { left, right in
            let (a, b) = (space(left), space(right))
            return a == b ? left.head.rowID < right.head.rowID : a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }

    private func space(_ row: StoredObject) -> String { paths[row.head.rowID]?.namespace ?? "" }

    func objects(ofType type: ResourceType) -> [StoredObject] { ordered(type) }

    func keys(startingWith prefix: String) -> [String] {
        rows.values.map(\.key).filter { $0.utf8.starts(with: prefix.utf8) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func podStatuses() -> [PodStatusRow] {
        ordered(.podStatus).map { row in
            let pod = "\(space(row))/pod/\(paths[row.head.rowID]?.id ?? "")"
            return PodStatusRow(key: row.key, namespace: space(row), value: row.value, hasPod: self.row(pod) != nil)
        }
    }

    func outbox(about key: String) -> [OutboxEntry] { entries.filter { !key.isEmpty && Key($0.key) == Key(key) } }
    func outbox(id: String) -> OutboxEntry? { entries.first { $0.id == id } }

    func outbox(lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        Array(entries.filter { $0.lane == lane && $0.place > place }.prefix(limit))
    }

    func outboxDepth() -> OutboxDepth {
        let states = entries.count { $0.kind == .state }
        let firsts = OutboxLane.allCases.compactMap { lane in entries.first { $0.lane == lane }?.created }
        return OutboxDepth(states: states, facts: entries.count - states, oldest: firsts.min())
    }

    mutating func apply(_ change: StoreChange, now: Int64) {
        switch change {
        case .put(let object, let row): put(object, replacing: row, now: now)
        case .confirm(let row): rows[row]?.head.confirmed = now
        case .delete(let key, let remember): delete(key, remember: remember, now: now)
        case .remember(let key, let uid, let version):
            tombstones[Key(key)] = Tombstone(uid: uid, version: version, deleted: now)
        case .liftTombstone(let key): tombstones[Key(key)] = nil
        case .enqueue(var entry, let lane):
            places[Int(lane.rawValue)] += 1
            entry.place = places[Int(lane.rawValue)]
            entries.append(entry)
            entries.sort { $0.place < $1.place }
        case .rewrite(let new):
            guard let index = entries.firstIndex(where: { $0.place == new.place }) else { return }
            entries[index].id = new.id
            entries[index].created = new.created
            entries[index].frame = new.frame
        case .dequeue(let place): entries.removeAll { $0.place == place }
        case .dequeueAll(let key): entries.removeAll { !key.isEmpty && Key($0.key) == Key(key) }
        case .forgetDeleted(let moment): tombstones = tombstones.filter { $0.value.deleted >= moment }
        }
    }

    private mutating func put(_ object: NewObject, replacing row: Int64?, now: Int64) {
        revision += 1
        let id = row ?? (rows.keys.max() ?? 0) + 1
        if row == nil { paths[id] = object.path }
        let stored = StoredObject(
            key: rows[id]?.key ?? object.key, type: rows[id]?.type ?? object.path.type,
            head: ObjectHead(
                rowID: id, uid: object.uid, version: object.version, hasKind: !object.kind.isEmpty, revision: revision,
                origin: object.origin, stored: now, confirmed: now),
            value: object.value)
        rows[id] = stored
        feed.append(FeedLine(revision: revision, kind: row == nil ? .added : .modified, rowID: id, object: stored))
    }

    private mutating func delete(_ key: String, remember: Bool, now: Int64) {
        guard let old = row(key) else { return }
        revision += 1
        rows[old.head.rowID] = nil
        feed.append(FeedLine(revision: revision, kind: .deleted, rowID: old.head.rowID, object: old))
        if remember, !old.head.uid.isEmpty {
            tombstones[Key(key)] = Tombstone(uid: old.head.uid, version: old.head.version, deleted: now)
        }
    }

    /// A new start: what only the memory of the process knew is gone.
    mutating func reopen() {
        for lane in OutboxLane.allCases {
            places[Int(lane.rawValue)] = max(
                lane.places.lowerBound, entries.last { $0.lane == lane }?.place ?? 0)
        }
    }
}
