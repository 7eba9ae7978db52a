#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// What modules tell each other and the cloud, and what they may not, through the real binary.
    @Suite("Relays and refusals", .serialized, .timeLimit(.minutes(5)))
    struct RelayTests {
        @Test("a module's own response goes to the cloud while the link is up, else it is dropped")
        func ownResponse() async throws {
            try await Node.with(isUp: false) { node in
                let edged = try node.client(.edged)
                var lost = edged.message(.response, "demo/x/lost", content: .ok)
                lost.header.parentID = "c0"
                try await edged.send(lost)
                _ = try await node.stored("demo/pod")
                try await node.goOnline()
                var kept = edged.message(.response, "demo/x/kept", content: .ok)
                kept.header.parentID = "c1"
                try await edged.send(kept)
                #expect(try await node.cloud.waitForMessage(.response, "demo/x/kept").header.parentID == "c1")
                #expect(node.sent(.response, "demo/x/lost").isEmpty)
                #expect(try await node.stored("demo/x/kept").isEmpty)
            }
        }

        struct Way: Sendable, CustomTestStringConvertible {
            var group: ModuleGroup = .meta
            var destination = ""
            var testDescription: String { destination.isEmpty ? "group \(group)" : "destination \(destination)" }
        }

        static let ways = [Way(destination: "websocket"), Way(destination: "hub"), Way(group: .hub)]

        @Test("a sync message for the cloud is answered by the cloud, and fails at once offline", arguments: ways)
        func toCloudSync(way: Way) async throws {
            try await Node.with { node in
                node.answer(.insert, "default/node/node-1", .ok)
                let told = try await node.ask(
                    .edged, .insert, "default/node/node-1", Objects.content("{}"), group: way.group, to: way.destination
                )
                #expect(told.content.isOK)
                #expect(node.sent(.insert, "default/node/node-1").first?.route.destination == "")
                try await node.goOffline()
                let failed = try await node.ask(
                    .edged, .insert, "default/node/node-1", Objects.content("{}"), group: way.group, to: way.destination
                )
                #expect(failed.route.operation == .error)
                #expect(try await node.stored("default/node/node-1").isEmpty)
            }
        }

        @Test("another message for the cloud is a fact: it waits for the link", arguments: ways)
        func toCloud(way: Way) async throws {
            try await Node.with(isUp: false) { node in
                let edged = try node.client(.edged)
                let fact = edged.message(
                    "custom", "anything", group: way.group, destination: way.destination, content: Objects.content("{}")
                )
                try await edged.send(fact)
                _ = try await node.stored("demo/pod")
                try await node.goOnline()
                #expect(try await node.cloud.waitForMessage("custom", "anything").id == fact.id)
            }
        }

        @Test(
            "a sync relay brings the other module's answer; to a module or a group", arguments: ["servicebus", "user"])
        func relay(destination: String) async throws {
            try await Node.with { node in
                try await node.with(.serviceBus) { bus in
                    async let told = node.ask(.edged, "question", "demo/x/y", Objects.content("{}"), to: destination)
                    for await message in bus.messages where message.route.operation == "question" {
                        #expect(message.route.source == .edged && message.header.sync)
                        try await bus.respond(to: message, content: Content(text: "answer"))
                        break
                    }
                    #expect(try await told.content.string == "answer")
                }
            }
        }

        @Test("a sync relay that nobody answers is an error answer in time; nobody there, at once")
        func relayTimeout() async throws {
            try await Node.with(settings: ["modules.timeout=1"]) { node in
                let told = try await node.ask(.edged, "question", "demo/x/y", .ok, to: "twin")
                #expect(told.route.operation == .error && told.content.string?.contains("twin") == true)
                let nobody = try await node.ask(.edged, "question", "demo/x/y", .ok, to: "nobody")
                #expect(nobody.route.operation == .error && nobody.content.string?.contains("nobody") == true)
            }
        }

        @Test("an unknown operation: an error answer if sync, else nothing")
        func unknown() async throws {
            try await Node.with { node in
                let told = try await node.ask(.edged, "explode", "demo/x/y", .ok)
                #expect(told.route.operation == .error && told.content.string?.contains("explode") == true)
                let edged = try node.client(.edged)
                let silent = edged.message("explode", "demo/x/y", content: .ok)
                try await edged.send(silent)
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                let seen = try await node.deliveries(to: .edged) { $0.route.resource == "demo/pod/m" }
                #expect(!seen.contains { $0.header.parentID == silent.id })
                #expect(node.sent("explode", "demo/x/y").isEmpty)
            }
        }

        @Test("node/connection from a module is refused, wherever it goes", arguments: ["", "edgemesh", "websocket"])
        func connection(destination: String) async throws {
            try await Node.with { node in
                let told = try await node.ask(
                    .edged, .connect, "node/connection", Content(text: "cloud_disconnected"), to: destination)
                #expect(told.route.operation == .error)
                try await node.flush()
            }
        }

        @Test(
            "a module that speaks in another's name is refused, without effect",
            arguments: ["edgemesh", "metaManager", "edgecontroller"])
        func otherName(name: String) async throws {
            try await Node.with { node in
                let edged = try node.client(.edged)
                var lie = edged.message(.update, "demo/device/d", content: Objects.json("Device", "d"))
                lie.route.source = ModuleName(name)
                #expect(try await edged.request(lie, within: .seconds(60)).route.operation == .error)
                #expect(try await node.stored("demo/device/d").isEmpty)
            }
        }

        @Test(
            "names of the program and of the cloud cannot be attached",
            arguments: ["metaManager", "metamanager", "websocket", "edgehub", "edgecontroller", "cloudhub"])
        func ownName(name: String) async throws {
            try await Node.with { node in
                let error = await #expect(throws: ModuleClientError.self) {
                    try await node.with(ModuleName(name)) { _ in }
                }
                #expect(error?.code == .refused)
            }
        }

        @Test("a device's write is the local API's alone")
        func deviceWrite() async throws {
            try await Node.with { node in
                try await node.with("lamp") { lamp in
                    let write = lamp.message(.update, "demo/device/updated", content: Objects.json("Device", "d"))
                    let told = try await lamp.request(write, within: .seconds(60))
                    #expect(told.route.operation == .error)
                }
                #expect(try await node.stored("demo/device").isEmpty)
            }
        }

        @Test("each attached module is told when the link goes and comes")
        func linkState() async throws {
            try await Node.with { node in
                await node.cloud.goAway()
                try await node.cloud.comeBack()
                for name in Node.modules {
                    let client = try node.client(name)
                    var words: [String] = []
                    for await message in client.messages where message.route.resource == "node/connection" {
                        #expect(message.route.source == .edgeHub && message.route.operation == .connect)
                        words.append(message.content.string ?? "")
                        if words.suffix(2) == ["cloud_disconnected", "cloud_connected"] { break }
                    }
                    #expect(words.suffix(2) == ["cloud_disconnected", "cloud_connected"])
                }
            }
        }
    }
#endif
