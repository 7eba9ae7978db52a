public import Beehive
internal import KubeAPI
internal import MetaStore

/// Replays a flight record through this build's planner, in the record's own time, and finds the first decision that
/// differs.
///
/// A record may come from strangers: what one line may hold is bounded, and no line takes longer the more came before.
public struct FlightReplay {
    /// The longest line that is taken.
    public static let lineLimit = RecordLines.lineLimit
    /// A decision that this build makes differently.
    public struct Divergence: Sendable {
        /// The line of the record, from 1.
        public let line: Int
        /// Which input: its source, operation, resource and id.
        public let input: String
        /// When it was decided, in milliseconds since 1970.
        public let time: Int64
        /// The recorded decision, as JSON.
        public let recorded: String
        /// This build's, as JSON.
        public let made: String

        /// Lines for people: which decision, as recorded, and as made now; nothing of the record moves a cursor.
        public var lines: [String] {
            let place = "DIVERGENCE line \(line), \(KubernetesTimestamp.text(time, isExact: true)): \(input)"
            // About the longest line of a record.
            let limit = RecordLines.lineLimit
            return [
                OneLine.of(place, limit: 1000), "recorded   " + OneLine.of(recorded, limit: limit),
                "this build " + OneLine.of(made, limit: limit),
            ]
        }
    }

    /// What a replay came to.
    public struct Report: Sendable {
        /// The build that recorded; empty before the first line is read.
        public internal(set) var build = ""
        /// Decisions that were made again.
        public internal(set) var decisions = 0
        /// Lines that could not be replayed, since something before them is missing.
        public internal(set) var skipped = 0
        /// Places where something is missing.
        public internal(set) var gaps = 0
        /// The first decision that differs; nil when none does.
        public internal(set) var divergence: Divergence?

        /// The last line: how much was replayed, and whether all was as recorded.
        public var summary: String {
            let missing = skipped > 0 ? "; \(skipped) could not be replayed, of \(gaps) gaps" : ""
            return "\(decisions) decisions recorded by build \(build)\(missing); "
                + (divergence == nil ? "no divergence" : "1 divergence")
        }
    }

    /// What the replay has come to so far.
    public private(set) var report = Report()
    /// A line for people on each decision.
    public private(set) var lastDecision = ""

    private var planner: Planner?
    private var shadow = Shadow()
    private var match = DecisionMatch()
    private var now = Moment(wall: 0, ticks: 0)
    private var number = 0
    /// The most pod statuses that may still be told: a record tells of them by number, and each is made here.
    private var podRoom = 100_000

    /// Makes a replay that has read nothing.
    public init() {}

    /// True for the first line of a flight record.
    ///
    /// - Parameter line: the line.
    /// - Returns: false for any other file.
    public static func isRecord(_ line: Bytes) -> Bool {
        guard line.count < 4096, let value = try? JSONValue(parsing: line) else { return false }
        return value["record"]?["format"] != nil
    }

    /// Takes the next line.
    ///
    /// - Parameter line: one line, without its end.
    /// - Returns: false once a divergence was found: what follows means nothing any more.
    /// - Throws: `RecordFault` that names the line and the cause.
    public mutating func take(_ line: Bytes) throws(RecordFault) -> Bool {
        number += 1
        lastDecision = ""
        // So many more than a record of any node has.
        podRoom += 16 * min(line.count, Self.lineLimit)
        do throws(RecordFault) {
            guard line.count <= Self.lineLimit else {
                throw RecordFault("is longer than \(Self.lineLimit) bytes, as no line of a record is")
            }
            let value: JSONValue
            do {
                value = try JSONValue(parsing: line)
            } catch {
                throw RecordFault("no JSON: \(error)")
            }
            try take(value)
        } catch {
            throw RecordFault("line \(number): \(OneLine.of(error.description, limit: 500))")
        }
        return report.divergence == nil
    }

    private mutating func take(_ line: JSONValue) throws(RecordFault) {
        if let header = line["record"] {
            let format = header["format"]?.integer ?? 0
            guard format == RecordLines.format else {
                throw RecordFault("format \(format) is not known to this build, which reads \(RecordLines.format)")
            }
            report.build = OneLine.of(header["build"]?.text ?? "")
            return
        }
        switch line["event"]?["what"]?.text {
        case "checkpoint": return try begin(line)
        case "gap":
            report.gaps += 1
            planner = nil
        case "rows changed": shadow.forgetRows()
        case "evicted":
            for key in (line["event"]?["keys"] ?? .null).elements.compactMap(\.text) {
                shadow.forget(key)
                planner?.forget([key])
            }
        default:
            guard line["did"] != nil else { throw RecordFault("has no decision") }
            guard planner != nil else {
                report.skipped += 1
                return
            }
            try decide(line)
        }
    }

    private mutating func begin(_ line: JSONValue) throws(RecordFault) {
        let (now, revision) = try RecordReader.moment(line["at"] ?? .null)
        let state = line["planner"] ?? .null
        planner = try RecordReader.planner(state, at: now)
        let depth = (state["depth"] ?? .null).elements
        shadow =
            depth.count == 2
            ? Shadow(
                states: try RecordReader.number(depth[0], "the depth of the outbox", in: RecordReader.count),
                facts: try RecordReader.number(depth[1], "the depth of the outbox", in: RecordReader.count))
            : Shadow()
        shadow.revision = revision
        match = DecisionMatch()
        self.now = now
    }

    private mutating func decide(_ line: JSONValue) throws(RecordFault) {
        if let place = line["at"] { (now, shadow.revision) = try RecordReader.moment(place) }
        // Not kept here meanwhile: to change a copy would copy all that the planner knows.
        guard var planner = self.planner.take() else { return }
        let input = translated(try RecordReader.input(line))
        try note(line["rows"])
        var plan = try planned { () throws(StoreError) in try planner.plan(input, in: shadow, at: now) }
        for change in plan.changes { shadow.apply(change, now: now.wall) }
        (shadow.held, shadow.unsound, shadow.pods) = ([:], [], nil)
        if line["end"] != nil {
            // The ids of what was queued just now stand in what was read for sending.
            if let recorded = line["did"]?["c"], let made = try Self.tree(of: plan, input)["c"] {
                _ = match.isSame(recorded, made, inOrder: true)
            }
            try note(line["sent"])
            let sending = try planned { () throws(StoreError) in try planner.planSending(in: shadow, at: now) }
            plan.cloud += sending.cloud
        }
        guard planner.state.modules.count <= Shadow.readLimit else {
            throw RecordFault("more than \(Shadow.readLimit) modules have attached, as those of no node do")
        }
        self.planner = planner
        report.decisions += 1
        try compare(plan, of: input, with: line["did"] ?? .null)
    }

    private func planned(_ body: () throws(StoreError) -> Plan) throws(RecordFault) -> Plan {
        do {
            return try body()
        } catch {
            throw RecordFault("the replayed store failed: \(error.description)")
        }
    }

    private mutating func compare(_ plan: Plan, of input: Input, with recorded: JSONValue) throws(RecordFault) {
        let made = try Self.tree(of: plan, input)
        let name = Self.name(of: input)
        lastDecision =
            "\(name): \(plan.outcome.rawValue)" + (made["r"]?.text.map { " (\(OneLine.of($0)))" } ?? "")
        guard !match.isSame(recorded, made, inOrder: input.message != nil) else { return }
        report.divergence = Divergence(
            line: number, input: name, time: now.wall, recorded: String(decoding: recorded.json, as: UTF8.self),
            made: String(decoding: made.json, as: UTF8.self))
    }

    private static func tree(of plan: Plan, _ input: Input) throws(RecordFault) -> JSONValue {
        var text = RecordText()
        text.decision(plan, of: input.message)
        do {
            return try JSONValue(parsing: text.bytes[...])
        } catch {
            throw RecordFault("this build's decision is no JSON: \(error)")
        }
    }

    /// What an input is called, in one line: all of it is the record's.
    private static func name(of input: Input) -> String {
        let name =
            switch input {
            case .fromCloud(let message): "cloud \(name(of: message))"
            case .fromModule(let message, let module): "\(module.name) \(name(of: message))"
            case .linkUp: "link up"
            case .linkDown: "link down"
            case .tick: "tick"
            case .write(let write): "write of \(OneLine.of(write.path.key))"
            case .attached(let module): "\(module.name) attached"
            default: "inside"
            }
        return OneLine.of(name, limit: 1000)
    }

    private static func name(of message: Message) -> String {
        "\(OneLine.of(message.id)) \(OneLine.of(message.route.operation.rawValue)) \(OneLine.of(message.route.resource))"
    }

    /// The input with this build's ids and places in the place of the recorded ones.
    private func translated(_ input: Input) -> Input {
        switch input {
        case .fromCloud(var message):
            message.header.parentID = match.id(message.header.parentID)
            return .fromCloud(message)
        case .fromModule(var message, let module):
            message.header.parentID = match.id(message.header.parentID)
            return .fromModule(message, module)
        case .confirmed(let connection, let places):
            return .confirmed(connection: connection, places: places.map(match.place))
        case .dropOutbox(let id): return .dropOutbox(id: id.map(match.id))
        case .write(var write) where write.path.type == WriteConflict.type:
            // The row's name holds an id that the process made.
            if let own = try? ResourcePath(parsing: match.id(write.path.key)) { write.path = own }
            return .write(write)
        default: return input
        }
    }

    /// A row with this build's ids: a waiting write names its entries of the outbox.
    private func translated(_ value: Bytes, _ type: ResourceType) -> Bytes {
        guard Shadow.decides(type), !match.ids.isEmpty, var row = try? JSONValue(parsing: value),
            let steps = row["steps"]?.elements
        else { return value }
        row["steps"] = .array(
            steps.map { step in
                var step = step
                if let id = step["id"]?.text { step["id"] = JSONValue(text: match.id(id)) }
                return step
            })
        return row.json
    }

    // MARK: Rows

    private mutating func note(_ rows: JSONValue?) throws(RecordFault) {
        for row in (rows ?? .null).elements { try note(row.elements) }
    }

    private mutating func note(_ row: [JSONValue]) throws(RecordFault) {
        guard row.count >= 2, let letter = row[0].text, let recorded = row[1].text else {
            throw RecordFault("a row is not [letter, key]")
        }
        let key = match.id(recorded)
        switch letter {
        case "h":
            let type = Redaction.type(of: key)
            shadow.note(row.count > 2 ? try head(row) : nil, type: type, key: key, value: nil)
        case "o":
            guard row.count == 11, let type = row[9].text, let value = row[10].text else {
                throw RecordFault("the row '\(OneLine.of(key))' has no value")
            }
            shadow.note(
                try head(row), type: ResourceType(type), key: key,
                value: translated(Bytes(value.utf8), ResourceType(type)))
        case "v": shadow.held[key] = row.last == 1
        case "u": shadow.unsound.insert(key)
        case "k": shadow.noteFound(row.dropFirst(2).compactMap(\.text))
        case "t":
            guard row.count == 5 else { return shadow.note(nil, key: key) }
            shadow.note(
                Tombstone(
                    uid: row[2].text ?? "", version: row[3].text ?? "",
                    deleted: Int64(try RecordReader.number(row[4], "when it was deleted", in: RecordReader.time))),
                key: key)
        case "e": try entry(row, key: key)
        case "p": shadow.pods = try podStatuses(row.dropFirst(2))
        default: throw RecordFault("a row '\(OneLine.of(letter))' is not known to this build")
        }
    }

    private func head(_ row: [JSONValue]) throws(RecordFault) -> ObjectHead {
        guard row.count >= 9, let uid = row[2].text, let version = row[3].text,
            let origin = row[6].integer.flatMap({ ObjectOrigin(rawValue: Int64($0)) })
        else { throw RecordFault("a row's head is not whole") }
        return ObjectHead(
            rowID: 0, uid: uid, version: version, hasKind: row[4] == 1,
            revision: Int64(try RecordReader.number(row[5], "a row's revision", in: RecordReader.time)),
            origin: origin, stored: Int64(try RecordReader.number(row[7], "when it was stored", in: RecordReader.time)),
            confirmed: Int64(try RecordReader.number(row[8], "when it was confirmed", in: RecordReader.time)))
    }

    private mutating func entry(_ row: [JSONValue], key: String) throws(RecordFault) {
        guard row.count >= 4, let place = row[2].integer, let id = row[3].text,
            OutboxLane(rawValue: Int64(place) >> 48) != nil
        else {
            throw RecordFault("an entry of the outbox is not whole")
        }
        var entry = OutboxEntry(
            place: Int64(place), id: match.id(id), kind: .state, key: key, endsByAnswer: false, created: 0, frame: [])
        if row.count >= 7 {
            entry.kind = row[4] == 1 ? .fact : .state
            entry.endsByAnswer = row[5] == 1
            entry.created = Int64(try RecordReader.number(row[6], "when it was queued", in: RecordReader.time))
            if row.count > 7 { entry.frame = row[7].json }
        }
        // Of one that was queued here only the place is told.
        guard let own = shadow.note(entry, isWhole: row.count >= 7) else { return }
        if own != entry.place { match.note(place: entry.place, is: own) }
    }

    private mutating func podStatuses(_ groups: ArraySlice<JSONValue>) throws(RecordFault) -> [PodStatusRow] {
        var rows: [PodStatusRow] = []
        for group in groups {
            let parts = group.elements
            guard parts.count >= 3, let namespace = parts[0].text, let good = parts[1].integer,
                let bad = parts[2].integer, (0...100_000).contains(good), (0...100_000).contains(bad)
            else { throw RecordFault("pod statuses are not [namespace, good, bad]") }
            podRoom -= good + bad
            guard podRoom >= 0 else { throw RecordFault("more pod statuses than a record of its length can have") }
            for _ in 0..<good {
                rows.append(PodStatusRow(key: "", namespace: namespace, value: Bytes("{\"a\":1}".utf8), hasPod: true))
            }
            for _ in 0..<bad { rows.append(PodStatusRow(key: "", namespace: namespace, value: [], hasPod: true)) }
            for key in parts.dropFirst(3).compactMap(\.text) {
                rows.append(PodStatusRow(key: key, namespace: namespace, value: [], hasPod: false))
            }
        }
        return rows
    }
}
