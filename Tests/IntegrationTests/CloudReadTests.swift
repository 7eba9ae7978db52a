#if DEBUG
    import Beehive
    import FakeCloud
    import KubeAPI
    import MetaManager
    import MetaServer
    import MetaStore
    import NIOPosix
    import TestKit
    import Testing

    /// Reads that the cloud answers, over a real link and a real store.
    @Suite("Reads of the cloud", .timeLimit(.minutes(5)))
    struct CloudReadTests {
        /// Runs a test with the Kubernetes paths of a node.
        private static func withRoutes(
            _ objects: [JSONValue], _ body: @Sendable (FakeCloudCore, ApplicationsNode, KubeRoutes) async throws -> Void
        ) async throws {
            try await ApplicationsNode.withCloud {
                $0.objects = objects
            } _: { cloud, folder in
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    try await node.ready()
                    let path = folder.path + "/edgecore.db"
                    let hub = WatchHub(
                        reader: try StoreReader(path: path), threads: .singleton, loops: .singleton)
                    let reader = try StoreReader(path: path)
                    var context = KubeContext(reader: reader, hub: hub, threads: .singleton)
                    context.applications = node.applications
                    context.writer = node.writer
                    try await body(cloud, node, KubeRoutes(context: context))
                    hub.stop()
                    reader.close()
                }
            }
        }

        private static func get(
            _ path: String, _ routes: KubeRoutes, isDemanded: Bool = false
        ) async throws -> (status: Int, body: JSONValue) {
            var request = APIRequest(
                method: "GET", target: try #require(RequestTarget("/api/v1/namespaces/demo/\(path)")),
                headers: isDemanded ? [("Cache-Control", "no-cache")] : [])
            request.access = .everything
            let response = await routes.respond(to: request)
            guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
            return (response.status, try JSONValue(parsing: bytes))
        }

        /// How many lists the cloud was asked for.
        private static func lists(_ cloud: FakeCloudCore) -> Int {
            cloud.frames {
                guard let json = $0.message?.content.json, let tree = try? JSONValue(parsing: json) else {
                    return false
                }
                return $0.isRequest && tree["Verb"]?.text == "list" && tree["Key"]?.text?.contains("services") == true
            }.count
        }

        private static func names(_ list: JSONValue) -> [String] {
            (list["items"]?.elements ?? []).compactMap { $0["metadata"]?["name"]?.text }
        }

        @Test("a fresh store: one get, or one list, of a kind that was never delivered answers it, and has it watched")
        func fresh() async throws {
            let map: JSONValue = [
                "kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": "m", "namespace": "demo"],
            ]
            try await Self.withRoutes([ApplicationsTests.service("a"), map]) { cloud, node, routes in
                let one = try await Self.get("services/a", routes)
                #expect(one.status == 200 && one.body["metadata"]?["name"]?.text == "a")
                try await node.until("services are watched") {
                    try await cloud.watches(of: ApplicationsNode.name).contains { $0.contains("services") }
                }
                let list = try await Self.get("configmaps", routes)
                #expect(list.status == 200 && Self.names(list.body) == ["m"])
                try await node.until("config maps are watched") {
                    try await cloud.watches(of: ApplicationsNode.name).contains { $0.contains("configmaps") }
                }
            }
        }

        @Test("what is made while the cloud's list is under way stays, and what the cloud has no more goes")
        func underWay() async throws {
            try await Self.withRoutes([ApplicationsTests.service("a")]) { cloud, node, routes in
                let first = try await Self.get("services", routes)
                #expect(Self.names(first.body) == ["a"])
                try await node.until("services are watched") {
                    try await cloud.watches(of: ApplicationsNode.name).contains { $0.contains("services") }
                }
                let before = Self.lists(cloud)
                try await cloud.holdAnswers()
                async let early = Self.get("services", routes, isDemanded: true)
                try await node.until("the list is asked for") { Self.lists(cloud) == before + 1 }
                try await cloud.apply(ApplicationsTests.service("b"))
                try await node.until("the push is stored") { try node.stored("demo/service/b") != nil }
                // This one may not take the answer to the other's question, which knows nothing of what is stored now.
                async let late = Self.get("services", routes, isDemanded: true)
                try await node.until("the list is asked for again") { Self.lists(cloud) == before + 2 }
                try await cloud.releaseAnswers()
                _ = try await (early, late)
                #expect(try node.stored("demo/service/b") != nil, "the list was older than it")
                try await cloud.forgetWatches()
                try await cloud.remove("Service", "demo", "a")
                let last = try await Self.get("services", routes, isDemanded: true)
                #expect(last.status == 200 && Self.names(last.body) == ["b"])
                try await cloud.remove("Service", "demo", "b")
                #expect(try await Self.get("services/b", routes, isDemanded: true).status == 404)
                #expect(try node.stored("demo/service/b") == nil)
            }
        }
    }
#endif
