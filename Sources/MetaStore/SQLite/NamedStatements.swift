/// Every statement of the hot path has a name: it labels metrics, and is prepared once.
enum Query: Int, CaseIterable {
    case begin
    case beginWriting
    case commit
    case rollback
    case otherCommits
    case head
    case value
    case object
    case list
    case listKeys
    case listMark
    case page
    case nextNamespace
    case nextType
    case prefix
    case statuses
    case insert
    case update
    case confirm
    case adopt
    case delete
    case feed
    case feedDelete
    case feedAfter
    case feedFirst
    case feedLast
    case feedPrune
    case feedEvict
    case feedMark
    case feedMarkAt
    case feedMarkPrune
    case cachedOldest
    case cachedSize
    case tombstone
    case tombstonePut
    case tombstoneLift
    case tombstonePrune
    case outboxAbout
    case outboxByID
    case outboxIDs
    case outboxNext
    case outboxPut
    case outboxRewrite
    case outboxEnd
    case outboxEndKey
    case outboxFirst
    case outboxCount
    case lostFound
    case stateGet
    case statePut

    var sql: String {
        let head = "id, uid, version, kind <> '', revision, origin, stored, confirmed"
        let entry = "place, id, class, key, ends_by_answer, created, frame, sealed, sum"
        return switch self {
        case .begin: "BEGIN"
        case .beginWriting: "BEGIN IMMEDIATE"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"
        case .otherCommits: "PRAGMA data_version"
        case .head: "SELECT \(head) FROM object WHERE key = ?1"
        case .value: "SELECT value, sealed, type, revision, sum, uid, version, key FROM object WHERE key = ?1"
        case .object: "SELECT \(head), key, type, value, sealed, sum FROM object WHERE key = ?1"
        case .list:
            // In the order of the file's pages, whatever the namespaces: of a large list each page is read once.
            """
            SELECT \(head), key, type, value, sealed, sum FROM object \
            WHERE id IN (SELECT id FROM object WHERE type = ?1) ORDER BY id
            """
        case .listKeys: "SELECT key FROM object WHERE type = ?1"
        // The revision stands before the value: no page of a large one is read.
        case .listMark: "SELECT count(*), max(revision) FROM object WHERE type = ?1"
        case .page:
            "SELECT \(head), key, type, value, sealed, sum FROM object WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3"
        case .nextNamespace: "SELECT min(namespace) FROM object WHERE type = ?1 AND namespace > ?2"
        case .nextType: "SELECT min(type) FROM object WHERE type > ?1"
        case .prefix: "SELECT key FROM object WHERE key >= ?1 AND key < ?2 ORDER BY key"
        case .statuses:
            """
            SELECT s.key, s.namespace, EXISTS(SELECT 1 FROM object p WHERE p.key = s.namespace || '/pod/' || s.name), \
            s.value, s.sealed, s.revision, s.sum, s.uid, s.version FROM object s WHERE s.type = 'podstatus' ORDER BY s.namespace, s.id
            """
        // FAIL: whatever goes wrong here rolls the whole transaction back, so SQLite need not copy each page that a
        // statement touches to be able to take back the statement alone.
        case .insert:
            """
            INSERT OR FAIL INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
            confirmed, value, sealed, sum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14)
            """
        case .update:
            """
            UPDATE OR FAIL object SET uid = ?5, version = ?6, api_version = ?7, kind = ?8, revision = ?9, origin = ?10, \
            stored = ?11, confirmed = ?11, value = ?12, sealed = ?13, sum = ?14 WHERE id = ?1
            """
        case .confirm: "UPDATE object SET confirmed = ?2 WHERE id = ?1"
        case .adopt: "UPDATE object SET confirmed = ?2, origin = \(ObjectOrigin.delivered.rawValue) WHERE id = ?1"
        case .delete: "DELETE FROM object WHERE id = ?1"
        case .feed: "INSERT INTO change(revision, object, kind) VALUES(?1, ?2, ?3)"
        case .feedDelete:
            """
            INSERT INTO change(revision, object, kind, key, type, value, sealed, written) \
            SELECT ?1, id, \(ChangeKind.deleted.rawValue), key, type, value, sealed, revision FROM object WHERE id = ?2
            """
        case .feedAfter:
            """
            SELECT o.id, o.uid, o.version, o.kind <> '', o.revision, o.origin, o.stored, o.confirmed, \
            c.revision, c.kind, c.object, coalesce(c.key, o.key), coalesce(c.type, o.type), \
            CASE c.kind WHEN \(ChangeKind.deleted.rawValue) THEN c.value ELSE o.value END, \
            CASE c.kind WHEN \(ChangeKind.deleted.rawValue) THEN c.sealed ELSE o.sealed END, \
            CASE c.kind WHEN \(ChangeKind.deleted.rawValue) THEN c.written ELSE o.revision END, \
            CASE c.kind WHEN \(ChangeKind.deleted.rawValue) THEN 0 ELSE o.sum END \
            FROM change c LEFT JOIN object o ON o.id = c.object AND o.revision = c.revision \
            WHERE c.revision > ?1 ORDER BY c.revision LIMIT ?2
            """
        case .feedFirst: "SELECT min(revision) FROM change"
        case .feedLast: "SELECT max(revision) FROM change"
        case .feedPrune: "DELETE FROM change WHERE revision <= ?1"
        case .feedEvict:
            """
            INSERT INTO change(revision, object, kind, key, type) \
            SELECT ?1, id, \(ChangeKind.evicted.rawValue), key, type FROM object WHERE id = ?2
            """
        case .feedMark: "INSERT OR IGNORE INTO feed_mark(revision, time) VALUES(?1, ?2)"
        // By the key, the newest first: a clock that was set back must not make what came later seem old.
        case .feedMarkAt: "SELECT revision FROM feed_mark WHERE time <= ?1 ORDER BY revision DESC LIMIT 1"
        case .feedMarkPrune: "DELETE FROM feed_mark WHERE revision < ?1"
        case .cachedOldest:
            """
            SELECT id, key, \(CacheCount.size("object")) FROM object WHERE origin = 1 ORDER BY stored, id LIMIT ?1
            """
        case .cachedSize: "SELECT \(CacheCount.size("object")) FROM object WHERE id = ?1 AND origin = 1"
        case .tombstone: "SELECT uid, version, deleted FROM tombstone WHERE key = ?1"
        case .tombstonePut: "INSERT OR REPLACE INTO tombstone(key, uid, version, deleted) VALUES(?1, ?2, ?3, ?4)"
        case .tombstoneLift: "DELETE FROM tombstone WHERE key = ?1"
        case .tombstonePrune: "DELETE FROM tombstone WHERE deleted < ?1"
        case .outboxAbout: "SELECT \(entry) FROM outbox WHERE key = ?1 AND key <> '' ORDER BY place"
        case .outboxByID: "SELECT \(entry) FROM outbox WHERE id = ?1"
        case .outboxIDs: "SELECT id FROM outbox"
        case .outboxNext: "SELECT \(entry) FROM outbox WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3"
        case .outboxPut:
            """
            INSERT OR FAIL INTO outbox(place, id, class, key, ends_by_answer, created, frame, sealed, sum) \
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """
        case .outboxRewrite:
            "UPDATE outbox SET id = ?2, created = ?3, frame = ?4, sealed = ?5, sum = ?6 WHERE place = ?1"
        case .outboxEnd: "DELETE FROM outbox WHERE place = ?1 RETURNING class, id"
        case .outboxEndKey: "DELETE FROM outbox WHERE key = ?1 AND key <> '' RETURNING class, id"
        case .outboxFirst: "SELECT created FROM outbox WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT 1"
        case .outboxCount: "SELECT count(*) FILTER (WHERE class = 0), count(*) FILTER (WHERE class <> 0) FROM outbox"
        case .lostFound: "DELETE FROM lost WHERE key = ?1"
        case .stateGet: "SELECT value FROM state WHERE name = ?1"
        case .statePut: "INSERT INTO state(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2"
        }
    }
}

/// The prepared statements of one connection.
final class NamedStatements {
    private let connection: Connection
    private var prepared = [Statement?](repeating: nil, count: Query.allCases.count)
    /// How often each statement ran, by `Query.rawValue`.
    private(set) var counts = [UInt64](repeating: 0, count: Query.allCases.count)

    /// How long each statement has run, in nanoseconds, by `Query.rawValue`.
    var nanoseconds: [UInt64] { prepared.map { $0?.nanoseconds ?? 0 } }

    init(_ connection: Connection) { self.connection = connection }

    subscript(query: Query) -> Statement {
        get throws(StoreError) {
            counts[query.rawValue] &+= 1
            if let statement = prepared[query.rawValue] { return statement }
            let statement = try connection.prepare(query.sql)
            prepared[query.rawValue] = statement
            return statement
        }
    }
}
