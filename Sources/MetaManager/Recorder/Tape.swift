internal import Beehive
internal import MetaStore

/// What planning has read of the store: with the input and the time, all that a decision depends on.
enum Reading: Sendable {
    case head(String, ObjectHead?)
    /// Whether a row held the value that was asked about.
    case holds(String, Bool)
    /// A row whose value was changed behind our back.
    case unsound(String)
    case object(String, StoredObject?)
    /// A row whose value does not open: nothing that could be written down.
    case unreadable
    case rows(ResourceType, [StoredObject])
    case keys(prefix: String, [String])
    case tombstone(String, Tombstone?)
    case entries([OutboxEntry])
    case podStatuses([PodStatusRow])

    /// About how many bytes of values it keeps alive.
    var size: Int {
        switch self {
        case .object(_, let object): object?.value.count ?? 0
        case .rows(_, let rows): rows.reduce(0) { $0 + $1.value.count + 128 }
        case .entries(let entries): entries.reduce(0) { $0 + $1.frame.count + 128 }
        case .keys(_, let keys): keys.count * 64
        case .podStatuses(let rows): rows.reduce(0) { $0 + $1.value.count + 64 }
        case .head, .holds, .unsound, .unreadable, .tombstone: 0
        }
    }
}

/// The readings of one batch, in order; used by the loop's thread alone.
final class Tape {
    private(set) var readings: [Reading] = []
    /// How many readings there were when each input had been planned.
    private(set) var marks: [Int] = []

    func add(_ reading: Reading) { readings.append(reading) }

    /// An input has been planned.
    func mark() { marks.append(readings.count) }
}

/// A store whose readings are noted.
///
/// Not generic over the store: the planner's code exists once for the store itself, and once for any other.
struct Witness: StoreReading {
    let view: any StoreReading
    let tape: Tape

    func head(_ key: String) throws(StoreError) -> ObjectHead? {
        let head = try view.head(key)
        tape.add(.head(key, head))
        return head
    }

    func holds(_ key: String, value: Bytes) throws(StoreError) -> Bool {
        let holds = try view.holds(key, value: value)
        tape.add(.holds(key, holds))
        return holds
    }

    func isSound(_ key: String, type: ResourceType) throws(StoreError) -> Bool {
        let isSound = try view.isSound(key, type: type)
        if !isSound { tape.add(.unsound(key)) }
        return isSound
    }

    func object(_ key: String) throws(StoreError) -> StoredObject? {
        do throws(StoreError) {
            let object = try view.object(key)
            tape.add(.object(key, object))
            return object
        } catch {
            tape.add(.unreadable)
            throw error
        }
    }

    func objects(ofType type: ResourceType, upTo limit: Int) throws(StoreError) -> [StoredObject]? {
        let rows = try view.objects(ofType: type, upTo: limit)
        // Of other types only what is told to modules depends on the rows, which is not recorded.
        if Shadow.decides(type), let rows { tape.add(.rows(type, rows)) }
        return rows
    }

    var snapshots: StoreSnapshots? { view.snapshots }

    func keys(startingWith prefix: String) throws(StoreError) -> [String] {
        let keys = try view.keys(startingWith: prefix)
        tape.add(.keys(prefix: prefix, keys))
        return keys
    }

    func tombstone(_ key: String) throws(StoreError) -> Tombstone? {
        let tombstone = try view.tombstone(key)
        tape.add(.tombstone(key, tombstone))
        return tombstone
    }

    func outbox(about key: String) throws(StoreError) -> [OutboxEntry] { note(try view.outbox(about: key)) }

    func outbox(id: String) throws(StoreError) -> OutboxEntry? {
        let entry = try view.outbox(id: id)
        if let entry { tape.add(.entries([entry])) }
        return entry
    }

    func outbox(lane: OutboxLane, after place: Int64, limit: Int) throws(StoreError) -> [OutboxEntry] {
        note(try view.outbox(lane: lane, after: place, limit: limit))
    }

    private func note(_ entries: [OutboxEntry]) -> [OutboxEntry] {
        if !entries.isEmpty { tape.add(.entries(entries)) }
        return entries
    }

    func outboxDepth() throws(StoreError) -> OutboxDepth { try view.outboxDepth() }

    func podStatuses() throws(StoreError) -> [PodStatusRow] {
        let rows = try view.podStatuses()
        tape.add(.podStatuses(rows))
        return rows
    }

    var deliveredRevision: Int64 { view.deliveredRevision }
}

extension Planner {
    /// Decides what an input comes to, noting what is read where somebody records.
    mutating func plan(
        _ input: Input, in transaction: StoreTransaction, notedOn tape: Tape?, at now: Moment
    ) throws(StoreError) -> Plan {
        guard let tape else { return try plan(input, in: transaction, at: now) }
        let plan = try plan(input, in: Witness(view: transaction, tape: tape), at: now)
        tape.mark()
        return plan
    }

    /// What the outbox can send now, noting what is read where somebody records.
    mutating func planSending(
        in transaction: StoreTransaction, notedOn tape: Tape?, at now: Moment
    ) throws(StoreError) -> Plan {
        guard let tape else { return try planSending(in: transaction, at: now) }
        return try planSending(in: Witness(view: transaction, tape: tape), at: now)
    }
}
