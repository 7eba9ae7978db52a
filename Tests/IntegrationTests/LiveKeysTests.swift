#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaManagerApp
    import MetaServer
    import NIOCore
    import NIOPosix
    import Testing

    /// A live key: what it is before, what it becomes while the daemon runs, and what shows that this one is in effect.
    ///
    /// With the value before, what is waited for would take longer than the test does.
    struct LiveKey: Sendable, CustomTestStringConvertible {
        let key: String
        var before: [String: String]
        let after: [String: String]
        /// Whether the API takes tokens of service accounts.
        var isServiceAccount = false
        var prepare: @Sendable (LiveNode) async throws -> Void = { _ in }
        let observe: @Sendable (LiveNode) async throws -> Void

        var testDescription: String { key }

        init(
            _ key: String, _ before: String, _ after: String, with others: [String: String] = [:],
            isServiceAccount: Bool = false, prepare: @escaping @Sendable (LiveNode) async throws -> Void = { _ in },
            observe: @escaping @Sendable (LiveNode) async throws -> Void
        ) {
            self.key = key
            self.before = others.merging([key: before]) { $1 }
            self.after = others.merging([key: after]) { $1 }
            self.isServiceAccount = isServiceAccount
            self.prepare = prepare
            self.observe = observe
        }
    }

    /// Every key that the table calls live takes effect in the daemon that runs, by a change of the file alone.
    @Suite("Live keys", .timeLimit(.minutes(10)))
    struct LiveKeysTests {
        private static let never = "3600"

        @Test("every key that is called live has a row here, and no other has")
        func complete() {
            let live = Set(ConfigurationKey.all.filter(\.live).map(\.name))
            #expect(Set(Self.rows.map(\.key)) == live)
            #expect(Self.rows.count == live.count)
        }

        /// Few at a time, since each row has a daemon of its own.
        @Test(
            "takes effect in the running daemon", .serialized,
            arguments: Self.quick.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
        func effect(row: LiveKey) async throws { try await Self.run(row) }

        @Test(
            "takes effect in the running daemon beside it", .serialized,
            arguments: Self.quick.enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
        func effectBeside(row: LiveKey) async throws { try await Self.run(row) }

        @Test("takes effect in the running daemon after a while", arguments: Self.patient)
        func slowEffect(row: LiveKey) async throws { try await Self.run(row) }

        /// Their effect is looked for each half minute, or minute, by the daemon itself.
        private static let patientKeys: Set<String> = ["edgehub.outbox.max-age", "modules.mailbox.keep"]
        private static let quick = rows.filter { !patientKeys.contains($0.key) }
        private static let patient = rows.filter { patientKeys.contains($0.key) }

        private static func run(_ row: LiveKey) async throws {
            try await LiveNode.with(isServiceAccount: row.isServiceAccount) { live in
                try await live.set(row.before)
                try await row.prepare(live)
                let links = live.node.cloud.connections
                try await live.set(row.after)
                #expect(try live.running(row.key) != nil)
                let reconnects = row.key.hasPrefix("edgehub.reconnect.")
                #expect(reconnects || live.node.cloud.connections == links)
                try await row.observe(live)
            }
        }

        static let rows: [LiveKey] = times + link + outbox + modules + store + server + words

        private static let times: [LiveKey] = [
            LiveKey(
                "meta.sync.podstatus.interval", "86400", "1",
                prepare: { live in
                    let pod = live.node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web"))
                    try await live.node.push(pod)
                    _ = try await live.node.ask(
                        .edged, .update, "demo/podstatus/web", Objects.content(#"{"UID":"u1"}"#))
                },
                observe: { live in
                    try await live.node.until("pushes") { live.node.sent(.update, "demo/podstatus").count >= 2 }
                }),
            LiveKey(
                "meta.remote-query.timeout", never, "1", with: ["meta.remote-query.stale-after": never],
                observe: { live in
                    let answer = try await live.node.ask(.edged, .query, "demo/configmap/none")
                    #expect(answer.route.operation == .error)
                }),
            LiveKey(
                "meta.remote-query.stale-after", never, "1", with: ["meta.remote-query.timeout": never],
                prepare: { live in
                    let object = Objects.json("VolumeAttachment", "c")
                    try await live.node.push(
                        live.node.cloud.message(.insert, "demo/volumeattachment/c", content: object, version: "5"))
                },
                observe: { live in
                    let told = try await live.node.ask(.edged, .query, "demo/volumeattachment/c")
                    #expect(told.header.extras.map(\.name).contains("stale"))
                }),
            LiveKey(
                "meta.volume.timeout", never, "1",
                observe: { live in
                    live.node.cloud.send(
                        live.node.cloud.message(.createVolume, "default/volume/v", content: Content(text: "work")))
                    _ = try await live.node.cloud.waitForMessage(.error, "default/volume/v")
                }),
            LiveKey(
                "modules.timeout", never, "1",
                observe: { live in
                    let answer = try await live.node.ask(
                        .edgeMesh, "question", "demo/x/y", to: ModuleName.edgeFunction.rawValue)
                    #expect(answer.route.operation == .error)
                }),
        ]

        private static let link: [LiveKey] = [
            LiveKey(
                "edgehub.controller.heartbeat", never, "1",
                observe: { live in
                    func beats() -> Int {
                        live.node.cloud.received.count { $0.message?.route.operation == .keepalive }
                    }
                    let before = beats()
                    try await live.node.until("three beats") { beats() >= before + 3 }
                }),
            LiveKey(
                "edgehub.websocket.handshake-timeout", never, "1",
                observe: { live in
                    let taken = Lock(0)
                    await live.node.cloud.goAway()
                    let port = try #require(live.node.cloud.url.split(separator: ":").last.flatMap { Int($0) })
                    let silent = try await ServerBootstrap(group: live.node.group)
                        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                        .childChannelInitializer { channel in
                            taken.withLock { $0 += 1 }
                            return channel.eventLoop.makeSucceededVoidFuture()
                        }
                        .bind(host: "127.0.0.1", port: port).get()
                    try await live.node.until("two tries given up") { taken.withLock { $0 } >= 3 }
                    try await silent.close()
                    try await live.node.goOnlineAgain()
                }),
            LiveKey(
                "edgehub.websocket.write-deadline", never, "1",
                with: [
                    "edgehub.controller.heartbeat": never, "edgehub.rate.qps": "100000", "edgehub.rate.burst": "100000",
                ],
                observe: { live in
                    try await live.node.cloud.setReading(false)
                    let size = String(repeating: "y", count: 100_000)
                    for number in 0..<100 {
                        _ = try await live.node.ask(
                            .edged, .update, "demo/podstatus/p\(number)", Objects.content("{\"UID\":\"\(size)\"}"))
                    }
                    try await live.node.until("the deadline") {
                        live.daemon.log.contains("has taken nothing for edgehub.websocket.write-deadline")
                    }
                }),
            LiveKey(
                "edgehub.websocket.max-frame", "64MiB", "4096",
                observe: { live in
                    let text = String(repeating: "x", count: 10_000)
                    let big = Objects.json("Pod", "big", more: ",\"x\":\"\(text)\"")
                    try await live.node.push(live.node.cloud.message(.insert, "demo/pod/big", content: big))
                    #expect(try live.metric("link_frames_skipped_total{reason=\"too_large\"}") == 1)
                }),
            LiveKey(
                "edgehub.reconnect.min", never, "0.05", with: ["edgehub.reconnect.max": never], prepare: loseCloud,
                observe: findCloud),
            // A minimum above it is no configuration.
            LiveKey(
                "edgehub.reconnect.max", never, "0.1", with: ["edgehub.reconnect.min": "0.1"], prepare: loseCloud,
                observe: findCloud
            ).changing("edgehub.reconnect.min", before: never),
        ]

        @Sendable private static func loseCloud(_ live: LiveNode) async throws {
            await live.node.cloud.goAway()
            // The connection did not live long enough to make the next try a first one, which would come at once.
            try await live.node.until("a long wait") { try live.status()["link"]?["phase"]?.text == "waiting" }
            try await live.node.cloud.comeBack()
        }

        @Sendable private static func findCloud(_ live: LiveNode) async throws {
            try await live.node.cloud.waitForNode(connection: 2)
        }

        private static let outbox: [LiveKey] = [
            LiveKey(
                "edgehub.rate.qps", "1", "100000", with: ["edgehub.rate.burst": "1"],
                observe: { live in
                    for number in 0..<200 { try await live.fact("f\(number)") }
                    try await live.node.until("all facts") { live.facts.count >= 200 }
                }),
            LiveKey(
                "edgehub.rate.burst", "1000", "5", with: ["edgehub.rate.qps": "1"],
                observe: { live in
                    for number in 0..<300 { try await live.fact("f\(number)") }
                    try await live.node.until("a few more than the burst") { live.facts.count >= 7 }
                    #expect(try #require(try live.status()["outbox"]?["fact"]?.integer) > 100)
                }),
            LiveKey(
                "edgehub.outbox.max-facts", "1000", "2", prepare: { try await waitingFacts($0) },
                observe: { live in
                    try await live.node.until("two facts") { try live.status()["outbox"]?["fact"]?.integer == 2 }
                }),
            LiveKey(
                "edgehub.outbox.max-age", "7d", "60", prepare: { try await waitingFacts($0) },
                observe: { live in
                    let end = SystemTime().now().advanced(by: .seconds(240)).ticks
                    while try live.status()["outbox"]?["fact"]?.integer != 0 {
                        try #require(SystemTime().now().ticks < end)
                        try await Task.sleep(for: .seconds(1))
                    }
                }),
        ]

        @Sendable private static func waitingFacts(_ live: LiveNode) async throws {
            try await live.node.goOffline()
            for number in 0..<5 { try await live.fact("f\(number)") }
            #expect(try live.status()["outbox"]?["fact"]?.integer == 5)
        }

        private static let modules: [LiveKey] = [
            LiveKey(
                "modules.mailbox.messages", "1024", "4",
                observe: { live in
                    let depth = try await fill(live, size: 1)
                    #expect(depth > 0 && depth <= 5)
                }),
            LiveKey(
                "modules.mailbox.bytes", "16MiB", "16KiB",
                observe: { live in
                    let depth = try await fill(live, size: 4000)
                    #expect(depth > 0 && depth <= 8)
                }),
            LiveKey(
                "modules.mailbox.keep", "1h", "1",
                prepare: { live in try await leave(live) },
                observe: { live in
                    try await live.node.until("a module forgotten") { try live.mailbox(.serviceBus) == nil }
                }),
        ]

        @Sendable private static func leave(_ live: LiveNode) async throws {
            try await live.node.with(.serviceBus) { _ in }
            try await live.node.until("a module being away") {
                try live.status()["modules"]?.elements.contains {
                    $0["name"]?.text == ModuleName.serviceBus.rawValue && $0["attached"] == false
                } == true
            }
        }

        /// Twenty messages for a module that is away; gives how many of them are kept.
        private static func fill(_ live: LiveNode, size: Int) async throws -> Int {
            try await leave(live)
            let content = Content(text: String(repeating: "x", count: size))
            for number in 0..<20 {
                live.node.cloud.send(live.node.cloud.message("upload", "sb/\(number)", content: content, group: .user))
            }
            try await live.node.push(
                live.node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
            return try #require(try live.mailbox(.serviceBus))
        }

        private static let store: [LiveKey] = [
            LiveKey(
                "meta.database.budget", "1GiB", "4KiB",
                observe: { live in
                    // The store's own word.
                    try await live.node.until("the budget") {
                        try live.status()["store"]?["cached"]?["budget"]?.integer == 4096
                    }
                }),
            LiveKey(
                "metaserver.feed.window", "1h or 100000 changes", "1h or 10 changes",
                prepare: { live in
                    for number in 0..<60 {
                        try await live.node.push(
                            live.node.cloud.message(
                                .insert, "demo/pod/p\(number)",
                                content: Objects.json("Pod", "p\(number)", uid: "\(number)")))
                    }
                },
                observe: { live in
                    try await live.node.until("a short feed") {
                        (try live.status()["store"]?["feed"]?["lines"]?.integer ?? 100) <= 10
                    }
                }),
            LiveKey(
                "meta.database.backup.every", "24h", "0",
                observe: { live in
                    try await live.node.until("no backups") { try live.status()["backup"]?["state"]?.text == "off" }
                }),
            LiveKey(
                "meta.database.backup.path", "@/backup", "@/copies",
                prepare: { live in
                    mkdir(live.daemon.folder.path + "/copies", 0o700)
                    try live.daemon.folder.write("", to: "copies/edgecore-000007-20200101T000000Z.db")
                },
                observe: { live in
                    try await live.node.until("the copy of that folder") {
                        try live.status()["backup"]?["path"]?.text?.contains("/copies/edgecore-") == true
                    }
                }),
        ]

        private static let server: [LiveKey] =
            [
                LiveKey(
                    "metaserver.offline.kinds", "[leases]", "[leases, configmaps]",
                    prepare: { live in
                        try await live.node.goOffline()
                        #expect(try write(live, "before") >= 400)
                    },
                    observe: { live in
                        let status = try write(live, "after")
                        #expect(status < 300)
                    }),
                LiveKey(
                    "metaserver.offline.conflict", "cloud", "edge",
                    observe: { live in
                        // The planner's own word.
                        try await live.node.until("the policy") {
                            try live.status()["writes"]?["policy"]?.text == "edge"
                        }
                    }),
            ] + ServiceAccountCaller.rows

        private static func write(_ live: LiveNode, _ name: String) throws -> Int {
            let body = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)","namespace":"demo"}}"#
            return try APIClient(path: live.daemon.apiPath).post(
                "/api/v1/namespaces/demo/configmaps", body: Bytes(body.utf8)
            ).status
        }

        private static let words: [LiveKey] = [
            LiveKey(
                "log.level", "error", "debug",
                prepare: { live in #expect(!live.daemon.log.contains("configuration reloaded")) },
                observe: { live in
                    try await live.node.until("a line") { live.daemon.log.contains("configuration reloaded") }
                }),
            LiveKey(
                "log.format", "text", "json",
                prepare: { live in #expect(!live.daemon.log.contains("\n{")) },
                observe: { live in try await live.node.until("a line") { live.daemon.log.contains("\n{") } }),
            LiveKey(
                "trace.path", "@/one", "@/two",
                prepare: { live in #expect(access(live.daemon.folder.path + "/two", F_OK) != 0) },
                observe: { live in
                    try await live.fact("a")
                    try await live.node.until("a record there") { access(live.daemon.folder.path + "/two", F_OK) == 0 }
                }),
            LiveKey(
                "trace.bytes", "0", "1MiB",
                prepare: { live in
                    let status = try live.status()
                    #expect(status["trace"]?["on"] == false)
                },
                observe: { live in
                    try await live.node.until("the recorder") { try live.status()["trace"]?["on"] == true }
                }),
        ]
    }

    extension LiveKey {
        /// The same with another value of a second key before the change.
        fileprivate func changing(_ other: String, before value: String) -> LiveKey {
            var row = self
            row.before[other] = value
            return row
        }
    }

    extension Node {
        /// Lets the cloud listen again after something else did in its place.
        fileprivate func goOnlineAgain() async throws {
            let next = cloud.connections + 1
            try await cloud.comeBack()
            try await cloud.waitForNode(connection: next)
        }
    }
#endif
