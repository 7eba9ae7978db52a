import Beehive
import Logging
import MetaManager
import MetaStore
import Testing

@testable import EdgeHub

/// A node: a real loop with a real store, a folder as its cloud, and a simulated edged.
final class SimulatedNode: Sendable {
    let folder: TemporaryFolder
    let bus: ModuleBus
    let source: DirectorySource
    let edged: SimulatedEdged
    private let inbox: Inbox<Input>
    private let loop: MetadataLoop
    private let thread = LoopThread()
    private let ended = Lock(false)

    /// True when the simulated edged's service has returned.
    var hasEdgedEnded: Bool { ended.withLock { $0 } }

    init(_ folder: TemporaryFolder, reporting: SimulatedEdgedSettings.Reporting) throws {
        self.folder = folder
        let time = SystemTime()
        let inbox = Inbox<Input>(capacity: 64)
        let ids = Lock(MessageIDSource())
        let bus = ModuleBus(
            intake: Intake(inbox), owed: { _ in [.pod, .configMap, .secret] },
            relist: { module, types in
                Message(
                    header: Header(id: ids.withLock { $0.next() }, timestamp: time.now().wall),
                    route: Route(source: .metaManager, group: module.group, operation: .relist, resource: "module"),
                    content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
            })
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        source = DirectorySource(
            settings: DirectorySourceTests.settings(folder), inbox: inbox, logger: quiet)
        loop = MetadataLoop(
            store: try MetaStore(path: "\(folder.path)/edgecore.db", now: time.now().wall),
            planner: Planner(settings: PlanningSettings(), now: time.now()), inbox: inbox, bus: bus, cloud: source)
        var settings = SimulatedEdgedSettings(reporting: reporting)
        settings.retry = .milliseconds(50)
        edged = SimulatedEdged(bus: bus, settings: settings, logger: quiet)
        self.inbox = inbox
        self.bus = bus
    }

    func run(_ body: @Sendable (SimulatedNode) async throws -> Void) async throws {
        thread.start { [loop] in loop.run() }
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.source.run() }
                group.addTask {
                    try await self.edged.run()
                    self.ended.withLock { $0 = true }
                }
                defer { group.cancelAll() }
                try await body(self)
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        inbox.close()
        await thread.join()
        try outcome.get()
    }

    /// What a module of the node gets to see of a pod.
    func pod(_ name: String) async throws -> JSONValue? { try await query("demo/pod/\(name)").first }

    func pods() async throws -> [JSONValue] { try await query("default/pod") }

    private func query(_ resource: String) async throws -> [JSONValue] {
        let answer = try await bus.request(
            Message(
                header: Header(id: "ask-\(UInt64.random(in: 0 ... .max))", timestamp: 0),
                route: Route(source: "tester", group: .meta, operation: .query, resource: resource),
                content: .null),
            from: ModuleInfo(name: "tester"), within: .seconds(60))
        return SimulatedEdged.objects(in: answer.content)
    }

    func phase(_ name: String) async throws -> String? { try await pod(name)?["status"]?["phase"]?.text }
}

@Suite(.timeLimit(.minutes(5))) struct SimulatedEdgedTests {
    static let volumes = "[{name: v, configMap: {name: app}}]"

    @Test(arguments: [SimulatedEdgedSettings.Reporting.patches, .reports])
    func podsReachRunning(_ reporting: SimulatedEdgedSettings.Reporting) async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.pod("web", volumes: Self.volumes))
        try folder.write("manifests/b.yaml", Sample.configMap("app", "1"))
        try folder.write("manifests/c.yaml", Sample.pod("lacking", volumes: "[{name: v, secret: {secretName: key}}]"))
        let node = try SimulatedNode(folder, reporting: reporting)
        try await node.run { node in
            try await eventually("running") { try await node.phase("web") == "Running" }
            let status = try #require(try await node.pod("web")?["status"])
            #expect(status["message"]?.text?.contains("Simulated") == true)
            #expect(status["containerStatuses"]?.elements.first?["ready"] == true)
            #expect(status["podIP"]?.text?.isEmpty == false)
            try await eventually("pending") { try await node.phase("lacking") == "Pending" }
            let pending = try #require(try await node.pod("lacking")?["status"])
            #expect(pending["message"]?.text?.contains("secret \"key\" not found") == true)
            let file = reporting == .patches ? "podpatch" : "podstatus"
            try await eventually("the file") {
                folder.text("status/demo/\(file)/web.json")?.contains("\"phase\":\"Running\"") == true
            }
            // What was lacking comes, and the pod goes on by itself.
            try folder.write(
                "manifests/d.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: demo}}")
            try await eventually("running too") { try await node.phase("lacking") == "Running" }
            try await eventually("no reason is left") {
                try await node.pod("lacking")?["status"]?["reason"] ?? .null == .null
            }
            // A report that came back is no reason for another.
            try await eventually("rest") { node.source.report.unacknowledged == 0 }
            try folder.remove("manifests/a.yaml")
            try await eventually("gone") { try await node.pod("web") == nil }
        }
    }

    @Test func thePodsOfTheExamplesReachRunning() async throws {
        let folder = try TemporaryFolder()
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let names = try PosixFile.names(in: "/\(root)/examples/manifests")
        for name in names {
            let bytes = try PosixFile.read("/\(root)/examples/manifests/\(name)", limit: 1 << 20)
            try folder.write("manifests/\(name)", String(decoding: bytes, as: UTF8.self))
        }
        let node = try SimulatedNode(folder, reporting: .patches)
        try await node.run { node in
            try await eventually("every pod runs") {
                let pods = try await node.pods()
                return !pods.isEmpty && pods.allSatisfy { $0["status"]?["phase"]?.text == "Running" }
            }
            #expect(node.source.report.problems == [])
        }
    }

    @Test func aPodThatIsBeingDeletedIsLetGo() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.pod("web"))
        let node = try SimulatedNode(folder, reporting: .patches)
        try await node.run { node in
            try await eventually("running") { try await node.phase("web") == "Running" }
            let ending = Sample.pod("web").replacing(
                "namespace: demo}", with: "namespace: demo, deletionTimestamp: \"2026-01-01T00:00:00Z\"}")
            try folder.write("manifests/a.yaml", ending)
            try await eventually("gone") { try await node.pod("web") == nil }
            #expect(folder.text("status/demo/podpatch/web.json") == nil)
        }
    }

    @Test func aRestartReportsNothingAnew() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.pod("web"))
        let version = Lock("")
        for _ in 1...2 {
            let node = try SimulatedNode(folder, reporting: .patches)
            try await node.run { node in
                try await eventually("running") { try await node.phase("web") == "Running" }
                try await eventually("no overlay waits") {
                    try await node.pod("web")?["metadata"]?["resourceVersion"]?.text != nil
                        && node.source.report.unacknowledged == 0
                        && folder.text("status/demo/podpatch/web.json")?.contains("Running") == true
                }
                let text = folder.text("status/demo/podpatch/web.json") ?? ""
                version.withLock { known in
                    #expect(known.isEmpty || known == text)
                    known = text
                }
            }
        }
    }

    @Test func volumeOperationsAreAnswered() async throws {
        let folder = try TemporaryFolder()
        let intake = RecordingIntake()
        let bus = ModuleBus(
            intake: intake, owed: { _ in [] },
            relist: { _, _ in
                Message(
                    header: Header(id: "r", timestamp: 0),
                    route: Route(source: .metaManager, group: .edged, operation: .relist, resource: "module"),
                    content: .null)
            })
        var settings = SimulatedEdgedSettings()
        settings.requestTimeout = .milliseconds(20)
        let edged = SimulatedEdged(
            bus: bus, settings: settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await edged.run() }
            defer { group.cancelAll() }
            try await eventually("attached") { !bus.modules.isEmpty }
            var request = DirectoryAnswersTests.frame(
                .createVolume, "default/volume/v", Content(["name": "v", "capacity_range": ["required_bytes": 5]]))
            request.header.sync = true
            bus.deliver([(.module(.edged), request)])
            try await eventually("the answer") {
                intake.messages.contains { $0.header.parentID == request.id && $0.route.operation == .response }
            }
            let answer = try #require(intake.messages.first { $0.header.parentID == request.id })
            let value = try JSONValue(parsing: answer.content.json)
            #expect(value["volume"]?["capacity_bytes"] == 5)
        }
        _ = folder
    }

    @Test func anotherEdgedHasTheNameUntilItLeaves() async throws {
        let folder = try TemporaryFolder()
        try folder.write("manifests/a.yaml", Sample.pod("web"))
        let node = try SimulatedNode(folder, reporting: .patches)
        try await node.run { node in
            try await eventually("running") { try await node.phase("web") == "Running" }
            let other = node.bus.attach(ModuleInfo(name: .edged))
            try folder.write("manifests/b.yaml", Sample.pod("later"))
            try await eventually("the other one is told") {
                await other.mailbox.next().contains { $0.route.resource == "demo/pod/later" }
            }
            #expect(node.bus.isCurrent(.edged, attachment: other.attachment))
            #expect(!node.hasEdgedEnded)
            node.bus.detach(.edged, attachment: other.attachment)
            try await eventually("the simulated one is back") { try await node.phase("later") == "Running" }
        }
    }

    @Test func everyReferenceOfAPodIsFound() throws {
        let text = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, namespace: demo}
            spec:
              imagePullSecrets: [{name: pull}]
              initContainers:
                - {name: i, envFrom: [{configMapRef: {name: c1}}, {secretRef: {name: s1}}]}
              containers:
                - name: m
                  env:
                    - {name: A, valueFrom: {configMapKeyRef: {name: c2, key: k, optional: true}}}
                    - {name: B, valueFrom: {secretKeyRef: {name: s2, key: k}}}
              volumes:
                - {name: v1, configMap: {name: c1}}
                - {name: v2, secret: {secretName: s3}}
                - {name: v3, projected: {sources: [{configMap: {name: c3}}, {secret: {name: s4}}]}}
            """
        let pod = try #require(Manifests([("p.yaml", Array(text.utf8))]).objects.first)
        let needs = PodNeeds.of(pod.object, namespace: "demo")
        #expect(
            Set(needs.map { "\($0.path)\($0.isOptional ? "?" : "")" }) == [
                "demo/configmap/c1", "demo/secret/s1", "demo/configmap/c2?", "demo/secret/s2", "demo/secret/s3",
                "demo/configmap/c3", "demo/secret/s4", "demo/secret/pull?",
            ])
    }
}

/// Notes what modules send.
final class RecordingIntake: ModuleIntake {
    private let state = Lock<[Message]>([])
    var messages: [Message] { state.withLock { $0 } }
    var isClosed: Bool { false }
    func offer(_ message: Message, from module: ModuleInfo) -> Bool {
        state.withLock { $0.append(message) }
        return true
    }
    func whenRoom(_ callback: @escaping @Sendable () -> Void) { callback() }
    func moduleAttached(_ info: ModuleInfo) {}
    func moduleForgotten(_ name: ModuleName) {}
}

extension String {
    /// The text with a part exchanged, once.
    func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
