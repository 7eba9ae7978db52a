internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Why one object is as it is: what is stored, what the cloud said last, what waits, who looks.
///
/// Holds no value.
struct ExplainReport {
    private let context: ServerContext
    private let now: Int64
    private let path: ResourcePath
    /// The row's key, which for a token is no resource.
    private var key: String
    private var row: StoredObject?
    private var isSealed: Bool?
    private var pending: [JSONValue] = []
    private var why: [String] = []
    private var isRemembered = false

    /// The most messages that are told.
    private static let messageLimit = 50

    /// Explains an object.
    ///
    /// - Parameters:
    ///   - type: its type.
    ///   - namespace: its namespace; nil to look for the name in all.
    ///   - name: its name.
    ///   - context: what the server knows.
    /// - Returns: nil when nothing is known of such an object.
    /// - Throws: `StoreError` when the store cannot be read.
    static func make(
        type: ResourceType, namespace: String?, name: String, context: ServerContext
    ) throws(StoreError) -> JSONValue? {
        let lost = try context.reader.lostKeys(limit: 1000).keys
        // Others wait for the reader meanwhile: the flight record is read when it has been let go.
        let report = try context.reader.read { view throws(StoreError) -> ExplainReport in
            var space = namespace
            if space == nil { space = try Self.namespace(of: name, type: type, in: view) }
            let path = ResourcePath(namespace: space ?? "null", type: type, id: name)
            var report = ExplainReport(context, path)
            try report.readRow(in: view, lost: lost)
            try report.readWaiting(in: view)
            return report
        }
        return report.json
    }

    private init(_ context: ServerContext, _ path: ResourcePath) {
        self.context = context
        self.path = path
        key = path.key
        now = context.time.now().wall
    }

    /// Where an object stands that stands in no namespace: the cloud writes it under more than one word.
    private static func namespace(
        of name: String, type: ResourceType, in view: StoreTransaction
    ) throws(StoreError) -> String? {
        for row in try view.withFaults.objects(ofType: type) {
            if let path = try? ResourcePath(parsing: row.key), path.id == name { return path.namespace }
        }
        return nil
    }

    private mutating func readRow(in view: StoreTransaction, lost: [String]) throws(StoreError) {
        if path.type == .serviceAccountToken {
            // The key of a token is a text over the request for it, which begins with whose it is.
            let keys = try view.keys(startingWith: "\"\(path.id)\"/\"\(path.namespace)\"/")
            if let first = keys.first { key = first }
        }
        row = try view.withFaults.object(key)
        isSealed = try view.isSealed(key)
        isRemembered = try view.tombstone(key) != nil
        if let fault = row?.fault { why.append("the stored value does not open: \(fault.description)") }
        if lost.contains(key) { why.append("it was lost by damage of the disk and has not come again") }
    }

    /// The keys of all rows that make the object, and of what waits about it.
    private var related: [String] {
        var keys = [path.key]
        if key != path.key { keys.append(key) }
        switch path.type {
        case .pod: keys += [path.with(type: .podStatus).key, path.with(type: .podPatch).key]
        case .node: keys += [path.with(type: .nodeStatus).key, path.with(type: .nodePatch).key]
        default: break
        }
        return keys
    }

    private mutating func readWaiting(in view: StoreTransaction) throws(StoreError) {
        let onTheWay = context.placesOnTheWay?()
        let writePath = PendingWrite.path(over: path)
        for key in related + [writePath.key] {
            for entry in try view.outbox(about: key) {
                pending.append([
                    "kind": "outbox", "id": JSONValue(text: entry.id), "class": JSONValue(text: entry.kind.label),
                    "key": JSONValue(text: entry.key), "age": seconds(since: entry.created),
                    "size": JSONValue(integer: entry.frame.count),
                    "sent": onTheWay.map { .bool($0.contains(entry.place)) } ?? .null,
                ])
                why.append("\(entry.kind.label) \(entry.id) about \(entry.key) waits for the cloud")
            }
        }
        if let row = try view.readableObject(writePath.key), let write = PendingWrite(row.value) {
            pending.append(Self.json(write, kind: "write", age: seconds(since: write.time)))
            why.append(
                "a \(write.verb.rawValue) through the local API waits for the cloud"
                    + (write.problem.isEmpty ? "" : ": \(write.problem)"))
        }
        let prefix = WriteConflict.path(of: path, id: "").key
        for key in try view.keys(startingWith: prefix) {
            guard let row = try view.readableObject(key), let conflict = WriteConflict(row.value),
                conflict.write.name == path.id
            else { continue }
            var entry = Self.json(conflict.write, kind: "conflict", age: seconds(since: conflict.ended))
            entry["key"] = JSONValue(text: key)
            entry["reason"] = JSONValue(text: conflict.reason)
            entry["message"] = JSONValue(text: conflict.message)
            pending.append(entry)
            why.append("the cloud did not take a \(conflict.write.verb.rawValue): \(conflict.reason)")
        }
    }

    private static func json(_ write: PendingWrite, kind: String, age: JSONValue) -> JSONValue {
        [
            "kind": JSONValue(text: kind), "verb": JSONValue(text: write.verb.rawValue),
            "caller": JSONValue(text: write.caller), "age": age,
            "steps": .array(write.steps.map { JSONValue(text: $0.id) }), "problem": JSONValue(text: write.problem),
        ]
    }

    private func seconds(since time: Int64) -> JSONValue { JSONValue(integer: max(0, now - time) / 1000) }

    private var json: JSONValue? {
        let keys = Set(related)
        let messages = context.messages(keys, limit: Self.messageLimit)
        let sighting = context.trace.sighting(path.key)
        guard row != nil || !pending.isEmpty || !messages.isEmpty || sighting != nil || isRemembered || !why.isEmpty
        else { return nil }
        let why = divergences(sighting) + self.why
        return [
            "key": JSONValue(text: key), "stored": stored, "cloud": cloud(sighting),
            "messages": .array(messages.map(Self.json)), "pending": .array(pending),
            "watchers": JSONValue(integer: context.watchersOf?(path, row?.value ?? []) ?? 0),
            "asked": Self.asked(messages), "deleted": .bool(row == nil && isRemembered),
            "sealing": JSONValue(text: (context.sealing?.status ?? .off).rawValue), "divergent": .bool(!why.isEmpty),
            "why": .array(why.map { JSONValue(text: OneLine.of($0, limit: 1000)) }),
        ]
    }

    private var stored: JSONValue {
        guard let row else { return .null }
        let head = row.head
        return [
            "version": JSONValue(text: head.version), "uid": JSONValue(text: head.uid),
            "revision": JSONValue(integer: head.revision), "age": seconds(since: max(head.stored, head.confirmed)),
            "origin": JSONValue(text: StoreReports.word(head.origin)), "sealed": isSealed.map { .bool($0) } ?? .null,
            "error": row.fault.map { JSONValue(text: $0.description) } ?? .null,
        ]
    }

    /// What the cloud said last: this process heard it, or the row remembers it.
    private func cloud(_ sighting: Sighting?) -> JSONValue {
        if let sighting {
            return [
                "version": JSONValue(text: sighting.version), "seen": Timestamp.json(sighting.seen),
                "operation": JSONValue(text: sighting.operation), "outcome": JSONValue(text: sighting.outcome.rawValue),
                "reason": JSONValue(text: OneLine.of(sighting.reason, limit: 1000)),
                "last": Timestamp.json(sighting.last),
            ]
        }
        guard let head = row?.head, head.origin != .local, !head.version.isEmpty else { return .null }
        return [
            "version": JSONValue(text: head.version), "seen": Timestamp.json(max(head.stored, head.confirmed)),
            "operation": "", "outcome": "stored", "reason": "", "last": .null,
        ]
    }

    /// Where the node does not hold what the cloud said.
    private func divergences(_ sighting: Sighting?) -> [String] {
        guard let sighting else { return [] }
        let because = sighting.reason.isEmpty ? "" : " (\(sighting.reason))"
        switch sighting.outcome {
        case .failed, .refused, .unknown:
            return [
                "the cloud's last word, \(sighting.operation) at \(Timestamp.text(sighting.last)), was not taken: "
                    + "\(sighting.outcome.rawValue)\(because)"
            ]
        default: break
        }
        guard let version = row?.head.version, let stored = UInt64(version), let seen = UInt64(sighting.version),
            seen > stored
        else { return [] }
        return ["version \(seen) of the cloud came at \(Timestamp.text(sighting.seen)) and \(stored) is stored"]
    }

    private static func json(_ decision: Decision) -> JSONValue {
        [
            "id": JSONValue(text: decision.id), "time": Timestamp.json(decision.time),
            "operation": JSONValue(text: decision.route?.operation.rawValue ?? ""),
            "resource": JSONValue(text: decision.route?.resource ?? ""), "source": JSONValue(text: decision.source),
            "version": JSONValue(text: decision.version), "outcome": JSONValue(text: decision.outcome.rawValue),
            "reason": JSONValue(text: OneLine.of(decision.reason, limit: 1000)),
        ]
    }

    /// Which modules asked for it, how often and when last, as far as the messages go back.
    private static func asked(_ messages: [Decision]) -> JSONValue {
        var order: [String] = []
        var found: [String: (times: Int, last: Int64)] = [:]
        for message in messages where message.route?.operation == .query && message.source != "cloud" {
            if found[message.source] == nil { order.append(message.source) }
            found[message.source] = ((found[message.source]?.times ?? 0) + 1, message.time)
        }
        return .array(
            order.compactMap { source in
                found[source].map { about in
                    [
                        "source": JSONValue(text: source), "times": JSONValue(integer: about.times),
                        "last": Timestamp.json(about.last),
                    ]
                }
            })
    }
}

extension ServerContext {
    /// The last messages about some keys, oldest first: those of the flight record, which outlives this process, and
    /// those that are remembered anyway.
    func messages(_ keys: Set<String>, limit: Int) -> [Decision] {
        let remembered = trace.last.filter { decision in decision.route.map { keys.contains($0.resource) } ?? false }
        guard let recorder else { return remembered.suffix(limit) }
        recorder.flush(within: .seconds(2))
        let recorded = FlightLog.decisions(about: keys, in: recorder.status.folder, limit: limit)
        var known: Set<String> = []
        for decision in recorded { known.insert("\(decision.time) \(decision.id)") }
        let others = remembered.filter { !known.contains("\($0.time) \($0.id)") }
        // Both stand in the order of their decisions; what only memory has is mostly the newest.
        return (recorded + others).enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element).suffix(limit)
    }
}

extension Router {
    /// Adds `GET /metamanager/v1/explain?type=TYPE&name=NAME[&namespace=NS]`.
    ///
    /// One at a time: it may wait for the recorder, on a thread that reports and metrics need as well.
    mutating func addExplain(_ context: ServerContext) {
        let turns = Turns(waiting: 32)
        on("GET", "/metamanager/v1/explain") { request in
            guard let type = request.target.filled("type"), let name = request.target.filled("name") else {
                return .failure(400, reason: "BadRequest", "say which object: ?type=TYPE&name=NAME[&namespace=NS]")
            }
            let namespace = request.target.filled("namespace")
            guard await turns.take() else {
                return .failure(
                    429, reason: "TooManyRequests", "\(turns.limit) others wait to have objects explained; try again")
            }
            defer { turns.giveBack() }
            return await context.blocking {
                let report = try ExplainReport.make(
                    type: ResourceType(type), namespace: namespace, name: name, context: context)
                guard let report else {
                    let place = namespace.map { " in namespace \($0)" } ?? ""
                    return .failure(
                        404, reason: "NotFound",
                        "nothing is known of a \(type) '\(name)'\(place): it is not stored, nothing of it waits for the "
                            + "cloud, and no message of late named it")
                }
                return .json(report)
            }
        }
    }
}
