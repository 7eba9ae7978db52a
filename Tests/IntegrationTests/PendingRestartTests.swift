#if DEBUG
    import Beehive
    import FakeCloud
    import KubeAPI
    import MetaServer
    import Testing

    /// Writes that wait for the cloud, through the real program, its death and its next start.
    @Suite("Writes that wait, over a kill", .timeLimit(.minutes(5)))
    struct PendingRestartTests {
        private static let target = "/api/v1/namespaces/demo/configmaps/settings"

        private static func map(_ text: String) -> JSONValue {
            [
                "kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": "settings", "namespace": "demo"],
                "data": ["text": JSONValue(text: text)],
            ]
        }

        /// A cloud and a folder, with one daemon after the other.
        private struct World: Sendable {
            let cloud: FakeCloudCore
            let folder: TemporaryFolder
            let daemon: DaemonFixture
            var client: APIClient { APIClient(path: daemon.apiPath, timeout: .seconds(60)) }

            init(_ cloud: FakeCloudCore, _ folder: TemporaryFolder) async throws {
                (self.cloud, self.folder) = (cloud, folder)
                daemon = try DaemonFixture(
                    cloud: nil, folder: folder,
                    settings: [
                        "edgehub.controller.protocol=websocket", "edgehub.controller.node-id=edge-1",
                        "edgehub.websocket.url=\(cloud.url)",
                    ])
                try await daemon.waitUntilReady()
                // The API is bound behind the module socket.
                try await until("the API answers") { (try? client.get("/healthz"))?.status == 200 }
            }

            func until(_ what: String, _ condition: () async throws -> Bool) async throws {
                let end = SystemTime().now().advanced(by: .seconds(60)).ticks
                while !(try await condition()) {
                    guard SystemTime().now().ticks < end else {
                        throw DaemonFixture.Trouble(description: "\(what) never came true; the log:\n\(daemon.log)")
                    }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }

            func read() throws -> JSONValue { try client.get(PendingRestartTests.target).json ?? .null }

            func annotation(_ name: String) throws -> String? {
                try read()["metadata"]?["annotations"]?["metamanager/\(name)"]?.text
            }

            func status() throws -> JSONValue { try client.get("/metamanager/v1/status").json ?? .null }

            /// What went up about the config map: verbs, and the version in each body.
            func asked(from start: Int) -> [(verb: String, version: String)] {
                cloud.requests(from: start).compactMap { message in
                    guard let content = try? JSONValue(parsing: message.content.json),
                        let application = Application(content: content),
                        application.key.hasSuffix("/configmaps/demo/settings")
                    else { return nil }
                    let body = application.body.flatMap { try? JSONValue(parsing: $0) }
                    return (application.verb.rawValue, body?["metadata"]?["resourceVersion"]?.text ?? "")
                }
            }
        }

        private static func with(_ body: (FakeCloudCore, TemporaryFolder) async throws -> Void) async throws {
            var settings = FakeCloudCore.Settings()
            settings.hasDynamicController = true
            settings.objects = [map("1")]
            let cloud = try await FakeCloudCore.start(settings)
            var failure: (any Error)?
            do { try await body(cloud, try TemporaryFolder()) } catch { failure = error }
            await cloud.stop()
            if let failure { throw failure }
        }

        /// Has the config map written while the link is cut, and gives the cloud's version that was changed.
        private static func write(_ world: World, by method: String) async throws -> String {
            try await world.until("the config map is read through the link") {
                try world.read()["data"]?["text"]?.text == "1"
            }
            let original = try world.annotation("cloud-resource-version") ?? ""
            #expect(!original.isEmpty)
            try await world.cloud.goAway()
            try await world.until("the cut is known") {
                try world.status()["link"]?["state"]?.text == "down"
            }
            let answer: APIClient.Answer
            if method == "PATCH" {
                answer = try world.client.send(
                    method, target, type: "application/merge-patch+json", body: Bytes(#"{"data":{"text":"2"}}"#.utf8))
            } else {
                var object = try world.read()
                object["data"] = ["text": "2"]
                answer = try world.client.send(method, target, type: "application/json", body: object.json)
            }
            #expect(answer.status == 200, "\(answer.message ?? "")")
            #expect(answer.json?["metadata"]?["annotations"]?["metamanager/pending"]?.text == "update")
            return original
        }

        private static func expectPending(_ world: World, after event: Comment) throws {
            #expect(try world.read()["data"]?["text"]?.text == "2", event)
            #expect(try world.annotation("pending") == "update", event)
            #expect(try world.status()["writes"]?["pending"]?.integer == 1, event)
            #expect(try world.status()["outbox"]?["state"]?.integer == 1, event)
        }

        @Test(
            "a write while cut outlives a kill, and goes up once, with the version that was changed as its condition",
            arguments: ["PATCH", "PUT"])
        func replayed(method: String) async throws {
            try await Self.with { cloud, folder in
                let first = try await World(cloud, folder)
                let original = try await Self.write(first, by: method)
                try Self.expectPending(first, after: "it was taken")
                first.daemon.crash()
                let second = try await World(cloud, folder)
                try Self.expectPending(second, after: "the program was killed and started without a link")
                #expect(try await cloud.object("ConfigMap", "demo", "settings")?["data"]?["text"]?.text == "1")
                let start = cloud.nextNumber
                try await cloud.comeBack()
                try await second.until("nothing waits") {
                    try second.status()["writes"]?["pending"]?.integer == 0
                }
                #expect(try await cloud.object("ConfigMap", "demo", "settings")?["data"]?["text"]?.text == "2")
                let updates = second.asked(from: start).filter { $0.verb == "update" }
                #expect(updates.map(\.version) == [original])
                #expect(try second.read()["data"]?["text"]?.text == "2")
                #expect(try second.annotation("pending") == nil && second.annotation("conflict") == nil)
                #expect(try second.annotation("cloud-resource-version") != original)
                #expect(try second.status()["outbox"]?["state"]?.integer == 0)
                #expect(try await second.daemon.terminate() == 0)
            }
        }

        @Test("one that the cloud has overtaken is kept and shown, on the object too, until somebody has dealt with it")
        func conflict() async throws {
            try await Self.with { cloud, folder in
                let first = try await World(cloud, folder)
                _ = try await Self.write(first, by: "PUT")
                first.daemon.crash()
                _ = try await cloud.apply(Self.map("3"))
                let second = try await World(cloud, folder)
                try Self.expectPending(second, after: "the program was killed and started without a link")
                let start = cloud.nextNumber
                try await cloud.comeBack()
                try await second.until("the conflict is found") {
                    try second.status()["writes"]?["conflicts"]?.integer == 1
                }
                #expect(try second.read()["data"]?["text"]?.text == "3", "the cloud wins")
                #expect(try second.annotation("pending") == nil)
                let note = try #require(try second.annotation("conflict"))
                #expect(note.hasPrefix("Conflict: "))
                #expect(second.asked(from: start).filter { $0.verb == "update" }.count == 1)
                let report = try #require(try second.client.get("/metamanager/v1/conflicts").json)
                let kept = try #require(report["conflicts"]?.elements.first)
                #expect(kept["object"]?["data"]?["text"]?.text == "2")
                let key = try #require(kept["key"]?.text)
                #expect(note.hasSuffix(key))
                let problems = try second.status()["problems"]?.elements.compactMap(\.text) ?? []
                #expect(problems.contains { $0.contains("did not take 1") })
                let dropped = try second.client.post("/metamanager/v1/conflicts/drop?key=\(RequestTarget.escape(key))")
                #expect(dropped.status == 200)
                #expect(try second.annotation("conflict") == nil)
                #expect(try await second.daemon.terminate() == 0)
            }
        }
    }
#endif
