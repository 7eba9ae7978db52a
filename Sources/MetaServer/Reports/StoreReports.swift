internal import Beehive
internal import MetaManager
internal import MetaStore

/// What the store holds, read in one snapshot each.
enum StoreReports {
    /// The objects of a type, or of all, as a JSON array whose values are objects.
    static func objects(
        type: String?, namespace: String?, name: String?, reader: StoreReader, now: Int64
    ) throws(StoreError) -> Bytes {
        let types: [ResourceType]
        if let type { types = [ResourceType(type)] } else { types = try reader.types().map(\.type) }
        let rows = try reader.read { view throws(StoreError) in
            var rows: [StoredObject] = []
            for type in types {
                rows += try MergedObjects.list(type: type, namespace: namespace, name: name, in: view.withFaults)
            }
            return rows
        }
        var out = Array("[".utf8)
        for row in rows {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            append(row, now: now, to: &out)
        }
        out.append(UInt8(ascii: "]"))
        return out[...]
    }

    private static func append(_ row: StoredObject, now: Int64, to out: inout [UInt8]) {
        var about: JSONValue = [
            "key": JSONValue(text: row.key), "type": JSONValue(text: row.type.rawValue),
            "revision": JSONValue(integer: row.head.revision), "origin": JSONValue(text: word(row.head.origin)),
            "age": JSONValue(integer: max(0, now - max(row.head.stored, row.head.confirmed)) / 1000),
        ]
        if let fault = row.fault { about["error"] = JSONValue(text: fault.description) }
        about.append(to: &out)
        out.removeLast()
        out += Array(",\"value\":".utf8)
        // A row taken over from another program may hold anything: it must not break the answer.
        if row.fault != nil {
            out += Array("null".utf8)
        } else if (try? Content(json: row.value)) != nil {
            out += row.value
        } else {
            JSONValue(text: String(decoding: row.value, as: UTF8.self)).append(to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    static func word(_ origin: ObjectOrigin) -> String {
        switch origin {
        case .delivered: "delivered"
        case .cached: "cached"
        case .local: "local"
        case .takenOver: "taken-over"
        }
    }

    /// What waits for the cloud, in the order it goes; no more than the first `limit` entries.
    static func outbox(
        reader: StoreReader, onTheWay: Set<Int64>?, limit: Int = .max, now: Int64
    ) throws(StoreError) -> JSONValue {
        let rows = try reader.read { view throws(StoreError) in
            var rows: [JSONValue] = []
            for lane in OutboxLane.allCases {
                // By pages: frames are let go as soon as they are measured.
                var place: Int64 = 0
                while rows.count < limit {
                    let page = try view.outbox(lane: lane, after: place, limit: min(256, limit - rows.count))
                    rows += page.map { row($0, onTheWay: onTheWay, now: now) }
                    guard let last = page.last else { break }
                    place = last.place
                }
            }
            return rows
        }
        return .array(rows)
    }

    private static func row(_ entry: OutboxEntry, onTheWay: Set<Int64>?, now: Int64) -> JSONValue {
        [
            "id": JSONValue(text: entry.id), "class": JSONValue(text: entry.kind.label),
            "key": JSONValue(text: entry.key), "age": JSONValue(integer: max(0, now - entry.created) / 1000),
            "size": JSONValue(integer: entry.frame.count),
            "sent": onTheWay.map { .bool($0.contains(entry.place)) } ?? .null,
        ]
    }

    /// When the oldest entry of each class was queued, in milliseconds since 1970.
    static func oldest(reader: StoreReader) throws(StoreError) -> [OutboxClass: Int64] {
        try reader.read { view throws(StoreError) in
            var oldest: [OutboxClass: Int64] = [:]
            for lane in OutboxLane.allCases {
                guard let first = try view.outbox(lane: lane, after: 0, limit: 1).first else { continue }
                oldest[first.kind] = min(oldest[first.kind] ?? .max, first.created)
            }
            return oldest
        }
    }

    /// The check as the contract has it.
    static func json(_ check: CheckReport) -> JSONValue {
        [
            "ok": .bool(check.ok), "schema": JSONValue(integer: check.schema),
            "rows": JSONValue(integer: check.rows), "sealing": JSONValue(text: check.sealing.rawValue),
            "lost": .array(check.lost.map { JSONValue(text: $0) }),
            "problems": .array(
                check.problems.map { ["key": JSONValue(text: $0.key), "what": JSONValue(text: $0.what)] }),
        ]
    }

    /// What a repair came to; the keys are listed by the check.
    static func json(_ report: RepairReport) -> JSONValue {
        [
            "objects": JSONValue(integer: report.objects), "outbox": JSONValue(integer: report.outbox),
            "lost": JSONValue(integer: report.lost.count), "unnamed": JSONValue(integer: report.unnamed),
            "outbox_lost": JSONValue(integer: report.outboxLost), "filled": JSONValue(integer: report.filled),
            "kept": JSONValue(text: report.kept), "lines": .array(report.lines().map { JSONValue(text: $0) }),
        ]
    }

    /// One line about objects that were lost.
    static func problem(ofLost keys: [String], count: Int) -> String {
        let more = count > keys.count ? " and \(count - keys.count) more" : ""
        return "store: \(count) objects were lost by damage of the disk and have not come again: "
            + "\(keys.joined(separator: ", "))\(more)"
    }

    /// How a change of the data key goes.
    static func json(_ report: RekeyReport) -> JSONValue {
        [
            "state": JSONValue(text: report.state.rawValue), "total": JSONValue(integer: report.progress.total),
            "done": JSONValue(integer: report.progress.done),
            "unreadable": JSONValue(integer: report.progress.unreadable),
            "problem": report.problem.map { JSONValue(text: $0) } ?? .null,
        ]
    }
}
