import Beehive
import FakeCloud
import Testing

/// What comes back of the node's own reports, and what is refused.
@Suite("Echoes and refusals", .timeLimit(.minutes(10)))
struct ConversationEchoTests {
    private typealias Node = ConversationNode

    static func pod(_ name: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": JSONValue(text: name), "namespace": "demo"],
            "spec": ["nodeName": JSONValue(text: Node.name), "containers": [["name": "c", "image": "i:1"]]],
        ]
    }

    /// A whole cloud, whose sync loop does not let tests wait.
    static var settings: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.syncPeriod = .milliseconds(50)
        return settings
    }

    @Test("own status reports come back as updates and cause no further report")
    func echo() async throws {
        let simulated = ["node.register=true", "modules.enabled=[websocket, metaManager, edged]"]
        try await Node.with(Self.settings, settings: simulated, modules: []) { node in
            try await node.until("Ready") {
                try await node.cloud.object("Node", "", Node.name)?.hasCondition("Ready", "True") == true
            }
            for index in 0..<3 { try await node.cloud.apply(Self.pod("p\(index)")) }
            for index in 0..<3 {
                try await node.until("p\(index) runs") {
                    try await node.cloud.object("Pod", "demo", "p\(index)")?["status"]?["phase"]?.text == "Running"
                }
            }
            try await node.until("an echo of each report") {
                let echoes = node.cloud.frames { frame in
                    frame.direction == .down && frame.message?.route.operation == .update
                        && frame.message?.route.resource.contains("/pod/") == true
                }
                return Set(echoes.compactMap { $0.message?.route.resource }).count == 3
            }
            // A touch of each pod is a change that wants no report either; each is acked after all that came before.
            for round in 0..<20 {
                for index in 0..<3 {
                    try await node.cloud.merge(
                        "Pod", "demo", "p\(index)",
                        ["metadata": ["annotations": ["round": JSONValue(text: "\(round)")]]])
                }
                try await node.until("round \(round) is acked") { try await node.cloud.waiting(for: Node.name) == 0 }
            }
            let patches = node.cloud.requests(of: Node.name).filter { $0.route.resource.contains("/podpatch/") }
            #expect(patches.count == 3, "\(patches.map(\.short))")
            let acks = node.cloud.frames { $0.direction == .up && $0.message?.route.operation == .response }
            let downs = node.cloud.frames { $0.direction == .down && $0.message != nil }
            #expect(acks.count <= downs.count)
            #expect(node.cloud.counters.resends == 0)
        }
    }

    @Test("a refusal goes to the module that sent, and blocks nothing")
    func refusal() async throws {
        try await Node.with(Self.settings) { node in
            try await node.cloud.setNode(Node.name)
            let made = try await node.cloud.apply(Self.pod("web"))
            try await node.until("web at edged") {
                node.deliveries(to: .edged).contains { $0.short == "insert demo/pod/web" }
            }
            func patch(_ uid: String, _ phase: String) -> Content {
                let patch: JSONValue = [
                    "metadata": ["uid": JSONValue(text: uid)], "status": ["phase": JSONValue(text: phase)],
                ]
                return Content(text: String(decoding: patch.json, as: UTF8.self))
            }
            let uid = made["metadata"]?["uid"]?.text ?? ""
            let refused = try await node.ask(.edged, .patch, "demo/podpatch/web", patch("another", "Failed"))
            #expect(refused.tree?["Err"]?["ErrStatus"]?["reason"]?.text == "Invalid", "\(refused.route)")
            let absent = try await node.ask(.edged, .patch, "demo/podpatch/absent", patch("u", "Running"))
            #expect(absent.tree?["Err"]?["ErrStatus"]?["reason"]?.text == "NotFound", "\(absent.route)")
            let taken = try await node.ask(.edged, .patch, "demo/podpatch/web", patch(uid, "Running"))
            #expect(taken.tree?["Object"]?["status"]?["phase"]?.text == "Running")
            #expect(try await node.cloud.object("Pod", "demo", "web")?["status"]?["phase"]?.text == "Running")
            try await node.pass("after")
            #expect(try await node.stored("demo/pod/web")?["status"]?["phase"]?.text == "Running")
            // Only edged is told; nobody else is delivered a refusal.
            for module in Node.modules {
                #expect(!node.deliveries(to: module).contains { $0.route.operation.isAnswer }, "\(module)")
            }
            #expect(try await node.status()["outbox"]?["depth"]?.integer ?? 0 == 0)
        }
    }
}
