public import Beehive
public import MetaStore

/// The store's rules over plain collections, without disk or clock: planning is tested on it, and the real store is
/// compared with it.
public struct MemoryStore: StoreReading, Sendable {
    /// Keys are bytes: Swift's strings would make one key of two spellings of a letter.
    private struct Key: Hashable {
        let bytes: [UInt8]
        init(_ text: String) { bytes = Array(text.utf8) }
    }

    private var objects: [Int64: StoredObject] = [:]
    private var ids: [Key: Int64] = [:]
    private var paths: [Int64: ResourcePath] = [:]
    private var deletions: [Key: Tombstone] = [:]
    private var places = OutboxLane.allCases.map { $0.places.lowerBound }
    /// The outbox, in the order of sending.
    public private(set) var entries: [OutboxEntry] = []
    /// The newest revision.
    public private(set) var revision: Int64
    /// The change feed, with the objects as they were written.
    public private(set) var feed: [FeedLine] = []
    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 = 0

    /// Makes an empty store.
    ///
    /// - Parameter revision: the first change gets the one behind it.
    public init(revision: Int64 = 0) { self.revision = revision }

    /// The rows, by key.
    public var rows: [String: StoredObject] {
        Dictionary(objects.values.map { ($0.key, $0) }) { first, _ in first }
    }

    /// True when nothing is remembered of deleted objects.
    public var hasNoTombstones: Bool { deletions.isEmpty }

    private func row(_ key: String) -> StoredObject? { ids[Key(key)].flatMap { objects[$0] } }

    /// The head of a row.
    public func head(_ key: String) -> ObjectHead? { row(key)?.head }

    /// True when a row holds exactly these bytes.
    public func holds(_ key: String, value: Bytes) -> Bool { row(key)?.value == value }

    /// A row.
    public func object(_ key: String) -> StoredObject? { row(key) }

    /// What is remembered of a deleted object.
    public func tombstone(_ key: String) -> Tombstone? { deletions[Key(key)] }

    /// The rows of a type, in the order they were first stored.
    public func objects(ofType type: ResourceType, upTo limit: Int) -> [StoredObject]? {
        let rows = objects.values.filter { $0.type == type }.sorted { $0.head.rowID < $1.head.rowID }
        return rows.reduce(0) { $0 + $1.value.count } <= limit ? rows : nil
    }

    private func space(_ row: StoredObject) -> String { paths[row.head.rowID]?.namespace ?? "" }

    /// The keys that start with a text.
    public func keys(startingWith prefix: String) -> [String] {
        objects.values.map(\.key).filter { $0.utf8.starts(with: prefix.utf8) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Every stored pod status, by namespace.
    public func podStatuses() -> [PodStatusRow] {
        let rows = objects.values.filter { $0.type == .podStatus }.sorted { left, right in
            let (a, b) = (space(left), space(right))
            return a == b ? left.head.rowID < right.head.rowID : a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        return rows.map { row in
            let pod = "\(space(row))/pod/\(paths[row.head.rowID]?.id ?? "")"
            return PodStatusRow(key: row.key, namespace: space(row), value: row.value, hasPod: self.row(pod) != nil)
        }
    }

    /// The entries of the outbox about one thing.
    public func outbox(about key: String) -> [OutboxEntry] {
        entries.filter { !key.isEmpty && Key($0.key) == Key(key) }
    }

    /// The entry that has an id.
    public func outbox(id: String) -> OutboxEntry? { entries.first { $0.id == id } }

    /// The next entries of a lane.
    public func outbox(lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        Array(entries.lazy.filter { $0.lane == lane && $0.place > place }.prefix(limit))
    }

    /// How much waits for the cloud.
    public func outboxDepth() -> OutboxDepth {
        let states = entries.count { $0.kind == .state }
        let firsts = OutboxLane.allCases.compactMap { lane in entries.first { $0.lane == lane }?.created }
        return OutboxDepth(states: states, facts: entries.count - states, oldest: firsts.min())
    }

    /// Applies one change, as the transaction of the real store does.
    ///
    /// - Parameters:
    ///   - change: the change.
    ///   - now: milliseconds since 1970.
    public mutating func apply(_ change: StoreChange, now: Int64) {
        switch change {
        case .put(let object, let row): put(object, replacing: row, now: now)
        case .confirm(let row): objects[row]?.head.confirmed = now
        case .adopt(let row):
            objects[row]?.head.confirmed = now
            objects[row]?.head.origin = .delivered
        case .delete(let key, let remember): delete(key, remember: remember, now: now)
        case .remember(let key, let uid, let version):
            deletions[Key(key)] = Tombstone(uid: uid, version: version, deleted: now)
        case .liftTombstone(let key): deletions[Key(key)] = nil
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
        case .forgetDeleted(let moment): deletions = deletions.filter { $0.value.deleted >= moment }
        }
    }

    private mutating func put(_ object: NewObject, replacing row: Int64?, now: Int64) {
        // The table refuses a second row of a key; a plan that asks for one is a defect.
        precondition(ids[Key(object.key)] == row, "a plan replaced a row that is not that of \(object.key)")
        revision += 1
        let id = row ?? (objects.keys.max() ?? 0) + 1
        ids[Key(object.key)] = id
        paths[id] = object.path
        let stored = StoredObject(
            key: object.key, type: object.path.type,
            head: ObjectHead(
                rowID: id, uid: object.uid, version: object.version, hasKind: !object.kind.isEmpty, revision: revision,
                origin: object.origin, stored: now, confirmed: now),
            value: object.value)
        objects[id] = stored
        feed.append(FeedLine(revision: revision, kind: row == nil ? .added : .modified, rowID: id, object: stored))
    }

    private mutating func delete(_ key: String, remember: Bool, now: Int64) {
        guard let id = ids.removeValue(forKey: Key(key)), let old = objects.removeValue(forKey: id) else { return }
        revision += 1
        feed.append(FeedLine(revision: revision, kind: .deleted, rowID: id, object: old))
        guard remember, !old.head.uid.isEmpty else { return }
        deletions[Key(key)] = Tombstone(uid: old.head.uid, version: old.head.version, deleted: now)
    }

    /// A new start: what only the memory of the process knew is gone.
    public mutating func reopen() {
        for lane in OutboxLane.allCases {
            places[Int(lane.rawValue)] = max(
                lane.places.lowerBound, entries.last { $0.lane == lane }?.place ?? 0)
        }
    }
}
