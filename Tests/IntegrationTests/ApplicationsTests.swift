#if DEBUG
    import Beehive
    import FakeCloud
    import KubeAPI
    import MetaServer
    import Testing

    /// The local API's way through to the cloud, over a real link.
    @Suite("Through to the cloud", .timeLimit(.minutes(5)))
    struct ApplicationsTests {
        static let services = KubeKind.Resource(group: "", version: "v1", plural: "services")
        static let configMaps = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")

        static func service(_ name: String, _ color: String = "blue") -> JSONValue {
            [
                "kind": "Service", "apiVersion": "v1",
                "metadata": [
                    "name": JSONValue(text: name), "namespace": "demo", "labels": ["color": JSONValue(text: color)],
                ], "spec": ["clusterIP": "10.96.0.1"],
            ]
        }

        static let definition: JSONValue = [
            "kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1",
            "metadata": ["name": "lamps.example.org"], "spec": ["group": "example.org"],
        ]

        static func color(_ object: JSONValue?) -> String? { object?["metadata"]?["labels"]?["color"]?.text }

        @Test("reads and writes: the cloud decides, and says no in the API server's words")
        func performing() async throws {
            try await ApplicationsNode.withCloud {
                $0.objects = [Self.service("a"), Self.service("b")]
            } _: {
                cloud, folder in
                try await cloud.forbid(["secrets"])
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    try await node.ready()
                    func perform(_ application: Application) async -> CloudOutcome {
                        await node.applications.perform(application, for: "alice")
                    }
                    guard case .approved(let body?) = await perform(.list(Self.services, namespace: "demo")) else {
                        Issue.record("no list")
                        return
                    }
                    #expect(try JSONValue(parsing: body)["items"]?.elements.count == 2)
                    guard case .rejected(let absent) = await perform(.get(Self.services, namespace: "demo", name: "x"))
                    else {
                        Issue.record("no refusal")
                        return
                    }
                    #expect(absent.code == 404 && absent.message == "services \"x\" not found")
                    let secrets = KubeKind.Resource(group: "", version: "v1", plural: "secrets")
                    guard case .rejected(let forbidden) = await perform(.list(secrets, namespace: nil)) else {
                        Issue.record("no refusal")
                        return
                    }
                    #expect(forbidden.code == 403)
                    let create = Application.create(
                        Self.services, namespace: "demo", body: Self.service("c").json)
                    guard case .approved = await perform(create), case .rejected(let exists) = await perform(create)
                    else {
                        Issue.record("no create")
                        return
                    }
                    #expect(exists.reason == "AlreadyExists")
                    #expect(try await cloud.object("Service", "demo", "c") != nil)
                }
            }
        }

        @Test("a kind is kept fresh: on this connection, after a cut, after a restart of the cloud and of the node")
        func fresh() async throws {
            try await ApplicationsNode.withCloud {
                $0.objects = [Self.service("a")]
            } _: { cloud, folder in
                let key = "demo/service/a"
                @Sendable func fresh(_ node: ApplicationsNode, _ color: String) async throws {
                    try await cloud.apply(Self.service("a", color))
                    try await node.until(color) { Self.color(try node.stored(key)) == color }
                }
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    node.applications.keepFresh(Self.services, namespace: "demo")
                    try await node.until("the first object") { try node.stored(key) != nil }
                    try await fresh(node, "red")
                    try await cloud.forgetWatches()
                    try await cloud.cut()
                    try await node.until("registered again") { try await !cloud.watches(of: "edge-1").isEmpty }
                    try await fresh(node, "green")
                    try await cloud.restart()
                    try await node.until("registered again") { try await !cloud.watches(of: "edge-1").isEmpty }
                    try await fresh(node, "white")
                    try await cloud.remove("Service", "demo", "a")
                    try await node.until("gone") { try node.stored(key) == nil }
                    try await cloud.apply(Self.service("a"))
                    try await node.until("back") { try node.stored(key) != nil }
                }
                try await cloud.forgetWatches()
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    // Nobody has asked since the start.
                    try await node.until("registered again") {
                        node.applications.report.watches.contains {
                            $0.isActive && $0.key == "/core/v1/services/demo/null"
                        }
                    }
                    try await fresh(node, "black")
                }
            }
        }

        @Test("a watch that is refused is told with its reason")
        func refused() async throws {
            try await ApplicationsNode.withCloud { cloud, folder in
                try await cloud.forbid(["services"])
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    node.applications.keepFresh(Self.services, namespace: nil)
                    func failure() -> String? { node.applications.report.watches.compactMap(\.failure).first }
                    try await node.until("a failure") { failure()?.contains("forbidden") == true }
                    try await cloud.cut()
                    try await node.until("told again") {
                        cloud.frames().count { $0.direction == .up && $0.message?.route.resource == "watchapp/sync" }
                            > 0
                            && failure()?.contains("forbidden") == true
                    }
                }
            }
        }

        @Test("discovery and definitions are kept for the time without a link")
        func discovery() async throws {
            try await ApplicationsNode.withCloud {
                $0.objects = [Self.definition]
            } _: { cloud, folder in
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    node.applications.use()
                    for key in [
                        "null/discovery/version", "null/discovery/api~v1", "null/discovery/apis",
                        "null/discovery/apis~coordination.k8s.io~v1", "null/customresourcedefinition/lamps.example.org",
                    ] {
                        try await node.until(key) { try node.stored(key) != nil }
                    }
                    #expect(try node.stored("null/discovery/version")?["gitVersion"]?.text == "v1.32.0")
                    try await cloud.remove("CustomResourceDefinition", "", "lamps.example.org")
                    try await node.until("gone") {
                        try node.stored("null/customresourcedefinition/lamps.example.org") == nil
                    }
                }
            }
        }

        @Test("a cut ends who waits; a write that was under way is not sent again")
        func cut() async throws {
            try await ApplicationsNode.withCloud { cloud, folder in
                try await ApplicationsNode.run(cloud, in: folder) { node in
                    try await node.ready()
                    try await cloud.holdAnswers()
                    let create = Application.create(
                        Self.services, namespace: "demo", body: Self.service("c").json)
                    async let outcome = node.applications.perform(create, for: "alice")
                    try await node.until("done in the cloud") { try await cloud.object("Service", "demo", "c") != nil }
                    try await cloud.cut()
                    #expect(await outcome == .unavailable(.cut))
                    try await cloud.releaseAnswers()
                    try await node.ready()
                    let sent = cloud.frames().compactMap(\.message).filter { $0.tree?["Verb"]?.text == "create" }
                    #expect(sent.count == 1)
                }
            }
        }

        @Test("a cloud without a dynamic controller is waited for once")
        func absent() async throws {
            try await ApplicationsNode.withCloud {
                $0.hasDynamicController = false
            } _: { cloud, folder in
                try await ApplicationsNode.run(cloud, in: folder, timeout: .milliseconds(500)) { node in
                    node.applications.use()
                    try await node.until("found out") { node.applications.report.hasController == false }
                    let (asked, sessions) = (node.applications.report.counts.asked, cloud.counters.sessions)
                    for _ in 0..<10 where cloud.counters.sessions == sessions {
                        let outcome = await node.applications.perform(.discovery("/version"), for: "alice")
                        guard cloud.counters.sessions == sessions else { break }
                        #expect(outcome == .unavailable(.noController))
                        #expect(node.applications.report.counts.asked == asked)
                    }
                    try await cloud.setDynamicController(true)
                    try await cloud.cut()
                    try await node.ready()
                    #expect(node.applications.report.hasController == true)
                }
            }
        }
    }
#endif
