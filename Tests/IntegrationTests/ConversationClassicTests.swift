import Beehive
import FakeCloud
import Testing

/// The same program on a cloud of release 1.2 (the protocol page, section 15), with an edged of that release.
@Suite("Conversations with a cloud of release 1.2", .timeLimit(.minutes(10)))
struct ConversationClassicTests {
    private typealias Node = ConversationNode

    static var settings: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings(generation: .classic)
        settings.syncPeriod = .milliseconds(50)
        return settings
    }

    private static func object(
        _ kind: String, _ name: String, namespace: String = "demo", more: [JSONMember] = []
    ) -> JSONValue {
        .object(
            [
                JSONMember("apiVersion", "v1"), JSONMember("kind", JSONValue(text: kind)),
                JSONMember(
                    "metadata", ["name": JSONValue(text: name), "namespace": JSONValue(text: namespace)]),
            ] + more)
    }

    private static func pod(_ name: String, namespace: String = "demo") -> JSONValue {
        object(
            "Pod", name, namespace: namespace,
            more: [
                JSONMember(
                    "spec", ["nodeName": JSONValue(text: Node.name), "containers": [["name": "c", "image": "i"]]])
            ])
    }

    @Test("RSA certificates made by hand: registered by nodestatus, Ready, over the one suite of TLS 1.2")
    func joins() async throws {
        let keys = try HandMadeKeys(node: Node.name)
        var settings = Self.settings
        settings.transport = .tls
        settings.isTLS12Only = true
        settings.serverIdentity = (certificate: keys.read("server.crt"), key: keys.read("server.key"))
        settings.clientTrust = keys.read("ca.crt")
        let files = [
            "edgehub.websocket.cafile=\(keys.folder.path)/ca.crt",
            "edgehub.websocket.certfile=\(keys.folder.path)/node.crt",
            "edgehub.websocket.keyfile=\(keys.folder.path)/node.key",
            "node.register=true", "modules.enabled=[websocket, metaManager, edged]",
        ]
        try await Node.with(settings, settings: files, modules: []) { node in
            try await node.until("Ready") {
                try await node.cloud.object("Node", "", Node.name)?.hasCondition("Ready", "True") == true
            }
            let inserted = try await node.cloud.waitForMessage(.insert, "default/nodestatus/\(Node.name)")
            #expect(inserted.tree?["metadata"]?["name"]?.text == Node.name)
            try await node.cloud.waitForMessage(.update, "default/nodestatus/\(Node.name)")
            let status = try await node.status()
            #expect(status["node"]?["registered"] == .bool(true))
            #expect(status["node"]?["generation"]?.text == "1.2")
            // 1.2 answers neither leases nor patches: none is sent.
            #expect(!node.cloud.requests().contains { $0.route.resource.contains("/lease/") })
        }
    }

    @Test("a pod's status goes up without an answer and ends; all go up again, a frame for each namespace")
    func podStatus() async throws {
        try await Node.with(Self.settings, settings: ["meta.sync.podstatus.interval=1"], release: "1.2") { node in
            try await node.cloud.setNode(Node.name)
            for namespace in ["demo", "other"] {
                let pod = try await node.cloud.apply(Self.pod("web", namespace: namespace))
                try await node.until("the pod of \(namespace)") {
                    node.deliveries(to: .edged).contains { $0.short == "insert \(namespace)/pod/web" }
                }
                let report: JSONValue = [
                    "UID": pod["metadata"]?["uid"] ?? .null, "Name": "web", "Status": ["phase": "Running"],
                ]
                let answer = try await node.ask(.edged, .update, "\(namespace)/podstatus/web", Content(report))
                #expect(answer.content.isOK)
                let sent = try await node.cloud.waitForMessage(.update, "\(namespace)/podstatus/web")
                #expect(sent.route.source == .edged && sent.tree == report)
                try await node.until("the status in the cloud") {
                    try await node.cloud.object("Pod", namespace, "web")?["status"]?["phase"]?.text == "Running"
                }
            }
            let start = node.cloud.nextNumber
            for namespace in ["demo", "other"] {
                let all = try await node.cloud.waitForMessage(.update, "\(namespace)/podstatus", from: start)
                #expect(all.route.source == .metaManagerClassic && all.route.group == .resource)
                #expect(all.tree?.elements.compactMap { $0["Name"]?.text } == ["web"])
            }
            try await node.pass("after")
            // Ended by the pong: sent once, though nobody answered.
            for namespace in ["demo", "other"] {
                let sent = node.cloud.requests().filter { $0.route.resource == "\(namespace)/podstatus/web" }
                #expect(sent.count == 1)
            }
        }
    }

    @Test("services, endpoints and lists go to edgemesh; each is acked once")
    func lists() async throws {
        try await Node.with(Self.settings, release: "1.2") { node in
            try await node.cloud.setNode(Node.name)
            try await node.cloud.apply(Self.object("Service", "s"))
            try await node.cloud.apply(Self.object("Endpoints", "s"))
            func list(_ type: String, _ elements: [JSONValue]) async throws -> Message {
                let message = try await node.cloud.message(
                    .update, "namespace/\(type)/list", content: Content(.array(elements)), version: "1")
                try await node.cloud.push(message, to: Node.name)
                try await node.cloud.waitForAck(of: message.id)
                return message
            }
            let pushed = [
                try await list("servicelist", [Self.object("Service", "a"), Self.object("Service", "b")]),
                try await list("endpointslist", [Self.object("Endpoints", "a"), .null, Self.object("Endpoints", "b")]),
                try await list("podlist", [Self.pod("x")]),
            ]
            try await node.pass("after")
            // The sync loop may be ahead of a push, which then is no news: what counts is that each comes once.
            let mesh = node.deliveries(to: .edgeMesh).map(\.route.resource).filter { !$0.hasPrefix("mark/") }
            #expect(
                mesh.sorted() == [
                    "demo/endpoints/s", "demo/service/s", "namespace/endpointslist/list", "namespace/podlist/list",
                    "namespace/servicelist/list",
                ])
            for message in pushed {
                let answers = node.answers(to: message.id).map(\.route.operation)
                // A bad element is told of beside the ack, and loses nothing else.
                let isBad = message.route.resource.contains("endpointslist")
                #expect(answers.sorted() == (isBad ? [.error, .response] : [.response]), "\(message.short)")
            }
            for name in ["a", "b", "s"] {
                for type in ["service", "endpoints"] {
                    #expect(try await node.stored("demo/\(type)/\(name)") != nil, "\(type) \(name)")
                }
            }
            #expect(node.cloud.counters.resends == 0)
        }
    }

    @Test("an update of an unknown object is an insert, a delete without content goes by the key")
    func nullDelete() async throws {
        try await Node.with(Self.settings, release: "1.2") { node in
            func push(_ operation: Operation, _ content: Content, version: String) async throws {
                let message = try await node.cloud.message(
                    operation, "demo/pod/web", content: content, version: version)
                try await node.cloud.push(message, to: Node.name)
                try await node.cloud.waitForAck(of: message.id)
                try await node.pass(operation.rawValue + version)
                #expect(node.answers(to: message.id).map(\.route.operation) == [.response])
            }
            try await push(.update, Content(Self.pod("web")), version: "5")
            #expect(try await node.stored("demo/pod/web") != nil)
            try await push(.delete, .null, version: "")
            #expect(try await node.stored("demo/pod/web") == nil)
            // Also of what is not there: the cloud deletes pods that it does not know.
            try await push(.delete, .null, version: "1")
            let edged = node.deliveries(to: .edged).map(\.short).filter { !$0.contains("mark/") }
            #expect(edged == ["update demo/pod/web", "delete demo/pod/web", "delete demo/pod/web"])
        }
    }

    @Test("the sync loop calls everything a pod: what it brings is stored and delivered as what it is")
    func syncLoop() async throws {
        var settings = Self.settings
        settings.objects = [Self.object("ConfigMap", "settings")]
        try await Node.with(settings, release: "1.2") { node in
            try await node.cloud.setNode(Node.name)
            let former = try await node.ask(.edged, .query, "demo/configmap/settings")
            #expect(former.route.operation == .response)
            try await node.until("the note of the ack") {
                try await node.cloud.syncs(of: Node.name)["ConfigMap/demo/settings"] ?? 0 > 0
            }
            // Nobody uses it as far as the cloud knows: the sync loop alone sees that it changed.
            let changed = try await node.cloud.merge("ConfigMap", "demo", "settings", ["data": ["a": "b"]])
            let frame = try await node.cloud.wait(for: "the sync loop's frame") {
                $0.direction == .down && $0.message?.short == "update demo/pod/settings"
            }
            try await node.cloud.waitForAck(of: frame.message?.id ?? "")
            try await node.pass("after")
            #expect(try await node.stored("demo/pod/settings") == nil)
            let row = try await node.stored("demo/configmap/settings")
            #expect(row?["metadata"]?["resourceVersion"] == changed?["metadata"]?["resourceVersion"])
            let edged = node.deliveries(to: .edged).map(\.short).filter { !$0.contains("mark/") }
            #expect(edged == ["update demo/configmap/settings"])
        }
    }

    @Test("what is not there has no answer: an error in time, and a stored row marked stale")
    func absent() async throws {
        let short = ["meta.remote-query.timeout=2", "meta.remote-query.stale-after=1"]
        try await Node.with(Self.settings, settings: short, release: "1.2") { node in
            for resource in ["demo/configmap/absent", "demo/secret/absent"] {
                let answer = try await node.ask(.edged, .query, resource)
                #expect(answer.route.operation == .error && answer.content.string?.isEmpty == false, "\(resource)")
            }
            let endpoints = try await node.ask(.edged, .query, "demo/endpoints/absent")
            #expect(endpoints.route.operation == .response && endpoints.tree == .array([]))
            try await node.cloud.setNode(Node.name)
            let key = "null/node/\(Node.name)"
            try await node.until("the Node here") { try await node.cloud.waiting(for: Node.name) == 0 }
            try await node.cloud.answer { $1.route.resource == key ? [] : nil }
            let stale = try await node.ask(.edged, .query, key)
            #expect(stale.route.operation == .response && stale.tree?.elements.count == 1)
            #expect(stale.header.extras.contains { $0.name == "stale" && Array($0.json) == Array("true".utf8) })
        }
    }
}
