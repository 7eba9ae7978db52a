import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import Beehive
@testable import MetaManager
@testable import MetaServer

/// The table of metrics, and what an exposition makes of it.
@Suite("metrics", .timeLimit(.minutes(5)))
struct MetricsTableTests {
    @Test("every metric is named by the conventions, once, and says what it is")
    func names() {
        #expect(Set(Metrics.all.map(\.name)).count == Metrics.all.count)
        for metric in Metrics.all {
            let name = metric.name
            #expect(name.hasPrefix("metamanager_") || name.hasPrefix("process_"), "\(name)")
            #expect(name.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }, "\(name)")
            #expect((metric.kind == .counter) == name.hasSuffix("_total"), "\(name)")
            for suffix in ["_sum", "_count", "_bucket", "_ms", "_milliseconds", "_kib", "_mib"] {
                #expect(!name.hasSuffix(suffix), "\(name)")
            }
            #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(name)")
            for label in metric.labels {
                #expect(!["le", "quantile", "job", "instance"].contains(label.name), "\(name)")
                let values = label.values ?? ["x"]
                #expect(!values.isEmpty && Set(values).count == values.count, "\(name)")
            }
        }
    }

    @Test("there can never be more series than docs/metrics.md says")
    func most() {
        let series = Metrics.all.reduce(0) { sum, metric in
            let lines =
                switch metric.kind {
                case .histogram: 12
                case .summary: 2
                case .counter, .gauge: 1
                }
            return sum + metric.labels.reduce(lines) { $0 * ($1.values?.count ?? 1) }
        }
        #expect((500...1800).contains(series))
    }

    @Test("a daemon with all its parts shows every metric, in the order of the table, and the same again")
    func whole() async throws {
        try await Fixture.serve(context: MetricsWorld.complete) { fixture in
            _ = try await fixture.get("/healthz")
            let snapshot = MetricSnapshot(fixture.context)
            let text = Metrics.render(snapshot)
            let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map(String.init)
            #expect(types == Metrics.all.map { "# TYPE \($0.name) \($0.kind.rawValue)" })
            #expect(ExpositionCheck.faults(in: text) == [])
            #expect(Metrics.render(snapshot) == text)
            for line in [
                #"build_info{version="9.9.9"} 1"#, #"configuration_readings_total{result="refused"} 1"#,
                #"link_info{protocol="websocket"} 1"#,
                #"link_phase{phase="alive"} 1"#, #"link_phase{phase="waiting"} 0"#,
                #"link_ends_total{cause="closed"} 2"#, #"link_ends_total{cause="other"} 3"#,
                #"module_refused_total{reason="other"} 1"#, #"degraded{cause="store"} 0"#, "ready 1",
                "link_certificate_expiry_timestamp_seconds 4000000000", "backup_interval_seconds 86400",
                #"api_route_requests_total{route="health",code="200"} 1"#,
                #"api_request_seconds_count{route="health"} 1"#,
            ] { #expect(text.contains("\nmetamanager_\(line)\n") || text.hasPrefix("metamanager_\(line)"), "\(line)") }
        }
    }

    /// What others choose: none of it may become a series.
    private static let hostile = [
        "edged\"} 1\nmetamanager_link_up 7", "x\\", "", "\u{0}", "a{b=\"c\"}", "other2", "ünïcode",
        String(repeating: "long", count: 1000),
    ]

    private static func feed(_ names: [String], _ fixture: Fixture, _ modules: Lock<[ModuleBus.Listing]>) async throws {
        for name in names {
            let message = Message(
                header: Header(id: name, timestamp: 1),
                route: Route(
                    source: ModuleName(name), group: ModuleGroup(name), operation: Operation(name), resource: name),
                content: .null)
            var plan = Plan()
            plan.outcome = Outcome(name)
            plan.outboxDropped = [(.fact, name)]
            let module = ModuleInfo(name: ModuleName(name))
            fixture.report.withLock {
                $0.count([.fromCloud(message), .fromModule(message, module)], [plan, plan], seconds: 0.001)
            }
            modules.withLock {
                $0.append(
                    ModuleBus.Listing(
                        info: module, isAttached: true,
                        mailbox: Mailbox(limits: MailboxLimits()) { _ in message }.report))
            }
            fixture.context.requests.count(
                method: name, status: name.utf8.count, route: RouteClass(method: name, target: name, isStream: false),
                seconds: 0.1)
            let secrets = KubeKind.Resource(group: "", version: name, plural: "secrets")
            fixture.context.audit?.record(
                ResourceRequest(verb: .get, resource: secrets, namespace: name, name: name), caller: Caller(name: name),
                peer: .network, status: 200)
        }
    }

    @Test("names that others choose add no series: after two of them there are as many as after a thousand")
    func closed() async throws {
        let modules = Lock<[ModuleBus.Listing]>([])
        let context: (inout ServerContext) -> Void = { context in
            MetricsWorld.complete(&context)
            context.modules = { modules.withLock { $0 } }
        }
        try await Fixture.serve(context: context) { fixture in
            try await Self.feed(["stranger", "\u{1}\n"], fixture, modules)
            let before = MetricsWorld.series(Metrics.render(fixture.context))
            try await Self.feed(Self.hostile + (0..<1000).map { "name-\($0)" }, fixture, modules)
            let text = Metrics.render(fixture.context)
            let after = MetricsWorld.series(text)
            #expect(after.subtracting(before) == [] && before.subtracting(after) == [])
            #expect(ExpositionCheck.faults(in: text) == [])
            for name in Self.hostile + ["name-7", "stranger"] where name.count > 2 { #expect(!text.contains(name)) }
            #expect(text.contains(#"metamanager_messages_total{operation="other",source="other"} 1010"# + "\n"))
            #expect(text.contains(#"metamanager_outbox_drops_total{class="fact",reason="other"} 2020"# + "\n"))
            #expect(text.contains(#"metamanager_api_requests_total{verb="other",code="other"} "#))
        }
    }

    @Test("what a module's mailbox dropped is still told when the mailbox is gone")
    func retired() async throws {
        let intake = FakeIntake(capacity: 1)
        let time = ManualTime()
        let bus = ModuleBus(time: time, intake: intake, owed: { _ in [] }, relist: { _, _ in Self.message })
        let context: (inout ServerContext) -> Void = { context in
            context.modules = { bus.modules }
            context.retired = { bus.retired }
        }
        try await Fixture.serve(context: context) { fixture in
            for name in [ModuleName.edged, "stranger"] {
                let attachment = bus.attach(ModuleInfo(name: name)).attachment
                bus.deliver([(.module(name), Self.message), (.module(name), Self.message)])
                bus.detach(name, attachment: attachment)
            }
            let before = Metrics.render(fixture.context)
            #expect(before.contains("metamanager_mailbox_depth{module=\"edged\"} 2\n"))
            time.advance(by: .seconds(2))
            #expect(bus.forget(after: .seconds(1)).count == 2)
            let after = Metrics.render(fixture.context)
            for module in ["edged", "other"] {
                #expect(after.contains("metamanager_mailbox_dropped_total{module=\"\(module)\"} 2\n"))
                #expect(after.contains("metamanager_mailbox_depth{module=\"\(module)\"} 0\n"))
            }
        }
    }

    private static var message: Message {
        Message(
            header: Header(id: "m", timestamp: 1),
            route: Route(source: .edged, group: .meta, operation: .update, resource: "a/pod/x"), content: .null)
    }

    @Test("requests over the wire with any method, path and query fall into known series")
    func wire() async throws {
        try await Fixture.serve(context: MetricsWorld.complete) { fixture in
            let bounds = Set(RouteClass.allCases.map(\.rawValue))
            for target in [
                "/x", "/%22%7D", "/api/v1/namespaces/%00/pods/x?y=%22", "/apis/a/b/c/d/e/f/g/h/i", "//", "/?",
            ] {
                for method in ["GET", "BREW", "POST"] {
                    _ = try await fixture.exchange(
                        "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                }
            }
            let routes = fixture.context.requests.all.routes
            #expect(Set(routes.keys.map(\.route.rawValue)).isSubset(of: bounds))
            #expect(routes.values.reduce(0, +) == 18)
            #expect(Set(fixture.context.requests.values.keys.map(\.verb)).isSubset(of: ["GET", "POST", "other"]))
        }
    }

    @Test(
        "requests are classed by the first words of their path",
        arguments: [
            ("GET", "/healthz", false, RouteClass.health), ("GET", "/readyz?verbose", false, .health),
            ("GET", "/metrics", false, .metrics), ("GET", "/console/a.js", false, .console),
            ("GET", "/api", false, .discovery), ("GET", "/api/v1", false, .discovery),
            ("GET", "/apis/apps/v1", false, .discovery), ("GET", "/openapi/v3", false, .discovery),
            ("GET", "/api/v1/pods", false, .read), ("HEAD", "/apis/apps/v1/deployments", false, .read),
            ("GET", "/api/v1/pods?watch=1", true, .watch), ("PATCH", "/api/v1/nodes/n", false, .write),
            ("POST", "/metamanager/v1/repair", false, .report), ("GET", "/", false, .other), ("GET", "", false, .other),
            ("GET", "/metricsx", false, .other), ("GET", "*", false, .other),
        ])
    func route(method: String, target: String, isStream: Bool, route: RouteClass) {
        #expect(RouteClass(method: method, target: target, isStream: isStream) == route)
    }

    @Test(
        "the one form that there is goes to whoever takes it",
        arguments: [
            (nil, true), ("", true), ("*/*", true), ("text/plain", true), ("text/*;q=0.1", true),
            ("text/plain; version=0.0.4; charset=utf-8", true), ("text/plain;version=1.0.0", false),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", true
            ), ("application/json", false), ("text/plain;q=0", false), ("application/json, */*;q=0.1", true),
        ] as [(String?, Bool)])
    func accept(header: String?, isTaken: Bool) { #expect(Metrics.isAcceptable(header) == isTaken) }

    @Test("the type of the answer is that of the text format, and who takes none of it is told")
    func type() async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange(
                "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            let refused = try await fixture.exchange(
                "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
            #expect(refused.hasPrefix("HTTP/1.1 406"))
        }
    }

    @Test("the view is as old as the last proof of life, or as the end of a link that has none")
    func age() async throws {
        try await Fixture.serve { fixture in
            func age(_ change: (inout LoopReport) -> Void) -> Double? {
                fixture.report.withLock(change)
                return MetricSnapshot(fixture.context).viewAge
            }
            let now = SystemTime().now().wall
            let up = age { ($0.isLinkUp, $0.connections, $0.linkSince) = (true, 1, now - 90_000) }
            #expect(up == 0)
            let down = try #require(age { $0.isLinkUp = false })
            #expect((90..<990).contains(down))
            // Never up: as old as the process.
            let never = try #require(age { $0.connections = 0 })
            #expect(never >= 0)
        }
        try await Fixture.serve(context: MetricsWorld.complete) { fixture in
            let proven = try #require(MetricSnapshot(fixture.context).viewAge)
            #expect((5..<905).contains(proven))
        }
    }

    @Test("what is degraded is flagged by its cause")
    func degraded() async throws {
        try await Fixture.serve(context: MetricsWorld.complete) { fixture in
            #expect(MetricSnapshot(fixture.context).degraded == [])
            fixture.report.withLock { ($0.storeProblem, $0.isStoreDamaged) = ("the disk is full", true) }
            fixture.beat.withLock { $0 = 1 }
            let snapshot = MetricSnapshot(fixture.context)
            #expect(snapshot.degraded == [.store, .storeDamaged, .loop] && !snapshot.isReady)
            #expect(snapshot.busy > 0)
            var context = fixture.context
            context.configuration = {
                var figures = ConfigurationFigures(path: "edge.yaml", now: 1)
                figures.problems = ["edge.yaml: line 3: no"]
                return figures
            }
            #expect(MetricSnapshot(context).degraded.contains(.configuration))
        }
    }

    @Test("a process whose name holds blanks and parentheses is read as well")
    func process() throws {
        let line = "7 (a ) b) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 12345 67890112 4321 1844\n"
        let stat = try #require(ProcessStat(Array(line.utf8)))
        #expect(stat.startTicks == 12345 && stat.virtualBytes == 67_890_112 && stat.residentPages == 4321)
        for broken in ["", "7 (a", "7 (a) S 1 2 3", "7 (a) S " + String(repeating: "x ", count: 30)] {
            #expect(ProcessStat(Array(broken.utf8)) == nil)
        }
        #expect(ProcessFigures.bootTime(Array("cpu 1 2\nintr 5\nbtime 1700000000\n".utf8)) == 1_700_000_000)
        #expect(ProcessFigures.bootTime([]) == nil)
        let now = ProcessFigures.now()
        #expect((now.resident ?? 0) > 1_000_000 && (now.virtual ?? 0) > (now.resident ?? 0))
        #expect((now.openFiles ?? 0) > 2 && (now.maximumFiles ?? 0) >= (now.openFiles ?? 0))
        let age = Double(SystemTime().now().wall) / 1000 - (now.start ?? 0)
        #expect((now.processor ?? 0) > 0 && age > -2 && age < 86400)
    }
}
