#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// Patches and deletions by edged, through the real binary.
    @Suite("Patches and deletions of local modules", .serialized, .timeLimit(.minutes(5)))
    struct PatchOperationTests {
        static let pod = "demo/pod/web"
        static let patch = "demo/podpatch/web"
        static let running = Objects.patch(#"{"status":{"phase":"Running"}}"#)

        private static func withPod(
            isUp: Bool, settings: [String] = [], _ body: @escaping @Sendable (Node) async throws -> Void
        ) async throws {
            try await Node.with(settings: settings) { node in
                try await node.push(node.cloud.message(.insert, pod, content: Objects.json("Pod", "web"), version: "5"))
                if !isUp { try await node.goOffline() }
                try await body(node)
            }
        }

        static let node = "null/node/node-1"
        static let nodePatch = "null/nodepatch/node-1"

        private static func withNode(isUp: Bool, _ body: @escaping @Sendable (Node) async throws -> Void) async throws {
            try await withPod(isUp: true) { node in
                try await node.push(
                    node.cloud.message(.insert, Self.node, content: Objects.json("Node", "node-1"), version: "5"))
                if !isUp { try await node.goOffline() }
                try await body(node)
            }
        }

        @Test("link up: the cloud's answer is the answer, and its object is stored")
        func up() async throws {
            try await Self.withPod(isUp: true) { node in
                let answer = Objects.response(
                    Objects.json("Pod", "web", version: "6", more: #","status":{"phase":"Running"}"#))
                node.answer(.patch, Self.patch, answer)
                let told = try await node.ask(.edged, .patch, Self.patch, Self.running)
                #expect(told.content == answer)
                let up = try #require(node.sent(.patch, Self.patch).first)
                #expect(up.content == Self.running)
                #expect(try await node.stored(Self.pod).first?.contains(#""resourceVersion":"6""#) == true)
                #expect(try await node.stored(Self.patch).isEmpty)
            }
        }

        @Test("while the cloud has not answered, a query sees the pod with its patch, the pod's row stays")
        func overlay() async throws {
            try await Self.withPod(isUp: true) { node in
                let edged = try node.client(.edged)
                try await edged.send(edged.message(.patch, Self.patch, content: Self.running))
                _ = try await node.cloud.waitForMessage(.patch, Self.patch)
                #expect(try await node.stored(Self.pod).first?.contains("Running") == true)
                #expect(try await node.stored(Self.patch).count == 1)
            }
        }

        @Test("a refused patch: the refusal reaches the caller, the overlay goes")
        func refused() async throws {
            try await Self.withPod(isUp: true) { node in
                node.answer(.patch, Self.patch, Objects.refusal("Invalid"))
                let told = try await node.ask(.edged, .patch, Self.patch, Self.running)
                #expect(told.content == Objects.refusal("Invalid"))
                #expect(try await node.stored(Self.pod).first?.contains("Running") == false)
            }
        }

        @Test("cure: link down, the merged object is the answer at once, and the patch goes up later, unheard")
        func down() async throws {
            try await Self.withPod(isUp: false) { node in
                let told = try await node.ask(.edged, .patch, Self.patch, Self.running)
                let tree = try JSONValue(parsing: told.content.json)
                #expect(tree["Err"] == .null && tree["Object"]?["status"]?["phase"] == "Running")
                #expect(tree["Object"]?["metadata"]?["name"] == "web")
                try await node.goOnline()
                let up = try await node.cloud.waitForMessage(.patch, Self.patch)
                try await node.push(
                    node.cloud.response(to: up, content: Objects.response(Objects.json("Pod", "web", version: "6"))))
                let service = node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m", uid: "u2"))
                try await node.push(service)
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/m" }
                #expect(!seen.contains { $0.header.parentID == up.id })
                #expect(try await node.stored(Self.patch).isEmpty)
            }
        }

        @Test("cure: link down and no stored object, an error answer, and nothing is kept")
        func downWithoutObject() async throws {
            try await Node.with(isUp: false) { node in
                let told = try await node.ask(.edged, .patch, Self.patch, Self.running)
                #expect(told.route.operation == .error)
                #expect(try await node.stored(Self.patch).isEmpty)
                try await node.goOnline()
                try await node.flush()
                #expect(node.sent(.patch, Self.patch).isEmpty)
            }
        }

        @Test("a node's patch, link up: the cloud's answer is the answer, and its object is stored")
        func nodeUp() async throws {
            try await Self.withNode(isUp: true) { node in
                let answer = Objects.response(
                    Objects.json("Node", "node-1", version: "6", more: #","status":{"phase":"Running"}"#))
                node.answer(.patch, Self.nodePatch, answer)
                #expect(try await node.ask(.edged, .patch, Self.nodePatch, Self.running).content == answer)
                let up = try #require(node.sent(.patch, Self.nodePatch).first)
                #expect(up.content == Self.running)
                try await node.goOffline()
                #expect(try await node.stored(Self.node).first?.contains(#""resourceVersion":"6""#) == true)
                #expect(try await node.stored(Self.nodePatch).isEmpty)
            }
        }

        @Test("a node's patch, link down: merged at once; it goes up before the pods' patches, and ends by its answer")
        func nodeDown() async throws {
            try await Self.withNode(isUp: false) { node in
                _ = try await node.ask(.edged, .patch, Self.patch, Self.running)
                let told = try await node.ask(.edged, .patch, Self.nodePatch, Self.running)
                let tree = try JSONValue(parsing: told.content.json)
                #expect(tree["Err"] == .null && tree["Object"]?["status"]?["phase"] == "Running")
                #expect(tree["Object"]?["metadata"]?["name"] == "node-1")
                #expect(try await node.stored(Self.node).first?.contains("Running") == true)
                try await node.goOnline()
                let up = try await node.cloud.waitForMessage(.patch, Self.nodePatch)
                _ = try await node.cloud.waitForMessage(.patch, Self.patch)
                let order = node.cloud.messages.filter { $0.route.operation == .patch }.map(\.route.resource)
                #expect(order == [Self.nodePatch, Self.patch])
                // Refused: what is stored stays, the patch is over.
                node.cloud.send(node.cloud.response(to: up, content: Objects.refusal("Invalid")))
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                try await node.goOffline()
                #expect(try await node.stored(Self.node).first?.contains("Running") == false)
            }
        }

        @Test("a caller whose patch the cloud does not answer is answered as offline")
        func unanswered() async throws {
            try await Self.withPod(isUp: true, settings: ["modules.timeout=1"]) { node in
                let told = try await node.ask(.edged, .patch, Self.patch, Self.running)
                let tree = try JSONValue(parsing: told.content.json)
                #expect(tree["Err"] == .null && tree["Object"]?["status"]?["phase"] == "Running")
            }
        }

        @Test("a cut while a caller waits: answered as offline, and the patch is sent again under the same id")
        func cut() async throws {
            try await Self.withPod(isUp: true) { node in
                let edged = try node.client(.edged)
                let patch = edged.message(.patch, Self.patch, content: Self.running)
                async let told = edged.request(patch, within: .seconds(60))
                _ = try await node.cloud.waitForMessage(.patch, Self.patch)
                await node.cloud.goAway()
                #expect(try JSONValue(parsing: await told.content.json)["Object"]?["status"]?["phase"] == "Running")
                let before = node.cloud.received.count
                try await node.goOnline()
                #expect(try await node.cloud.waitForMessage(.patch, Self.patch, from: before).id == patch.id)
            }
        }

        @Test("two patches that wait compose into one, under the newest id")
        func composed() async throws {
            try await Self.withPod(isUp: false) { node in
                let edged = try node.client(.edged)
                _ = try await node.ask(.edged, .patch, Self.patch, Self.running)
                let second = edged.message(
                    .patch, Self.patch, content: Objects.patch(#"{"status":{"podIP":"10.0.0.1"}}"#))
                let told = try await edged.request(second, within: .seconds(60))
                let status = try JSONValue(parsing: told.content.json)["Object"]?["status"]
                #expect(status?["phase"] == "Running" && status?["podIP"] == "10.0.0.1")
                try await node.goOnline()
                try await node.flush()
                let up = node.sent(.patch, Self.patch)
                #expect(up.map(\.id) == [second.id])
                let sent = try JSONValue(parsing: Bytes((up.first?.content.string ?? "").utf8))["status"]
                #expect(sent?["phase"] == "Running" && sent?["podIP"] == "10.0.0.1")
            }
        }

        @Test("a pod's deletion, link up: the cloud's answer; the row goes when the cloud says so")
        func deleteUp() async throws {
            try await Self.withPod(isUp: true) { node in
                node.answer(.delete, Self.pod, .ok)
                #expect(try await node.ask(.edged, .delete, Self.pod, Objects.content("{}")).content.isOK)
                #expect(try await node.stored(Self.pod).count == 1)
                try await node.push(node.cloud.message(.delete, Self.pod, content: Objects.json("Pod", "web")))
                #expect(try await node.stored(Self.pod).isEmpty)
            }
        }

        @Test("a pod's deletion, link down: OK once it is queued; it goes up when the link is back")
        func deleteDown() async throws {
            try await Self.withPod(isUp: false) { node in
                #expect(try await node.ask(.edged, .delete, Self.pod, Objects.content("{}")).content.isOK)
                #expect(try await node.stored(Self.pod).count == 1)
                try await node.goOnline()
                _ = try await node.cloud.waitForMessage(.delete, Self.pod)
            }
        }
    }
#endif
