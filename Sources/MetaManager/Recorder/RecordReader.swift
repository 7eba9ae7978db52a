internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Reads the parts of a record's lines back into values.
///
/// A record is input of strangers: what does not fit is a fault that names it.
enum RecordReader {
    /// Times, revisions and generations: a sum or a difference of two is a number still.
    static let time = -(1 << 60)...(1 << 60)
    /// How many there are of something, or how large it is.
    static let count = 0...(1 << 40)
    /// What is granted in one line: the sum of all lines there can be is a number still.
    static let grant = -(1 << 31)...(1 << 31)

    /// A number in its range; what is absent is 0.
    static func number(
        _ value: JSONValue?, _ name: String, in range: ClosedRange<Int>
    ) throws(RecordFault) -> Int {
        guard let value else { return 0 }
        guard let number = value.integer, range.contains(number) else {
            throw RecordFault("\(name) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func moment(_ place: JSONValue) throws(RecordFault) -> (now: Moment, revision: Int64) {
        let parts = place.elements
        guard parts.count == 3, let ticks = unsigned(parts[1]) else {
            throw RecordFault("'at' is not [wall, ticks, revision]")
        }
        let wall = try number(parts[0], "the time", in: 0...time.upperBound)
        let revision = try number(parts[2], "the revision", in: 0...time.upperBound)
        return (Moment(wall: Int64(wall), ticks: ticks), Int64(revision))
    }

    static func unsigned(_ value: JSONValue) -> UInt64? {
        guard case .number(let digits) = value else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    static func message(_ frame: JSONValue?) throws(RecordFault) -> Message {
        guard let frame else { throw RecordFault("has no frame") }
        do {
            return try MessageDecoder().decode(frame.json)
        } catch {
            throw RecordFault("frame: \(error.description)")
        }
    }

    static func module(_ value: JSONValue?) throws(RecordFault) -> ModuleInfo {
        let parts = (value ?? .null).elements.map { $0.text ?? "" }
        guard parts.count == 3 else { throw RecordFault("a module is not [name, group, release]") }
        return ModuleInfo(name: ModuleName(parts[0]), group: ModuleGroup(parts[1]), release: parts[2])
    }

    static func path(_ text: String?) throws(RecordFault) -> ResourcePath {
        do {
            return try ResourcePath(parsing: text ?? "")
        } catch {
            throw RecordFault("path: \(error.description)")
        }
    }

    static func settings(_ value: JSONValue) throws(RecordFault) -> PlanningSettings {
        func number(_ name: String, upTo limit: Int) throws(RecordFault) -> Int? {
            try value[name].map { value throws(RecordFault) in
                try Self.number(value, "the setting '\(name)'", in: 0...limit)
            }
        }
        // `never` is the largest number there is.
        func time(_ name: String, _ standard: Duration) throws(RecordFault) -> Duration {
            try number(name, upTo: .max).map { .milliseconds($0) } ?? standard
        }
        var settings = PlanningSettings()
        settings.remoteTimeout = try time("remote", settings.remoteTimeout)
        settings.staleAfter = try time("stale", settings.staleAfter)
        settings.volumeTimeout = try time("volume", settings.volumeTimeout)
        settings.moduleTimeout = try time("module", settings.moduleTimeout)
        settings.podStatusInterval = try time("podstatus", settings.podStatusInterval)
        settings.maximumAge = try time("age", settings.maximumAge)
        settings.tombstoneAge = try time("tombstone", settings.tombstoneAge)
        settings.maximumFacts = try number("facts", upTo: .max) ?? settings.maximumFacts
        settings.outboxWindow = try number("window", upTo: grant.upperBound) ?? settings.outboxWindow
        settings.conflictPolicy = value["conflict"]?.text.flatMap { .init(rawValue: $0) } ?? settings.conflictPolicy
        settings.nodeName = value["node"]?.text ?? ""
        return settings
    }

    /// The input of a line.
    static func input(_ line: JSONValue) throws(RecordFault) -> Input {
        switch line["dir"]?.text {
        case "cloud->edge": return .fromCloud(try message(line["frame"]))
        case "edge->cloud": return .fromModule(try message(line["frame"]), try module(line["from"]))
        default: return try event(line["event"] ?? .null)
        }
    }

    private static func event(_ event: JSONValue) throws(RecordFault) -> Input {
        let connection = event["connection"]?.integer ?? 0
        switch event["what"]?.text {
        case "link up": return .linkUp(connection: connection)
        case "link down": return .linkDown(connection: connection)
        case "attached": return .attached(try module(event["module"]))
        case "forgotten": return .forgotten(ModuleName(event["name"]?.text ?? ""))
        case "credit":
            return .credit(
                connection: connection, entries: try number(event["entries"], "the credit", in: grant))
        case "confirmed":
            let places = (event["places"] ?? .null).elements.compactMap(\.integer)
            return .confirmed(connection: connection, places: places.map { Int64($0) })
        case "tick": return .tick
        case "drop outbox": return .dropOutbox(id: event["id"]?.text)
        case "flush outbox": return .flushOutbox
        case "settings": return .settings(try settings(event["settings"] ?? .null))
        case "write": return .write(try write(event))
        case let word: throw RecordFault("event '\(OneLine.of(word ?? ""))' is not known to this build")
        }
    }

    private static func write(_ event: JSONValue) throws(RecordFault) -> LocalWrite {
        let object = event["object"]
        let matter: LocalWrite.Matter
        switch event["matter"]?.text {
        case "pending":
            guard let resource = event["resource"].flatMap(KubeKind.Resource.init(json:)) else {
                throw RecordFault("a write names no resource")
            }
            matter = .pending(
                LocalWrite.PendingRequest(
                    resource: resource, namespace: event["namespace"]?.text, name: event["name"]?.text ?? "",
                    object: object, subresource: event["subresource"]?.text ?? "",
                    caller: event["caller"]?.text ?? ""))
        case "settled": matter = .settled(object ?? .null)
        case "device": matter = .device(object ?? .null)
        case "deleted": matter = .deleted(uids: Set((event["uids"] ?? .null).elements.compactMap(\.text)))
        case "missing": matter = .missing(at: Int64(event["mark"]?.integer ?? 0))
        case "forgotten": matter = .forgotten
        default: throw RecordFault("a write has no matter that this build knows")
        }
        return LocalWrite(
            matter, at: try path(event["path"]?.text), expected: event["expected"]?.integer.map { Int64($0) })
    }

    // MARK: The planner

    private static func caller(_ value: JSONValue) throws(RecordFault) -> Caller {
        // A route is read where messages are.
        let message = try message([
            "header": ["msg_id": value["id"] ?? "", "timestamp": 0], "route": value["route"] ?? [:], "content": nil,
        ])
        return Caller(message, from: try module(value["module"]))
    }

    private static func callers(_ value: JSONValue?) throws(RecordFault) -> [Caller] {
        var callers: [Caller] = []
        for caller in (value ?? .null).elements { callers.append(try self.caller(caller)) }
        return callers
    }

    private static func texts(_ value: JSONValue?) -> [String] { (value ?? .null).elements.compactMap(\.text) }

    /// A planner as a checkpoint tells it.
    static func planner(_ value: JSONValue, at now: Moment) throws(RecordFault) -> Planner {
        var planner = Planner(
            settings: try settings(value["settings"] ?? .null), ids: MessageIDSource(seed: 1), now: now)
        var state = NodeState()
        state.connection = value["connection"]?.integer
        for module in (value["modules"] ?? .null).elements {
            let info = try self.module(module)
            state.modules[info.name] = info
        }
        for request in (value["remote"] ?? .null).elements { state.remote.begin(try remote(request)) }
        try readLocal(value, into: &state.local)
        try readOutbox(value["outbox"] ?? .null, into: &state.outbox)
        var periodic: Set<Deadlines.Matter> = []
        for deadline in (value["deadlines"] ?? .null).elements {
            let (ticks, matter) = try self.deadline(deadline.elements)
            switch matter {
            case .podStatusSync, .housekeeping:
                // Each time that it comes up it is put in again.
                guard periodic.insert(matter).inserted else { throw RecordFault("a periodic deadline stands twice") }
            default: break
            }
            state.deadlines.add(matter, at: Moment(wall: 0, ticks: ticks))
        }
        state.writes.fresh = Set(texts(value["fresh"]))
        if let sizes = value["sizes"]?.elements {
            var known: [String: Int] = [:]
            for place in stride(from: 0, to: sizes.count - 1, by: 2) {
                known[sizes[place].text ?? ""] = try number(sizes[place + 1], "the size of a row", in: count)
            }
            state.writes.restore(known)
        }
        state.syncGeneration = try number(value["generation"], "the generation", in: time)
        if let range = value["undelivered"]?.elements.compactMap(\.integer), range.count == 2, range[0] <= range[1] {
            state.undelivered = Int64(range[0])...Int64(range[1])
        }
        state.redelivered = Set(texts(value["redelivered"]))
        state.owed = Set(texts(value["owed"]))
        planner.state = state
        return planner
    }

    private static func remote(_ value: JSONValue) throws(RecordFault) -> RemoteRequest {
        let message = try message(value["frame"])
        var path: ResourcePath?
        if let text = value["path"]?.text { path = try self.path(text) }
        let flight =
            value["flight"] == 1
            ? RemoteLedger.Flight(
                operation: message.route.operation, resource: message.route.resource, content: message.content.json)
            : nil
        return RemoteRequest(
            message: message, path: path, key: value["key"]?.text ?? "", flight: flight,
            asked: Int64(value["asked"]?.integer ?? 0), callers: try callers(value["callers"]))
    }

    private static func readLocal(_ value: JSONValue, into local: inout LocalLedger) throws(RecordFault) {
        let nobody = Message(
            header: Header(id: "-", timestamp: 0),
            route: Route(source: "", group: "", operation: .query, resource: ""), content: .null)
        for id in texts(value["ended"]) {
            local.begin(id, asker: .cloud(nobody))
            _ = local.end(id)
        }
        for request in (value["local"] ?? .null).elements {
            let id = request["id"]?.text ?? ""
            if let caller = request["caller"] {
                local.begin(id, asker: .module(try self.caller(caller)))
            } else {
                local.begin(id, asker: .cloud(try message(request["frame"])))
            }
        }
    }

    private static func readOutbox(_ value: JSONValue, into outbox: inout OutboxLedger) throws(RecordFault) {
        for sent in (value["sent"] ?? .null).elements {
            let parts = sent.elements
            guard parts.count == 5, let place = parts[0].integer, let id = parts[1].text, let key = parts[2].text else {
                throw RecordFault("an entry that was sent is not [place, id, key, ends, attempts]")
            }
            outbox.noteSent(
                OutboxEntry(
                    place: Int64(place), id: id, kind: .state, key: key, endsByAnswer: parts[3] == 1, created: 0,
                    frame: []))
            for _ in 1..<max(1, min(parts[4].integer ?? 1, 8)) { outbox.noteSentAgain(Int64(place)) }
        }
        for (lane, cursor) in zip(OutboxLane.allCases, (value["cursors"] ?? .null).elements) {
            outbox.advance(lane, to: Int64(cursor.integer ?? 0))
        }
        for key in texts(value["over"]) { outbox.passOver(key) }
        outbox.parked = Set(texts(value["parked"]))
        outbox.ready = texts(value["ready"])
        guard outbox.ready.count <= Shadow.readLimit else {
            throw RecordFault("more than \(Shadow.readLimit) keys wait to be sent, as those of no node do")
        }
        for waiting in (value["waiting"] ?? .null).elements {
            for caller in try callers(waiting["callers"]) {
                _ = outbox.waiting.add(caller, for: waiting["entry"]?.text ?? "")
            }
        }
        outbox.credit = try number(value["credit"], "the credit", in: 0...time.upperBound)
        outbox.mayHaveWork = value["work"] == 1
    }

    private static func deadline(
        _ parts: [JSONValue]
    ) throws(RecordFault) -> (ticks: UInt64, matter: Deadlines.Matter) {
        guard parts.count >= 2, let ticks = unsigned(parts[0]), let word = parts[1].text else {
            throw RecordFault("a deadline is not [ticks, matter]")
        }
        let id = parts.count > 2 ? parts[2].text ?? "" : ""
        let number = parts.count > 2 ? parts[2].integer ?? 0 : 0
        let matter: Deadlines.Matter
        switch word {
        case "stale": matter = .remoteStale(id)
        case "timeout": matter = .remoteTimeout(id)
        case "local": matter = .localRequest(id)
        case "caller": matter = .outboxCaller(id)
        case "answer":
            matter = .outboxAnswer(
                place: Int64(number), connection: parts.count > 3 ? parts[3].integer ?? 0 : 0)
        case "podstatus": matter = .podStatusSync(number)
        case "again": matter = .pendingAgain(id)
        case "bounds": matter = .outboxBounds
        case "housekeeping": matter = .housekeeping
        default: throw RecordFault("a deadline of '\(OneLine.of(word))' is not known to this build")
        }
        return (ticks, matter)
    }
}
