import Beehive
import FakeCloud
import Glibc
import Testing

/// After the database was lost (`docs/operations.md`): what an unmodified cloud sends again, and what the node asks for.
@Suite("After loss of the database", .timeLimit(.minutes(10)))
struct ConversationLossTests {
    private static let name = JoinedNode.name

    private static func object(_ kind: String, _ name: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": JSONValue(text: kind),
            "metadata": ["name": JSONValue(text: name), "namespace": "demo"], "data": ["key": "Y2FuYXJ5"],
        ]
    }

    private static let again: [JSONValue] = [object("ConfigMap", "settings"), object("Secret", "key")]

    /// A cloud with a node, whose pod and its needs are stored here; then all is lost, and the node started again.
    private func afterLoss(
        settings more: [String] = [], _ body: @Sendable (JoinedNode, DaemonFixture) async throws -> Void
    ) async throws {
        var settings = FakeCloudCore.Settings.joinable
        settings.objects = Self.again
        try await JoinedNode.with(settings) { node in
            try await node.untilReady()
            try await node.cloud.apply(JoinTests.pod)
            try await node.until("the pod runs", "Pod", "demo", "web") {
                $0["status"]?["phase"]?.text == "Running"
            }
            try await settled(node)
            #expect(try await get(node, "pod", "web") == 0)
            #expect(try await node.daemon.terminate() == 0)
            for suffix in ["", "-wal", "-shm"] { unlink(node.folder.path + "/edgecore.db" + suffix) }
            let start = node.cloud.nextNumber
            let again = try DaemonFixture(
                cloud: nil, folder: node.folder, settings: JoinedNode.settings(node.cloud, node.folder) + more)
            try await again.waitUntilReady()
            _ = try await node.cloud.wait(for: "the return", of: Self.name, from: start) { $0.connection == 2 }
            try await node.untilReady()
            try await body(node, again)
            #expect(try await again.terminate() == 0)
        }
    }

    /// Waits until the cloud has nothing more to send, over several of its sync periods.
    private func settled(_ node: JoinedNode) async throws {
        for _ in 0..<3 {
            try await node.cloud.synchronize()
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while try await node.cloud.waiting(for: Self.name) > 0, SystemTime().now().ticks < end {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(try await node.cloud.waiting(for: Self.name) == 0)
    }

    private func run(_ node: JoinedNode, _ arguments: String...) async throws -> Program {
        try await Program.run(arguments + ["--socket", node.folder.path + "/api.sock"])
    }

    private func get(_ node: JoinedNode, _ type: String, _ name: String) async throws -> Int32 {
        try await run(node, "get", type, name, "-n", "demo", "-o", "json").code
    }

    @Test("the cloud does not send acked pods again; a touch brings one back, and the node asks for what it names")
    func touch() async throws {
        try await afterLoss { node, _ in
            try await settled(node)
            #expect(try await get(node, "pod", "web") == 1)
            try await node.cloud.merge("Pod", "demo", "web", ["metadata": ["annotations": ["resync": "1"]]])
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            for (type, name) in [("pod", "web"), ("configmap", "settings"), ("secret", "key")] {
                while try await get(node, type, name) != 0, SystemTime().now().ticks < end {}
                #expect(try await get(node, type, name) == 0, "\(type)")
            }
        }
    }

    @Test(
        "resync restores all that can be asked for: progress on stderr, the result on stdout", arguments: [true, false])
    func resync(isJSON: Bool) async throws {
        try await afterLoss { node, _ in
            try await node.cloud.merge("Pod", "demo", "web", ["metadata": ["annotations": ["resync": "1"]]])
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while try await get(node, "pod", "web") != 0, SystemTime().now().ticks < end {}
            let result = isJSON ? try await run(node, "resync", "-o", "json") : try await run(node, "resync")
            #expect(result.code == 0, "\(result.errors)")
            if isJSON {
                #expect(result.json?["failed"]?.integer == 0 && (result.json?["answered"]?.integer ?? 0) >= 3)
                #expect(result.json?["state"]?.text != "running")
            } else {
                #expect(result.output.hasPrefix("asked ") && result.output.contains(", 0 failed"))
            }
            #expect(result.lines.allSatisfy { $0.hasPrefix("metamanager: ") && $0.contains(" asked: ") })
            for (type, name) in [("configmap", "settings"), ("secret", "key")] {
                #expect(try await get(node, type, name) == 0, "\(type)")
            }
        }
    }

    @Test("what the cloud does not have is listed and is no failure; without a link it is one")
    func incomplete() async throws {
        try await afterLoss { node, _ in
            try await node.cloud.remove("ConfigMap", "demo", "settings")
            try await node.cloud.merge("Pod", "demo", "web", ["metadata": ["annotations": ["resync": "1"]]])
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while try await get(node, "pod", "web") != 0, SystemTime().now().ticks < end {}
            let listed = try await run(node, "resync", "-o", "json")
            #expect(listed.code == 0, "\(listed.errors)")
            #expect(listed.json?["missing"]?.elements.compactMap(\.text).contains("demo/configmap/settings") == true)
            try await node.cloud.goAway()
            var status = try await node.status()
            while status["link"]?["state"]?.text == "up", SystemTime().now().ticks < end {
                status = try await node.status()
            }
            let failed = try await run(node, "resync", "-o", "json")
            #expect(failed.code == 1 && failed.output.isEmpty, "\(failed.output)")
            #expect(failed.lines.count == 1 && failed.errors.contains("the link is down; ask again when it is up"))
        }
    }

    @Test("what the cloud does not answer is named with its cause, in text and JSON, and the exit code is 1")
    func unanswered() async throws {
        try await afterLoss(settings: ["meta.remote-query.timeout=1"]) { node, _ in
            // From here on nobody says anything about secrets.
            try await node.cloud.answer { $1.route.resource == "demo/secret/key" ? [] : nil }
            try await node.cloud.merge("Pod", "demo", "web", ["metadata": ["annotations": ["resync": "1"]]])
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while try await get(node, "pod", "web") != 0, SystemTime().now().ticks < end {}
            let json = try await run(node, "resync", "-o", "json")
            #expect(json.code == 1)
            let failures = json.json?["failures"]?.elements ?? []
            #expect(failures.compactMap { $0["key"]?.text } == ["demo/secret/key"], "\(json.output)")
            #expect(failures.first?["cause"]?.text?.isEmpty == false)
            let text = try await run(node, "resync")
            #expect(text.code == 1 && text.output.contains("\nfailed     demo/secret/key: "), "\(text.output)")
            #expect(try await get(node, "configmap", "settings") == 0)
        }
    }
}
