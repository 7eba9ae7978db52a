internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The store of a replay: what the record says was read, and what the replayed plans made of it.
struct Shadow: StoreReading {
    private var rows: [String: StoredObject] = [:]
    private var tombstones: [String: Tombstone] = [:]
    /// In the order of sending.
    private(set) var entries: [OutboxEntry] = []
    /// Keys that a search found and whose rows have not been read.
    private var foundKeys: Set<String> = []
    private var nextRow: Int64 = 1
    private var nextPlaces = OutboxLane.allCases.map { $0.places.lowerBound + 1 << 40 }
    private var facts: Int
    private var states: Int

    /// The store's revision; set to the recorded one before each batch.
    var revision: Int64 = 0
    /// What the record says of the input that is planned now.
    var held: [String: Bool] = [:]
    var unsound: Set<String> = []
    var pods: [PodStatusRow]?

    /// The types whose values decisions depend on beyond what the sketch of a content tells.
    static func decides(_ type: ResourceType) -> Bool { type == PendingWrite.type || type == WriteConflict.type }

    /// An empty store.
    init(states: Int = 0, facts: Int = 0) {
        self.states = states
        self.facts = facts
    }

    /// Somebody else has changed rows: what was known of them counts no more.
    mutating func forgetRows() {
        (rows, tombstones, foundKeys) = ([:], [:], [])
    }

    /// A row was evicted.
    mutating func forget(_ key: String) { rows[key] = nil }

    // MARK: What was read

    mutating func note(_ head: ObjectHead?, type: ResourceType, key: String, value: Bytes?) {
        foundKeys.remove(key)
        guard var head else {
            rows[key] = nil
            return
        }
        head.rowID = rows[key]?.head.rowID ?? nextRow
        if rows[key] == nil { nextRow += 1 }
        rows[key] = StoredObject(key: key, type: type, head: head, value: value ?? rows[key]?.value ?? [])
    }

    mutating func note(_ tombstone: Tombstone?, key: String) { tombstones[key] = tombstone }

    mutating func noteFound(_ keys: [String]) { for key in keys where rows[key] == nil { foundKeys.insert(key) } }

    /// Adds an entry as it was read.
    ///
    /// - Returns: its place here, which is another one if a replayed plan has queued it; nil for one that was to be known.
    mutating func note(_ entry: OutboxEntry, isWhole: Bool) -> Int64? {
        if let known = entries.first(where: { $0.id == entry.id || $0.place == entry.place }) { return known.place }
        guard isWhole else { return nil }
        entries.append(entry)
        entries.sort { $0.place < $1.place }
        return entry.place
    }

    // MARK: Reading

    func head(_ key: String) -> ObjectHead? { rows[key]?.head }

    func holds(_ key: String, value: Bytes) -> Bool { held[key] ?? (rows[key]?.value == value) }

    func isSound(_ key: String, type: ResourceType) -> Bool { !unsound.contains(key) }

    func object(_ key: String) -> StoredObject? { rows[key] }

    func objects(ofType type: ResourceType, upTo limit: Int) -> [StoredObject]? {
        rows.values.filter { $0.type == type }.sorted { $0.head.rowID < $1.head.rowID }
    }

    func keys(startingWith prefix: String) -> [String] {
        (Array(rows.keys) + foundKeys).filter { $0.utf8.starts(with: prefix.utf8) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func tombstone(_ key: String) -> Tombstone? { tombstones[key] }

    func outbox(about key: String) -> [OutboxEntry] { entries.filter { !key.isEmpty && $0.key == key } }

    func outbox(id: String) -> OutboxEntry? { entries.first { $0.id == id } }

    func outbox(lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        Array(entries.lazy.filter { $0.lane == lane && $0.place > place }.prefix(limit))
    }

    func outboxDepth() -> OutboxDepth { OutboxDepth(states: states, facts: facts) }

    func podStatuses() -> [PodStatusRow] { pods ?? [] }

    var deliveredRevision: Int64 { revision }

    // MARK: Changing

    /// Applies a change as the store does.
    mutating func apply(_ change: StoreChange, now: Int64) {
        switch change {
        case .put(let object, _): put(object, now: now)
        case .confirm(let row): changeHead(row) { $0.confirmed = now }
        case .adopt(let row):
            changeHead(row) { head in
                head.confirmed = now
                head.origin = .delivered
            }
        case .delete(let key, let remember):
            foundKeys.remove(key)
            guard let old = rows.removeValue(forKey: key) else { return }
            revision += 1
            if remember, !old.head.uid.isEmpty {
                tombstones[key] = Tombstone(uid: old.head.uid, version: old.head.version, deleted: now)
            }
        case .remember(let key, let uid, let version):
            tombstones[key] = Tombstone(uid: uid, version: version, deleted: now)
        case .liftTombstone(let key): tombstones[key] = nil
        case .enqueue(var entry, let lane):
            entry.place = nextPlaces[Int(lane.rawValue)]
            nextPlaces[Int(lane.rawValue)] += 1
            entries.append(entry)
            entries.sort { $0.place < $1.place }
            count(entry, 1)
        case .rewrite(let new):
            guard let place = entries.firstIndex(where: { $0.place == new.place }) else { return }
            entries[place].id = new.id
            entries[place].created = new.created
            entries[place].frame = new.frame
        case .dequeue(let place): remove { $0.place == place }
        case .dequeueAll(let key): remove { !key.isEmpty && $0.key == key }
        case .forgetDeleted(let moment): tombstones = tombstones.filter { $0.value.deleted >= moment }
        }
    }

    private mutating func count(_ entry: OutboxEntry, _ step: Int) {
        if entry.kind == .fact { facts = max(0, facts + step) } else { states = max(0, states + step) }
    }

    private mutating func remove(_ isGone: (OutboxEntry) -> Bool) {
        for entry in entries where isGone(entry) { count(entry, -1) }
        entries.removeAll(where: isGone)
    }

    private mutating func put(_ object: NewObject, now: Int64) {
        revision += 1
        foundKeys.remove(object.key)
        let id = rows[object.key]?.head.rowID ?? nextRow
        if rows[object.key] == nil { nextRow += 1 }
        rows[object.key] = StoredObject(
            key: object.key, type: object.path.type,
            head: ObjectHead(
                rowID: id, uid: object.uid, version: object.version, hasKind: !object.kind.isEmpty, revision: revision,
                origin: object.origin, stored: now, confirmed: now),
            value: object.value)
    }

    private mutating func changeHead(_ row: Int64, _ change: (inout ObjectHead) -> Void) {
        guard let key = rows.first(where: { $0.value.head.rowID == row })?.key, var object = rows[key] else { return }
        change(&object.head)
        rows[key] = object
    }
}
