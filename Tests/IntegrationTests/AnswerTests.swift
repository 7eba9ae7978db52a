#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Glibc
    import Testing

    /// The cloud's answers and repetitions, and a store that cannot write, through the real binary.
    @Suite("Answers and repetitions", .serialized, .timeLimit(.minutes(5)))
    struct AnswerTests {
        private static func error(_ node: Node, to message: Message) -> Message {
            var error = node.cloud.response(to: message, content: Content(text: "out of order"))
            error.route.operation = .error
            return error
        }

        @Test("an error of the cloud ends the request it answers, and is never answered itself")
        func errorToRequest() async throws {
            try await Node.with { node in
                async let told = node.ask(.edged, .query, "demo/configmap/c")
                let asked = try await node.cloud.waitForMessage(.query, "demo/configmap/c")
                let error = Self.error(node, to: asked)
                node.cloud.send(error)
                let answer = try await told
                #expect(answer.route.operation == .error && answer.content.string == "out of order")
                try await node.flush()
                #expect(node.cloud.answers(to: error.id).isEmpty)
            }
        }

        @Test("a refusal of a fact ends its entry and is passed to the module that sent it", arguments: [true, false])
        func refusedFact(isError: Bool) async throws {
            try await Node.with { node in
                node.cloud.setWithholdingPongs(true)
                let edged = try node.client(.edged)
                let event = edged.message(.insert, "demo/event/e", content: Objects.content("{}"))
                _ = try await edged.request(event, within: .seconds(60))
                let up = try await node.cloud.waitForMessage(.insert, "demo/event/e")
                let refusal =
                    isError
                    ? Self.error(node, to: up) : node.cloud.response(to: up, content: Objects.statusError("Invalid"))
                node.cloud.send(refusal)
                _ = try await node.deliveries(to: .edged) { $0.header.parentID == event.id && $0.id == refusal.id }
                let api = try #require(node.daemon).apiPath
                let list = try await Program.run(["outbox", "list", "-o", "json", "--socket", api])
                #expect(list.json?.elements.isEmpty == true)
            }
        }

        @Test("a patch that the cloud never answers goes twice, and is then given up with its overlay")
        func unansweredPatch() async throws {
            try await Node.with(settings: ["meta.remote-query.timeout=1", "meta.remote-query.stale-after=1"]) { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                let edged = try node.client(.edged)
                let patch = edged.message(.patch, "demo/podpatch/web", content: PatchOperationTests.running)
                try await edged.send(patch)
                let api = try #require(node.daemon).apiPath
                try await node.until("two tries") { node.sent(.patch, "demo/podpatch/web").count == 2 }
                try await node.until("an empty outbox") {
                    try await Program.run(["outbox", "list", "-o", "json", "--socket", api]).json?.elements.isEmpty
                        == true
                }
                #expect(node.sent(.patch, "demo/podpatch/web").map(\.id) == [patch.id, patch.id])
                #expect(try await node.stored("demo/pod/web").first?.contains("Running") == false)
            }
        }

        @Test("a push that comes again is acked again, and delivered once")
        func repeated() async throws {
            try await Node.with { node in
                let pod = node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web"), version: "5")
                for _ in 0..<3 { node.cloud.send(pod) }
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/m" }
                #expect(seen.map(\.id) == [pod.id])
                #expect(node.cloud.answers(to: pod.id).filter { $0.content.isOK }.count == 3)
            }
        }

        @Test("while the store cannot write: an error and no ack, status is exit code 1; then it goes on")
        func storeLocked() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let shared = open(daemon.folder.path + "/edgecore.db-shm", O_RDWR)
                try #require(shared >= 0)
                defer { close(shared) }
                // The byte that SQLite's writers lock.
                var lock = flock()
                lock.l_type = Int16(F_WRLCK)
                lock.l_whence = Int16(SEEK_SET)
                lock.l_start = 120
                lock.l_len = 1
                try #require(fcntl(shared, F_SETLK, &lock) == 0)
                let pod = node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web"), version: "5")
                node.cloud.push(pod)
                _ = try await node.cloud.waitFor("the error", within: .seconds(60)) {
                    $0.message?.header.parentID == pod.id
                }
                #expect(node.cloud.answers(to: pod.id).allSatisfy { $0.route.operation == .error })
                let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath])
                #expect(status.code == 1 && status.json?["ready"] == false)
                #expect(status.json?["problems"]?.elements.isEmpty == false)
                lock.l_type = Int16(F_UNLCK)
                try #require(fcntl(shared, F_SETLK, &lock) == 0)
                node.cloud.send(pod)
                try await node.cloud.waitForAck(of: pod.id)
                #expect(try await node.stored("demo/pod/web").count == 1)
                try await node.until("ready again") {
                    try await Program.run(["status", "--socket", daemon.apiPath]).code == 0
                }
            }
        }
    }
#endif
