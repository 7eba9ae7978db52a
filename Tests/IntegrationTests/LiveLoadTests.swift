#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaServer
    import Testing

    /// The configuration changes under load, by file and by signal, with faulty files in between: the link stays up, and
    /// nothing is lost either way.
    @Suite("Live changes under load", .serialized, .timeLimit(.minutes(10)))
    struct LiveLoadTests {
        private static let keys = 20
        private static let pushes = 1500
        private static let facts = 600

        /// What the file holds in turn; every row changes several keys of the one before.
        private static let turns: [[String: String]] = [
            [
                "edgehub.controller.heartbeat": "1", "edgehub.rate.qps": "100000", "edgehub.rate.burst": "100000",
                "log.level": "info", "meta.database.budget": "1MiB",
            ],
            [
                "edgehub.controller.heartbeat": "15", "edgehub.rate.qps": "500", "edgehub.rate.burst": "20",
                "edgehub.websocket.write-deadline": "30", "edgehub.websocket.handshake-timeout": "5",
                "log.level": "debug", "meta.database.budget": "64MiB", "meta.remote-query.timeout": "20",
            ],
            [
                "edgehub.controller.heartbeat": "3600", "edgehub.rate.qps": "2000", "edgehub.rate.burst": "1",
                "edgehub.websocket.max-frame": "1MiB", "log.level": "warning", "log.format": "json",
                "meta.volume.timeout": "5", "modules.timeout": "20", "modules.mailbox.messages": "5000",
                "meta.sync.podstatus.interval": "7", "metaserver.feed.window": "1h or 500 changes",
            ],
        ]

        private static let faulty = [
            "log.level: lout\n", "edgehub: [\n", "edgehub.rate.qps: 0\n", "edgehub.controller.heartbeat: soon\n",
            "edgehub.raet.qps: 5\n",
        ]

        @Test("no reconnect, every message acked and stored, every report arrives")
        func changes() async throws {
            try await LiveNode.with { live in
                let isDone = Lock(false)
                async let down: [String] = push(live)
                async let up: Void = report(live)
                async let changing: Int = change(live) { isDone.withLock { $0 } }
                let ids = try await down
                try await up
                try await live.node.until("every report") { Set(live.facts).count >= Self.facts }
                isDone.withLock { $0 = true }
                let changes = try await changing

                #expect(changes >= 12)
                #expect(live.node.cloud.connections == 1)
                let status = try live.status()
                #expect(status["link"]?["reconnects"]?.integer == 0 && status["ready"] == true)
                #expect(status["problems"]?.elements.isEmpty == true, "\(status["problems"] ?? .null)")
                #expect(try #require(try live.reading()["refused"]?.integer) > 0)
                let answers = Dictionary(
                    live.node.cloud.messages.filter { $0.route.operation.isAnswer }.map { ($0.header.parentID, 1) },
                    uniquingKeysWith: +)
                // A slow machine's cloud sends again what was not acknowledged in time; each sending has its own.
                #expect(ids.allSatisfy { answers[$0, default: 0] >= 1 })
                #expect(Set(live.facts) == Set((0..<Self.facts).map { "demo/function/f\($0)" }))
                try expectStored(live)
            }
        }

        /// The cloud pushes versions of a few objects, a window of them at once; gives the ids.
        private func push(_ live: LiveNode) async throws -> [String] {
            var ids: [String] = []
            for number in 0..<Self.pushes {
                let name = "c\(number % Self.keys)"
                let message = live.node.cloud.message(
                    number < Self.keys ? .insert : .update, "demo/configmap/\(name)",
                    content: Objects.json(
                        "ConfigMap", name, version: "\(number + 1)", more: #","data":{"n":"\#(number)"}"#),
                    version: "\(number + 1)")
                ids.append(message.id)
                live.node.cloud.push(message)
                if number >= 50 { try await live.node.cloud.waitForAck(of: ids[number - 50]) }
                if number % 10 == 0 { try await Task.sleep(for: .milliseconds(20)) }
            }
            for id in ids.suffix(50) { try await live.node.cloud.waitForAck(of: id) }
            return ids
        }

        private func report(_ live: LiveNode) async throws {
            for number in 0..<Self.facts {
                try await live.fact("f\(number)")
                if number % 10 == 0 { try await Task.sleep(for: .milliseconds(20)) }
            }
        }

        /// Changes the file, and sends signals, until the load is through and enough was changed; ends with a good file.
        private func change(_ live: LiveNode, until isDone: () -> Bool) async throws -> Int {
            var changes = 0
            while !isDone() || changes < 12 {
                let before = try live.readings()
                if changes % 3 == 2 {
                    let fault = Self.faulty[changes / 3 % Self.faulty.count]
                    try live.replace(live.file(["meta.volume.timeout": "1"]) + fault)
                    try await live.node.until("a refusal") { try !live.problems().isEmpty }
                    #expect(try live.running("meta.volume.timeout") != "1s")
                } else {
                    try live.replace(live.file(Self.turns[(changes - changes / 3) % Self.turns.count]))
                    // The signal comes before the folder is quiet, or together with it.
                    if changes % 2 == 1 { kill(live.daemon.process, SIGHUP) }
                    try await live.node.until("a reading") { try live.readings() > before }
                }
                changes += 1
            }
            try await live.set(Self.turns[1])
            #expect(try live.running("edgehub.rate.qps") == "500")
            return changes
        }

        private func expectStored(_ live: LiveNode) throws {
            let list = try APIClient(path: live.daemon.apiPath).get("/api/v1/namespaces/demo/configmaps").json
            let items = list?["items"]?.elements ?? []
            #expect(items.count == Self.keys)
            for item in items {
                let name = try #require(item["metadata"]?["name"]?.text)
                let last = try #require(Int(name.dropFirst())) + Self.pushes - Self.keys
                #expect(item["data"]?["n"]?.text == "\(last)")
            }
        }
    }
#endif
