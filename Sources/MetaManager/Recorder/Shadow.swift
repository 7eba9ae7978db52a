internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The store of a replay: what the record says was read, and what the replayed plans made of it.
///
/// A record may come from strangers: nothing here takes longer the more it holds, and what is given at a time is bounded.
struct Shadow: StoreReading {
    /// The most rows or entries that are given at a time; the daemon keeps far fewer of what decisions read in lists.
    static let readLimit = 4096

    private var rows = ShadowRows()
    private var tombstones = ShadowTombstones()
    private var outbox = ShadowOutbox()
    /// Keys that a search found and whose rows have not been read; the rows here hold nothing else.
    private var foundKeys = ShadowRows()
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
        rows.removeAll()
        foundKeys.removeAll()
        tombstones = ShadowTombstones()
    }

    /// A row was evicted.
    mutating func forget(_ key: String) { rows.remove(key) }

    // MARK: What was read

    mutating func note(_ head: ObjectHead?, type: ResourceType, key: String, value: Bytes?) {
        foundKeys.remove(key)
        guard var head else {
            rows.remove(key)
            return
        }
        head.rowID = rows.number(key)
        rows.put(StoredObject(key: key, type: type, head: head, value: value ?? rows[key]?.value ?? []))
    }

    mutating func note(_ tombstone: Tombstone?, key: String) { tombstones[key] = tombstone }

    mutating func noteFound(_ keys: [String]) {
        for key in keys where rows[key] == nil {
            let head = ObjectHead(
                rowID: foundKeys.number(key), uid: "", version: "", hasKind: false, revision: 0, origin: .cached,
                stored: 0, confirmed: 0)
            foundKeys.put(StoredObject(key: key, type: "", head: head, value: []))
        }
    }

    /// Adds an entry as it was read.
    ///
    /// - Returns: its place here, which is another one if a replayed plan has queued it; nil for one that was to be known.
    mutating func note(_ entry: OutboxEntry, isWhole: Bool) -> Int64? {
        let known = [outbox.first(id: entry.id), outbox[entry.place]].compactMap { $0?.place }.min()
        if let known { return known }
        guard isWhole else { return nil }
        outbox.add(entry)
        return entry.place
    }

    // MARK: Reading

    func head(_ key: String) -> ObjectHead? { rows[key]?.head }

    func holds(_ key: String, value: Bytes) -> Bool { held[key] ?? (rows[key]?.value == value) }

    func isSound(_ key: String, type: ResourceType) -> Bool { !unsound.contains(key) }

    func object(_ key: String) -> StoredObject? { rows[key] }

    /// Of types that no decision depends on the first rows do: what is made of them is not recorded.
    func objects(ofType type: ResourceType, upTo limit: Int) throws(StoreError) -> [StoredObject]? {
        let found = rows.rows(ofType: type, limit: Self.readLimit + 1)
        return Self.decides(type) ? try bounded(found, "rows of type \(type)") : found
    }

    func keys(startingWith prefix: String) throws(StoreError) -> [String] {
        let limit = Self.readLimit + 1
        let found =
            rows.keys(startingWith: prefix, limit: limit) + foundKeys.keys(startingWith: prefix, limit: limit)
        return try bounded(found, "keys of one prefix").sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func bounded<Item>(_ items: [Item], _ what: String) throws(StoreError) -> [Item] {
        guard items.count <= Self.readLimit else {
            throw StoreError(
                .other, "it has more than \(Self.readLimit) \(OneLine.of(what)), as no record of a node has")
        }
        return items
    }

    func tombstone(_ key: String) -> Tombstone? { tombstones[key] }

    func outbox(about key: String) throws(StoreError) -> [OutboxEntry] {
        try bounded(outbox.entries(about: key, limit: Self.readLimit + 1), "entries of the outbox about one thing")
    }

    func outbox(id: String) -> OutboxEntry? { outbox.first(id: id) }

    func outbox(lane: OutboxLane, after place: Int64, limit: Int) -> [OutboxEntry] {
        outbox.entries(of: lane, after: place, limit: limit)
    }

    func outboxDepth() -> OutboxDepth { OutboxDepth(states: states, facts: facts) }

    func podStatuses() -> [PodStatusRow] { pods ?? [] }

    var deliveredRevision: Int64 { revision }

    // MARK: Changing

    /// Applies a change as the store does.
    mutating func apply(_ change: StoreChange, now: Int64) {
        switch change {
        case .put(let object, _): put(object, now: now)
        case .confirm(let row): rows.change(row) { $0.confirmed = now }
        case .adopt(let row):
            rows.change(row) { head in
                head.confirmed = now
                head.origin = .delivered
            }
        case .delete(let key, let remember):
            foundKeys.remove(key)
            guard let old = rows.remove(key) else { return }
            revision += 1
            if remember, !old.head.uid.isEmpty {
                tombstones[key] = Tombstone(uid: old.head.uid, version: old.head.version, deleted: now)
            }
        case .remember(let key, let uid, let version):
            tombstones[key] = Tombstone(uid: uid, version: version, deleted: now)
        case .liftTombstone(let key): tombstones[key] = nil
        case .enqueue(var entry, let lane):
            let next = Int(lane.rawValue)
            // What a record has put there is not of this replay's making.
            while outbox[nextPlaces[next]] != nil { nextPlaces[next] += 1 }
            entry.place = nextPlaces[next]
            nextPlaces[next] += 1
            outbox.add(entry)
            count(entry, 1)
        case .rewrite(let new):
            guard var entry = outbox.remove(new.place) else { return }
            entry.id = new.id
            entry.created = new.created
            entry.frame = new.frame
            outbox.add(entry)
        case .dequeue(let place): if let entry = outbox.remove(place) { count(entry, -1) }
        case .dequeueAll(let key):
            while let entry = outbox.entries(about: key, limit: 1).first {
                outbox.remove(entry.place)
                count(entry, -1)
            }
        case .forgetDeleted(let moment): tombstones.forget(before: moment)
        }
    }

    private mutating func count(_ entry: OutboxEntry, _ step: Int) {
        if entry.kind == .fact { facts = max(0, facts + step) } else { states = max(0, states + step) }
    }

    private mutating func put(_ object: NewObject, now: Int64) {
        revision += 1
        foundKeys.remove(object.key)
        rows.put(
            StoredObject(
                key: object.key, type: object.path.type,
                head: ObjectHead(
                    rowID: rows.number(object.key), uid: object.uid, version: object.version,
                    hasKind: !object.kind.isEmpty, revision: revision, origin: object.origin, stored: now,
                    confirmed: now),
                value: object.value))
    }
}
