import Beehive
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

@Suite(.timeLimit(.minutes(5)))
struct ReportTests {
    private static func fill(_ store: MetaStore) throws {
        let now = SystemTime().now().wall
        try store.transaction(writing: true) { view throws(StoreError) in
            for (key, value) in [
                ("default/pod/a", #"{"metadata":{"name":"a"}}"#), ("other/pod/b", #"{"metadata":{"name":"b"}}"#),
                ("default/configmap/c", #"{"data":{"x":"y"}}"#),
            ] {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let object = NewObject(path: path, value: Bytes(value.utf8), origin: .delivered)
                try view.apply(.put(object, replacing: nil), now: now)
            }
            let entry = OutboxEntry(
                id: "entry-1", kind: .fact, key: "", endsByAnswer: false, created: now - 5000, frame: [1, 2, 3])
            try view.apply(.enqueue(entry, lane: .fact), now: now)
        }
    }

    @Test func `status has the shape that scripts rely on`() async throws {
        let oldest = SystemTime().now().wall - 61_000
        try await Fixture.serve(fill: Self.fill) { fixture in
            fixture.report.withLock {
                $0.isLinkUp = true
                $0.linkSince = 1_714_564_800_250
                $0.connections = 3
                $0.rows = 3
                $0.outbox = OutboxDepth(states: 1, facts: 2, oldest: oldest)
            }
            let answer = try await fixture.get("/metamanager/v1/status")
            let status = try #require(answer.json)
            #expect(
                status.members.map(\.key) == [
                    "ready", "link", "store", "inbox", "modules", "outbox", "podstatus_sync", "problems", "writes",
                ])
            #expect(status["ready"] == true)
            #expect(status["link"] == ["state": "up", "since": "2024-05-01T12:00:00.250Z", "reconnects": 2])
            #expect(status["store"]?["health"] == "ok")
            #expect(status["store"]?["sealing"] == "off")
            #expect((status["store"]?["bytes"]?.integer ?? 0) > 0)
            #expect(status["inbox"] == 3)
            let outbox = try #require(status["outbox"])
            #expect(outbox.members.map(\.key) == ["state", "fact", "oldest_seconds"])
            #expect(outbox["state"] == 1 && outbox["fact"] == 2)
            let seconds = Int64(try #require(outbox["oldest_seconds"]?.integer))
            #expect((61...(SystemTime().now().wall - oldest) / 1000).contains(seconds))
            #expect(status["podstatus_sync"] == ["last": nil, "result": ""])
            fixture.report.withLock { $0.storeProblem = "the disk is full" }
            let bad = try await fixture.get("/metamanager/v1/status")
            #expect(bad.json?["ready"] == false)
            #expect(bad.json?["problems"] == ["store: the disk is full"])
        }
    }

    @Test(arguments: [
        ("type=pod", ["default/pod/a", "other/pod/b"]), ("type=pod&namespace=other", ["other/pod/b"]),
        ("type=pod&namespace=default&name=a", ["default/pod/a"]), ("type=secret", []),
        ("", ["default/configmap/c", "default/pod/a", "other/pod/b"]),
    ])
    func `objects are listed by type, namespace and name`(query: String, keys: [String]) async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/objects?\(query)")
            let rows = try #require(answer.json).elements
            #expect(rows.compactMap { $0["key"]?.text } == keys)
            for row in rows {
                #expect(row.members.map(\.key) == ["key", "type", "revision", "origin", "age", "value"])
                #expect(row["origin"] == "delivered")
                #expect(row["value"]?.members.isEmpty == false)
            }
        }
    }

    @Test func `the outbox is listed, and dropped by id or as a whole only`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let list = try await fixture.get("/metamanager/v1/outbox")
            let row = try #require(list.json?.elements.first)
            #expect(row["id"] == "entry-1")
            #expect(row["class"] == "fact")
            #expect(row["size"] == 3)
            #expect((row["age"]?.integer ?? 0) >= 5)
            for (query, status) in [
                ("", 400), ("?id=", 400), ("?id=none", 404), ("?id=entry-1", 202), ("?all=true", 202),
            ] {
                let answer = try await fixture.post("/metamanager/v1/outbox/drop\(query)")
                #expect(answer.status == status)
            }
            #expect(fixture.dropped.withLock { $0 } == ["entry-1", nil])
            let flush = try await fixture.post("/metamanager/v1/outbox/flush")
            #expect(flush.status == 503)
        }
    }

    /// A resync that a test steps by hand.
    private final class HandResync: ResyncControl {
        let round = Lock<ResyncReport?>(nil)
        let isStopping = Lock(false)
        var lastRound: ResyncReport? { round.withLock { $0 } }

        func start() -> ResyncReport? {
            if isStopping.withLock({ $0 }) { return nil }
            return round.withLock { round in
                round = round ?? ResyncReport(round: 1, started: 0)
                return round
            }
        }
    }

    @Test func `a resync is begun, followed, and refused while the link is down`() async throws {
        let resync = HandResync()
        let path = "/metamanager/v1/resync"
        let change: (inout ServerContext) -> Void = { $0.resync = resync }
        try await Fixture.serve(context: change) { fixture in
            let before = try await fixture.get(path)
            #expect(before.status == 404)
            let refused = try await fixture.post(path)
            #expect(refused.status == 503)
            #expect(refused.message?.contains("link is down") == true)
            fixture.report.withLock { $0.isLinkUp = true }
            let begun = try await fixture.post(path)
            #expect(begun.status == 202)
            #expect(begun.json?["round"] == 1)
            #expect(begun.json?["state"] == "running")
            resync.round.withLock { round in
                round?.isRunning = false
                round?.notFound = 1
                round?.missing = ["demo/secret/s"]
                round?.failures = [.init(key: "k", cause: "c")]
                round?.ended = 1000
            }
            let done = try #require(try await fixture.get(path).json)
            #expect(
                done.members.map(\.key) == [
                    "round", "state", "total", "asked", "answered", "kept", "not_found", "failed", "missing",
                    "failures", "unaskable", "started", "ended",
                ])
            #expect(done["state"] == "done")
            #expect(done["failures"] == [["key": "k", "cause": "c"]])
            resync.isStopping.withLock { $0 = true }
            let stopping = try await fixture.post(path)
            #expect(stopping.status == 503)
        }
    }

    @Test func `a daemon without a cloud has nothing to ask again`() async throws {
        try await Fixture.serve { fixture in
            fixture.report.withLock { $0.isLinkUp = true }
            let answer = try await fixture.post("/metamanager/v1/resync")
            #expect(answer.status == 404)
        }
    }

    @Test func `a check reads every row, and names the entry of the outbox that is no message`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/check")
            #expect(answer.json?["ok"] == false)
            #expect(answer.json?["rows"] == 3)
            let problems = answer.json?["problems"]?.elements ?? []
            #expect(problems.count == 1)
            #expect(problems.first?["key"]?.text?.hasPrefix("outbox/") == true)
        }
    }

    @Test func `metrics are valid, complete and true`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            fixture.report.withLock {
                $0.messages[.init(operation: "update", source: "cloud")] = 7
                $0.seconds["update"] = .seconds
                $0.seconds["update"]?.record(0.003)
                $0.outcomes[.older] = 2
                $0.outboxDropped["fact/too old"] = 4
            }
            _ = try await fixture.get("/nothing")
            let answer = try await fixture.get("/metrics")
            let text = String(decoding: answer.body, as: UTF8.self)
            let faults = ExpositionCheck.faults(in: text)
            #expect(faults == [])
            for name in Self.promised {
                #expect(text.contains("\n# TYPE metamanager_\(name) ") || text.contains("# TYPE metamanager_\(name) "))
            }
            for line in [
                #"messages_total{operation="update",source="cloud"} 7"#, "stale_ignored_total 2",
                #"message_seconds_bucket{operation="update",le="0.001"} 0"#,
                #"message_seconds_bucket{operation="update",le="0.005"} 1"#,
                #"message_seconds_bucket{operation="update",le="+Inf"} 1"#, #"outbox_dropped_total{class="fact"} 4"#,
                #"api_requests_total{verb="GET",code="404"} 1"#, "inbox_depth 3", "link_up 0",
            ] { #expect(text.contains("metamanager_\(line)\n")) }
        }
    }

    /// The contract's names.
    private static let promised = [
        "link_up", "link_reconnects_total", "messages_total", "message_seconds", "unknown_operations_total",
        "stale_ignored_total", "refused_total", "inbox_depth", "mailbox_depth", "mailbox_dropped_total",
        "outbox_entries", "outbox_oldest_seconds", "outbox_dropped_total", "commits_total", "commit_seconds",
        "batch_messages", "store_query_seconds", "database_bytes", "sealed_rows", "remote_requests_total",
        "remote_inflight", "watchers",
        "watch_events_total", "api_requests_total", "process_resident_memory_bytes",
    ]

    @Test func `labels and help are escaped`() {
        var text = PrometheusText(prefix: "p_")
        text.metric("m", .gauge, "a\\b\nc \"d\"")
        text.sample(1.5, [("l", "x\"y\\z\nw")])
        #expect(text.text == "# HELP p_m a\\\\b\\nc \"d\"\n# TYPE p_m gauge\np_m{l=\"x\\\"y\\\\z\\nw\"} 1.5\n")
        #expect(ExpositionCheck.faults(in: text.text) == [])
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ])
    func `times are written as RFC 3339`(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }

    @Test(arguments: [
        ("/a%2Fb/c?x=1&y=a+b%20c&z", ["a/b", "c"], ["x": "1", "y": "a b c", "z": ""]), ("/", [], [:]),
        ("/a?", ["a"], [:]),
    ])
    func `targets are unescaped`(text: String, segments: [String], fields: [String: String]) throws {
        let target = try #require(RequestTarget(text))
        #expect(target.segments == segments)
        for (name, value) in fields { #expect(target.field(name) == value) }
        #expect(target.query.count == fields.count)
    }

    @Test(arguments: ["", "a", "http://x/", "/%", "/%4", "/%ff", "/a?b=%G0"])
    func `broken targets are none`(text: String) { #expect(RequestTarget(text) == nil) }
}

/// Checks text against Prometheus' exposition format 0.0.4.
enum ExpositionCheck {
    static func faults(in text: String) -> [String] {
        var faults: [String] = []
        var types: [String: String] = [:]
        var seen: Set<String> = []
        var current = ""
        if !text.hasSuffix("\n") { faults.append("no newline at the end") }
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# ") {
                let words = line.split(separator: " ", maxSplits: 3)
                guard words.count == 4, isName(words[2]) else {
                    faults.append("comment: \(line)")
                    continue
                }
                if words[1] == "TYPE" {
                    if types[String(words[2])] != nil { faults.append("twice: \(line)") }
                    types[String(words[2])] = String(words[3])
                    current = String(words[2])
                }
                continue
            }
            guard let (name, labels, value) = sample(line) else {
                faults.append("sample: \(line)")
                continue
            }
            if !seen.insert(name + labels).inserted { faults.append("twice: \(line)") }
            let suffixes =
                switch types[current] {
                case "histogram": ["_bucket", "_sum", "_count"]
                case "summary": ["_sum", "_count"]
                default: [""]
                }
            if !suffixes.contains(where: { current + $0 == name }) { faults.append("outside its metric: \(line)") }
            if types[current] == "counter", !(value >= 0) { faults.append("negative: \(line)") }
            if name.hasSuffix("_bucket"), !labels.contains("le=") { faults.append("no bound: \(line)") }
        }
        return faults
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == ":"
        }
    }

    private static func sample(_ line: Substring) -> (name: String, labels: String, value: Double)? {
        let name = line.prefix { $0 != "{" && $0 != " " }
        guard isName(name) else { return nil }
        var rest = line.dropFirst(name.count)
        var labels = ""
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard isName(label), rest.hasPrefix("=\"") else { return nil }
                rest = rest.dropFirst(2)
                var value = ""
                while let next = rest.first, next != "\"" {
                    value.append(next)
                    rest = rest.dropFirst()
                    if next == "\\" {
                        guard let escaped = rest.first, "\\\"n".contains(escaped) else { return nil }
                        value.append(escaped)
                        rest = rest.dropFirst()
                    }
                }
                guard rest.first == "\"" else { return nil }
                rest = rest.dropFirst()
                labels += "\(label)=\(value);"
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " " else { return nil }
        let number = rest.dropFirst()
        guard let value = number == "+Inf" ? .infinity : Double(number) else { return nil }
        return (String(name), labels, value)
    }
}
