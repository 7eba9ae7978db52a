public import Beehive
public import MetaStore

/// A store of dictionaries: planning reads it and its changes are applied to it, without disk or clock.
public struct MemoryStore: StoreReading, Sendable {
    /// The rows, by key.
    public private(set) var rows: [String: StoredObject] = [:]
    /// The outbox, in the order of sending.
    public private(set) var entries: [OutboxEntry] = []
    /// What is remembered of deleted objects, by key.
    public private(set) var tombstones: [String: Tombstone] = [:]
    /// The newest revision.
    public private(set) var revision: Int64 = 0
    /// The revision up to which deliveries were made.
    public var deliveredRevision: Int64 = 0
    private var paths: [String: ResourcePath] = [:]
    private var rowCount: Int64 = 0
    private var places = OutboxLane.allCases.map { $0.rawValue << 48 }

    /// Makes an empty store.
    public init() {}

    /// The head of a row.
    public func head(_ key: String) -> ObjectHead? { rows[key]?.head }

    /// True when a row holds exactly these bytes.
    public func holds(_ key: String, value: Bytes) -> Bool { rows[key]?.value == value }

    /// A row.
    public func object(_ key: String) -> StoredObject? { rows[key] }

    /// The rows of a type, by namespace, then in the order they were first stored.
    public func objects(ofType type: ResourceType) -> [StoredObject] {
        rows.values.filter { $0.type == type }.sorted(by: isBefore)
    }

    private func isBefore(_ left: StoredObject, _ right: StoredObject) -> Bool {
        (paths[left.key]?.namespace ?? "", left.head.rowID) < (paths[right.key]?.namespace ?? "", right.head.rowID)
    }

    /// The keys that start with a text.
    public func keys(startingWith prefix: String) -> [String] { rows.keys.filter { $0.hasPrefix(prefix) }.sorted() }

    /// What is remembered of a deleted object.
    public func tombstone(_ key: String) -> Tombstone? { tombstones[key] }

    /// The entries of the outbox about one thing.
    public func outbox(about key: String) -> [OutboxEntry] { entries.filter { $0.key == key && !key.isEmpty } }

    /// The entry that has an id.
    public func outbox(id: String) -> OutboxEntry? { entries.first { $0.id == id } }

    /// The next entries of a lane.
    public func outbox(lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        Array(entries.lazy.filter { $0.lane == lane && $0.place > place }.prefix(limit))
    }

    /// How much waits for the cloud.
    public func outboxDepth() -> OutboxDepth {
        let states = entries.count { $0.kind == .state }
        return OutboxDepth(states: states, facts: entries.count - states, oldest: entries.map(\.created).min())
    }

    /// Every stored pod status, by namespace.
    public func podStatuses() -> [PodStatusRow] {
        objects(ofType: .podStatus).map { row in
            let path = paths[row.key]
            let pod = path?.with(type: .pod).key ?? ""
            return PodStatusRow(
                key: row.key, namespace: path?.namespace ?? "", value: row.value,
                hasPod: rows[pod]?.type == .pod && path?.id.isEmpty == false)
        }
    }

    /// Applies one change, as the transaction of the real store does.
    ///
    /// - Parameters:
    ///   - change: the change.
    ///   - now: milliseconds since 1970.
    public mutating func apply(_ change: StoreChange, now: Int64) {
        switch change {
        case .put(let object, let row): put(object, replacing: row, now: now)
        case .confirm(let row):
            for (key, object) in rows where object.head.rowID == row { rows[key]?.head.confirmed = now }
        case .delete(let key, let remember):
            guard let old = rows.removeValue(forKey: key) else { return }
            revision += 1
            guard remember, !old.head.uid.isEmpty else { return }
            tombstones[key] = Tombstone(uid: old.head.uid, version: old.head.version, deleted: now)
        case .remember(let key, let uid, let version):
            tombstones[key] = Tombstone(uid: uid, version: version, deleted: now)
        case .liftTombstone(let key): tombstones[key] = nil
        case .enqueue(var entry, let lane):
            places[Int(lane.rawValue)] += 1
            // Places start behind the lane's first number, as in the table.
            entry.place = places[Int(lane.rawValue)] + 1
            entries.append(entry)
            entries.sort { $0.place < $1.place }
        case .rewrite(let entry):
            guard let index = entries.firstIndex(where: { $0.place == entry.place }) else { return }
            entries[index].id = entry.id
            entries[index].created = entry.created
            entries[index].frame = entry.frame
        case .dequeue(let place): entries.removeAll { $0.place == place }
        case .dequeueAll(let key): entries.removeAll { $0.key == key && !key.isEmpty }
        case .forgetDeleted(let moment): tombstones = tombstones.filter { $0.value.deleted >= moment }
        }
    }

    private mutating func put(_ object: NewObject, replacing row: Int64?, now: Int64) {
        revision += 1
        if row == nil {
            // The table refuses a second row of a key; a plan that asks for one is a defect.
            precondition(rows[object.key] == nil, "a plan inserted \(object.key), which is stored")
            rowCount += 1
            paths[object.key] = object.path
        } else {
            precondition(rows[object.key]?.head.rowID == row, "a plan replaced a row that is not \(object.key)")
        }
        let head = ObjectHead(
            rowID: row ?? rowCount, uid: object.uid, version: object.version, hasKind: !object.kind.isEmpty,
            revision: revision, origin: object.origin, stored: now, confirmed: now)
        rows[object.key] = StoredObject(key: object.key, type: object.path.type, head: head, value: object.value)
    }
}
