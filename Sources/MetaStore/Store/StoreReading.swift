public import Beehive

/// What planning may read: the store as it stands inside the batch's transaction.
///
/// The SQLite transaction is one implementation, a dictionary in tests another; both pass the same contract suite.
public protocol StoreReading {
    /// The head of a row.
    ///
    /// - Parameter key: the resource.
    /// - Returns: nil when there is no such row.
    /// - Throws: `StoreError` that names the file and the cure.
    func head(_ key: String) throws(StoreError) -> ObjectHead?

    /// True when a row holds exactly these bytes.
    ///
    /// - Parameters:
    ///   - key: the resource.
    ///   - value: the bytes to compare.
    /// - Returns: true when a row holds exactly these bytes.
    /// - Throws: `StoreError` that names the file and the cure.
    func holds(_ key: String, value: Bytes) throws(StoreError) -> Bool

    /// False for a row whose value was changed or moved; true when nobody can tell, for want of the key or the sum.
    ///
    /// - Parameters:
    ///   - key: the resource.
    ///   - type: its type.
    /// - Returns: false for a row that is to be overwritten, whatever version it claims.
    /// - Throws: `StoreError` that names the file and the cure.
    func isSound(_ key: String, type: ResourceType) throws(StoreError) -> Bool

    /// A row.
    ///
    /// - Parameter key: the resource.
    /// - Returns: nil when there is no such row.
    /// - Throws: `StoreError` that names the file and the cure.
    func object(_ key: String) throws(StoreError) -> StoredObject?

    /// The rows of a type, over all namespaces, in the order they were first stored.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - limit: the most bytes that their values may have together.
    /// - Returns: the rows, in that order; nil when they have more.
    /// - Throws: `StoreError` that names the file and the cure.
    func objects(ofType type: ResourceType, upTo limit: Int) throws(StoreError) -> [StoredObject]?

    /// Where lists can be read that are too large to hold; nil where all is held anyway.
    var snapshots: StoreSnapshots? { get }

    /// The keys that start with a text, for the few look-ups by prefix.
    ///
    /// - Parameter prefix: how the keys start.
    /// - Returns: the keys, in the order of their bytes.
    /// - Throws: `StoreError` that names the file and the cure.
    func keys(startingWith prefix: String) throws(StoreError) -> [String]

    /// What is remembered of a deleted object.
    ///
    /// - Parameter key: the resource it had.
    /// - Returns: nil when nothing is remembered.
    /// - Throws: `StoreError` that names the file and the cure.
    func tombstone(_ key: String) throws(StoreError) -> Tombstone?

    /// The entries of the outbox about one thing, in order.
    ///
    /// - Parameter key: what they are about; not empty.
    /// - Returns: what is found, in order.
    /// - Throws: `StoreError` that names the file and the cure.
    func outbox(about key: String) throws(StoreError) -> [OutboxEntry]

    /// The entry that has an id.
    ///
    /// - Parameter id: the message's id.
    /// - Returns: what is found, in order.
    /// - Throws: `StoreError` that names the file and the cure.
    func outbox(id: String) throws(StoreError) -> OutboxEntry?

    /// The next entries of a lane.
    ///
    /// - Parameters:
    ///   - lane: the lane.
    ///   - place: only entries behind this place.
    ///   - limit: the most entries.
    /// - Returns: what is found, in order.
    /// - Throws: `StoreError` that names the file and the cure.
    func outbox(lane: OutboxLane, after place: Int64, limit: Int) throws(StoreError) -> [OutboxEntry]

    /// How much waits for the cloud.
    func outboxDepth() throws(StoreError) -> OutboxDepth

    /// Every stored pod status, by namespace.
    func podStatuses() throws(StoreError) -> [PodStatusRow]

    /// The revision up to which deliveries were made.
    var deliveredRevision: Int64 { get }
}

extension StoreReading {
    /// The rows of a type, over all namespaces, in the order they were first stored.
    ///
    /// - Parameter type: the type.
    /// - Returns: the rows, in that order.
    /// - Throws: `StoreError` that names the file and the cure.
    public func objects(ofType type: ResourceType) throws(StoreError) -> [StoredObject] {
        try objects(ofType: type, upTo: .max) ?? []
    }

    /// A store in memory holds all anyway.
    public var snapshots: StoreSnapshots? { nil }

    /// A store in memory has no value that was changed behind its back.
    ///
    /// - Parameters:
    ///   - key: the resource.
    ///   - type: its type.
    /// - Returns: true.
    public func isSound(_ key: String, type: ResourceType) -> Bool { true }

    /// A row, for those who can do without a value that does not open.
    ///
    /// - Parameter key: the resource.
    /// - Returns: nil when there is no such row, or its value does not open.
    /// - Throws: `StoreError` that names the file and the cure.
    public func readableObject(_ key: String) throws(StoreError) -> StoredObject? {
        do throws(StoreError) {
            return try object(key)
        } catch  where error.isAboutOneRow {
            return nil
        }
    }
}

/// A stored pod status, for the periodic push.
public struct PodStatusRow: Sendable {
    /// The resource under which it is stored.
    public var key: String
    /// Its namespace.
    public var namespace: String
    /// The report.
    public var value: Bytes
    /// Whether the pod itself is stored.
    public var hasPod: Bool

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - key: the resource.
    ///   - namespace: its namespace.
    ///   - value: the report.
    ///   - hasPod: whether the pod itself is stored.
    public init(key: String, namespace: String, value: Bytes, hasPod: Bool) {
        self.key = key
        self.namespace = namespace
        self.value = value
        self.hasPod = hasPod
    }
}

/// One change of the store; a plan is a list of these.
public enum StoreChange: Sendable {
    /// Writes an object: a new row, or the row that it replaces, with a new revision and a line in the change feed.
    case put(NewObject, replacing: Int64?)
    /// Notes that the cloud has said the same again.
    case confirm(rowID: Int64)
    /// Notes that the cloud has pushed what was merely cached: it is delivered from now on, and never evicted.
    case adopt(rowID: Int64)
    /// Removes a row, with a line in the feed; remembers its uid and version for a while if asked to.
    case delete(key: String, remember: Bool)
    /// Remembers uid and version of a deletion, in place of what was remembered of the key before.
    case remember(key: String, uid: String, version: String)
    /// Forgets a deleted object.
    case liftTombstone(key: String)
    /// Puts an entry at the end of its lane.
    case enqueue(OutboxEntry, lane: OutboxLane)
    /// Replaces what an entry says, in its place: id, frame, time.
    case rewrite(OutboxEntry)
    /// Ends an entry.
    case dequeue(place: Int64)
    /// Ends every entry about one thing.
    case dequeueAll(key: String)
    /// Forgets what was deleted before a time, in milliseconds since 1970.
    case forgetDeleted(before: Int64)
}
