import Beehive
import BeehiveSocket
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct ModuleClientTests {
    private func connect(_ fixture: SocketFixture, _ name: ModuleName, capacity: Int = 256) async throws
        -> BeehiveModuleClient
    {
        var options = BeehiveModuleClient.Options()
        options.capacity = capacity
        options.attachTimeout = .seconds(60)
        return try await .connect(path: fixture.path, name: name, on: fixture.group, options: options)
    }

    private func answer(_ request: Message, _ content: Content) -> Message {
        var route = request.route
        route.operation = .response
        return Message(header: Header(id: "answer", parentID: request.id, timestamp: 1), route: route, content: content)
    }

    @Test func `a request gets its one answer, other messages go to the reader`() async throws {
        try await SocketFixture().serve { fixture in
            let client = try await connect(fixture, "lamp")
            async let answered = client.request(client.message(.query, "default/pod/a"), within: .seconds(60))
            try await until { fixture.intake.count == 1 }
            let request = fixture.intake.taken[0].message
            #expect(request.header.sync)
            #expect(request.route.source == "lamp")
            fixture.deliver(text(from: .metaManager, id: "d1"), answer(request, .ok), to: "lamp")
            #expect(try await answered.content.isOK)
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next()?.id == "d1")
            await client.close()
            #expect(await messages.next() == nil)
        }
    }

    @Test func `a request without an answer ends in time`() async throws {
        try await SocketFixture().serve { fixture in
            let client = try await connect(fixture, "lamp")
            let error = await #expect(throws: ModuleClientError.self) {
                try await client.request(client.message(.query, "a/pod/b"), within: .milliseconds(20))
            }
            #expect(error?.code == .timeout)
            #expect(error?.description.hasPrefix("no answer to query of a/pod/b within") == true)
            await client.close()
        }
    }

    @Test func `a cancelled request ends at once`() async throws {
        try await SocketFixture().serve { fixture in
            let client = try await connect(fixture, "lamp")
            try await withThrowingTaskGroup(of: Message.self) { group in
                group.addTask { try await client.request(client.message(.query, "a/pod/b"), within: .seconds(60)) }
                try await until { fixture.intake.count == 1 }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            await client.close()
        }
    }

    @Test func `a module answers what it is asked`() async throws {
        try await SocketFixture().serve { fixture in
            let client = try await connect(fixture, "lamp")
            var request = text(from: .metaManager, id: "ask")
            request.header.sync = true
            fixture.deliver(request, to: "lamp")
            var messages = client.messages.makeAsyncIterator()
            let asked = try #require(await messages.next())
            try await client.respond(to: asked, content: .ok)
            try await until { fixture.intake.count == 1 }
            let answer = fixture.intake.taken[0].message
            #expect(answer.header.parentID == "ask")
            #expect(answer.route.operation == .response)
            #expect(answer.route.source == "lamp")
            await client.close()
        }
    }

    @Test func `a refused name and an absent server are told apart`() async throws {
        try await SocketFixture().serve { fixture in
            let refused = await #expect(throws: ModuleClientError.self) { _ = try await connect(fixture, .edgeHub) }
            #expect(refused?.code == .refused)
            #expect(refused?.description.contains("is a module of this program") == true)
            let absent = await #expect(throws: ModuleClientError.self) {
                _ = try await BeehiveModuleClient.connect(path: fixture.path + "x", name: "lamp", on: fixture.group)
            }
            #expect(absent?.code == .unreachable)
        }
    }

    @Test func `a module that does not read lets its mailbox fill, and a request still gets its answer`() async throws {
        try await SocketFixture(limits: MailboxLimits(messages: 1_000_000, bytes: 1 << 30)).serve { fixture in
            let client = try await connect(fixture, "lamp", capacity: 16)
            let count = 5000
            let large = Content(text: String(repeating: "x", count: 4000))
            for number in 0..<count {
                fixture.deliver(
                    text(from: .metaManager, id: "d\(number)", "a/pod/\(number)", content: large), to: "lamp")
            }
            try await until { fixture.server.counters.framesOut > 64 }
            let waiting = { fixture.bus.modules.first?.mailbox?.depth ?? 0 }
            #expect(waiting() > count / 2)
            var messages = client.messages.makeAsyncIterator()
            for number in 0..<count { #expect(await messages.next()?.id == "d\(number)") }
            // Forty deliveries stand before the answer, and nobody takes them.
            async let answered = client.request(client.message(.query, "a/pod/b"), within: .seconds(60))
            try await until { fixture.intake.count == 1 }
            for number in 0..<40 { fixture.deliver(text(from: .metaManager, id: "e\(number)"), to: "lamp") }
            fixture.deliver(answer(fixture.intake.taken[0].message, .ok), to: "lamp")
            #expect(try await answered.content.isOK)
            for number in 0..<40 { #expect(await messages.next()?.id == "e\(number)") }
            await client.close()
        }
    }

    @Test func `a closed connection says why`() async throws {
        try await SocketFixture { $0.maximumFrameBytes = 2000 }.serve { fixture in
            let client = try await connect(fixture, "lamp")
            let large = Content(text: String(repeating: "x", count: 3000))
            try await client.send(client.message(.update, "a/pod/b", content: large))
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next()?.route.operation == .error)
            #expect(await messages.next() == nil)
            let error = await #expect(throws: ModuleClientError.self) {
                try await client.send(client.message(.update, "a/pod/b"))
            }
            #expect(error?.code == .closed)
            #expect(error?.description.contains("is larger than 2000") == true)
        }
    }
}
