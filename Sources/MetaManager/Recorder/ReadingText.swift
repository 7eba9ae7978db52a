internal import Beehive
internal import MetaStore

/// Which readings a record has told already, so that each row stands in it once for each checkpoint.
struct KnownRows {
    private var heads: Set<String> = []
    private var values: Set<String> = []
    private var tombstones: Set<String> = []
    private var entries: Set<Int64> = []
    private var ids: Set<String> = []

    /// Nothing of the rows is known any more.
    mutating func forgetRows() {
        (heads, values, tombstones) = ([], [], [])
    }

    mutating func forget(_ key: String) {
        heads.remove(key)
        values.remove(key)
    }

    mutating func isNew(head key: String) -> Bool { heads.insert(key).inserted }

    mutating func isNew(value key: String) -> Bool {
        heads.insert(key)
        return values.insert(key).inserted
    }

    mutating func isNew(tombstone key: String) -> Bool { tombstones.insert(key).inserted }

    mutating func isNew(_ entry: OutboxEntry) -> Bool { entries.insert(entry.place).inserted }

    /// True for an entry that a plan of this record queued: only its place is news.
    func isQueuedHere(_ entry: OutboxEntry) -> Bool { ids.contains(entry.id) }

    /// What a plan has made is known from then on.
    mutating func note(_ plan: Plan) {
        for change in plan.changes {
            switch change {
            case .put(let object, _):
                heads.insert(object.key)
                values.insert(object.key)
            case .delete(let key, let remember):
                heads.insert(key)
                values.insert(key)
                if remember { tombstones.insert(key) }
            case .remember(let key, _, _), .liftTombstone(let key): tombstones.insert(key)
            case .enqueue(let entry, _), .rewrite(let entry): ids.insert(entry.id)
            case .confirm, .adopt, .dequeue, .dequeueAll, .forgetDeleted: break
            }
        }
    }
}

extension RecordText {
    /// Writes readings that are not known yet, as a member; nothing when all are.
    mutating func readings(
        _ name: StaticString, _ readings: ArraySlice<Reading>, _ known: inout KnownRows, _ redaction: Redaction
    ) {
        var opening: StaticString? = name
        for reading in readings {
            switch reading {
            case .head(let key, let head):
                guard known.isNew(head: key) else { continue }
                begin("h", key, &opening)
                if let head { self.head(head) }
            case .object(let key, let object):
                guard known.isNew(value: key) else { continue }
                if let object { self.object(object, &opening, redaction) } else { begin("h", key, &opening) }
            case .rows(_, let rows):
                for row in rows where known.isNew(value: row.key) {
                    object(row, &opening, redaction)
                    close("]")
                }
                continue
            case .holds(let key, let holds):
                begin("v", key, &opening)
                flag(holds)
            case .unsound(let key): begin("u", key, &opening)
            case .unreadable: continue
            case .keys(_, let keys):
                guard !keys.isEmpty else { continue }
                begin("k", "", &opening)
                for key in keys { text(key) }
            case .tombstone(let key, let tombstone):
                guard known.isNew(tombstone: key) else { continue }
                begin("t", key, &opening)
                if let tombstone {
                    text(tombstone.uid)
                    text(tombstone.version)
                    number(tombstone.deleted)
                }
            case .entries(let entries):
                for entry in entries where known.isNew(entry) {
                    self.entry(entry, isKnown: known.isQueuedHere(entry), &opening, redaction)
                    close("]")
                }
                continue
            case .podStatuses(let rows):
                podStatuses(rows, &opening)
                continue
            }
            close("]")
        }
        if opening == nil { close("]") }
    }

    private mutating func begin(_ letter: String, _ key: String, _ opening: inout StaticString?) {
        if let name = opening {
            self.key(name)
            open("[")
            opening = nil
        }
        open("[")
        text(letter)
        text(key)
    }

    private mutating func head(_ head: ObjectHead) {
        text(head.uid)
        text(head.version)
        flag(head.hasKind)
        number(head.revision)
        number(head.origin.rawValue)
        number(head.stored)
        number(head.confirmed)
    }

    /// Leaves its bracket open.
    private mutating func object(_ object: StoredObject, _ opening: inout StaticString?, _ redaction: Redaction) {
        begin("o", object.key, &opening)
        head(object.head)
        text(object.type.rawValue)
        text(String(decoding: redaction.value(object.value, type: object.type), as: UTF8.self))
    }

    private mutating func entry(
        _ entry: OutboxEntry, isKnown: Bool, _ opening: inout StaticString?, _ redaction: Redaction
    ) {
        begin("e", entry.key, &opening)
        number(entry.place)
        text(entry.id)
        if isKnown { return }
        number(entry.kind.rawValue)
        flag(entry.endsByAnswer)
        number(entry.created)
        if let message = try? MessageDecoder().decode(entry.frame) { self.message(message, redaction) }
    }

    /// How many reports each namespace has, and which have no pod: all that the periodic push depends on.
    private mutating func podStatuses(_ rows: [PodStatusRow], _ opening: inout StaticString?) {
        begin("p", "", &opening)
        var place = 0
        while place < rows.count {
            let namespace = rows[place].namespace
            var (good, bad) = (0, 0)
            var gone: [String] = []
            while place < rows.count, rows[place].namespace == namespace {
                let row = rows[place]
                place += 1
                if !row.hasPod {
                    gone.append(row.key)
                } else if (try? Content(json: row.value))?.kind == .object {
                    good += 1
                } else {
                    bad += 1
                }
            }
            open("[")
            text(namespace)
            number(good)
            number(bad)
            for key in gone { text(key) }
            close("]")
        }
        close("]")
    }
}
