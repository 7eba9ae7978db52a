internal import Beehive

/// The rows: does each say what its place demands?
extension StoreCheck {
    mutating func checkObjects() throws(StoreError) {
        let total = Int(try connection.integer("SELECT count(*) FROM object") ?? 0)
        let statement = try connection.prepare(
            """
            SELECT key, type, namespace, name, kind <> '', sealed, value, origin, revision, \
            sum, uid, version FROM object ORDER BY id
            """)
        var cached = (rows: Int64(0), bytes: Int64(0))
        while try statement.step() {
            report.rows += 1
            let key = statement.text(0)
            if statement.integer(7) == ObjectOrigin.cached.rawValue {
                cached.rows += 1
                cached.bytes += Int64(statement.bytes(0).count + statement.bytes(6).count)
            }
            if let fault = Self.fault(
                ofKey: key, type: statement.text(1), namespace: statement.text(2), name: statement.text(3))
            {
                note("object/\(key)", fault)
            }
            if ObjectOrigin(rawValue: statement.integer(7)) == nil {
                note("object/\(key)", "origin \(statement.integer(7)) is unknown")
            }
            if statement.integer(5) != 0 {
                report.sealedRows += 1
            }
            let place = SealedPlace.object(type: statement.text(1), key: key, revision: statement.integer(8))
            let stored = statement.bytes(6)
            if statement.integer(5) == 0, statement.integer(9) != 0,
                statement.integer(9)
                    != CheckSum.object(
                        key: key, uid: statement.text(10), version: statement.text(11), revision: statement.integer(8),
                        value: stored)
            {
                note("object/\(key)", Self.wrongSum)
            } else if let value = opened(
                stored, isSealed: statement.integer(5) != 0, at: place, as: "object/\(key)"),
                let fault = Self.fault(ofValue: value, isObject: statement.integer(4) != 0)
            {
                note("object/\(key)", fault)
            }
            told("object", done: report.rows, total: total)
        }
        for (name, found) in [("cached_rows", cached.rows), ("cached_bytes", cached.bytes)] {
            let stated = try connection.integer("SELECT value FROM state WHERE name = '\(name)'")
            if stated != found {
                note("state/\(name)", "it says \(stated.map { "\($0)" } ?? "nothing"), the rows come to \(found)")
            }
        }
    }

    /// What is said of a value whose sum is not that of what was written.
    static let wrongSum = "the value was damaged: its sum is wrong"

    /// A value in plain; nil when there is none to look at, which is noted when it is a problem.
    mutating func opened(_ value: Bytes, isSealed: Bool, at place: SealedPlace, as name: String) -> Bytes? {
        guard isSealed else { return value }
        guard let sealing else { return nil }
        do throws(StoreError) {
            return try sealing.open(value, at: place) { _ in nil }
        } catch {
            if error.code == .keyMissing {
                unopened += 1
            } else {
                note(name, "the sealed value was changed, or belongs to another row")
            }
            return nil
        }
    }

    /// The columns must be the key's own parts, or lists and look-ups miss the row.
    static func fault(ofKey key: String, type: String, namespace: String, name: String) -> String? {
        guard let path = Takeover.path(key: key, type: ResourceType(type)) else {
            return "the key is no resource: want <namespace>/<type>[/<id>]"
        }
        guard path.type.rawValue == type, path.namespace == namespace, path.id == name else {
            return "its columns say \(namespace)/\(type)/\(name)"
        }
        return nil
    }

    /// What is stored is JSON, or the text of a JSON string (`messages.md`, section 1).
    static func fault(ofValue value: Bytes, isObject: Bool) -> String? {
        let first = value.first { !($0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D) }
        if isObject || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            do {
                let content = try Content(json: value)
                return isObject && content.kind != .object ? "the value is no object" : nil
            } catch {
                // The fault names a place, never a part of the value.
                return "the value is no JSON: \(error)"
            }
        }
        if value.isEmpty { return "the value is empty" }
        return String(validating: value, as: UTF8.self) == nil ? "the value is no UTF-8 text" : nil
    }

    mutating func checkOutbox() throws(StoreError) {
        let total = Int(try connection.integer("SELECT count(*) FROM outbox") ?? 0)
        let statement = try connection.prepare(
            "SELECT place, id, class, frame, sealed, key, sum FROM outbox ORDER BY place")
        var done = 0
        while try statement.step() {
            done += 1
            let key = "outbox/\(statement.integer(0))"
            if !OutboxLane.allCases.contains(where: { $0.places.contains(statement.integer(0)) }) {
                note(key, "the place is in no lane")
            }
            if OutboxClass(rawValue: statement.integer(2)) == nil {
                note(key, "class \(statement.integer(2)) is unknown")
            }
            let place = SealedPlace.frame(place: statement.integer(0), id: statement.text(1), key: statement.text(5))
            let stored = statement.bytes(3)
            if statement.integer(4) == 0, statement.integer(6) != 0,
                statement.integer(6)
                    != CheckSum.frame(
                        place: statement.integer(0), id: statement.text(1), key: statement.text(5), frame: stored)
            {
                note(key, Self.wrongSum)
            } else if let frame = opened(stored, isSealed: statement.integer(4) != 0, at: place, as: key) {
                checkFrame(frame, id: statement.text(1), key: key)
            }
            told("outbox", done: done, total: total)
        }
    }

    private mutating func checkFrame(_ frame: Bytes, id: String, key: String) {
        do {
            let message = try MessageDecoder().decode(frame)
            if message.id != id { note(key, "the frame's id is \(message.id), the row's another") }
        } catch {
            note(key, "the frame does not decode: \(error.description)")
        }
    }
}
