import Beehive
import TestKit
import Testing

@Suite("ModuleBus", .timeLimit(.minutes(5)))
struct ModuleBusTests {
    let time = ManualTime()
    let intake: FakeIntake
    let bus: ModuleBus
    let edged = ModuleInfo(name: .edged)

    init() { (bus, intake) = Self.make(time: time) }

    private static func make(capacity: Int = .max, time: ManualTime) -> (ModuleBus, FakeIntake) {
        let intake = FakeIntake(capacity: capacity)
        let bus = ModuleBus(
            time: time, intake: intake, owed: { $0.name == .edged ? [.pod, .secret] : [] },
            relist: { info, types in
                Message(
                    header: Header(id: "relist", timestamp: 0),
                    route: Route(source: .metaManager, group: info.group, operation: .relist, resource: "module"),
                    content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
            })
        return (bus, intake)
    }

    private func told(_ mailbox: Mailbox) -> [String] { mailbox.drain().map { "\($0.route.operation) \($0.id)" } }

    @Test("a module that is new owes a listing; one that returns finds its mailbox as it was")
    func attach() throws {
        let first = bus.attach(edged)
        #expect(told(first.mailbox) == ["relist relist"])
        #expect(bus.detach(.edged, attachment: first.attachment))
        #expect(bus.modules.map(\.isAttached) == [false])
        bus.deliver([(.module(.edged), try sample(.update, "a/pod/x", id: "1"))])
        let second = bus.attach(edged)
        #expect(second.mailbox === first.mailbox)
        #expect(told(second.mailbox) == ["update 1"])
        #expect(intake.attached == [edged, edged])
    }

    @Test("a connection that was replaced reads nothing more, and its end detaches nobody")
    func replace() async throws {
        let first = bus.attach(edged)
        _ = first.mailbox.drain()
        let calls = Lock(0)
        first.mailbox.onReadable { calls.withLock { $0 += 1 } }
        let second = bus.attach(edged)
        #expect(!bus.isCurrent(.edged, attachment: first.attachment))
        #expect(bus.isCurrent(.edged, attachment: second.attachment))
        #expect(!bus.detach(.edged, attachment: first.attachment))
        #expect(bus.modules.map(\.isAttached) == [true])
        bus.deliver([(.module(.edged), try sample(.update, "a/pod/x", id: "1"))])
        #expect(calls.withLock { $0 } == 0)
        #expect(told(second.mailbox) == ["update 1"])
    }

    @Test("a module away for longer than its time is forgotten, outside the bus's lock")
    func forget() throws {
        let attached = bus.attach(edged)
        _ = bus.attach(ModuleInfo(name: .twin))
        let seen = Lock<[ModuleName]>([])
        intake.onForgotten { [bus] _ in seen.withLock { $0 = bus.modules.map(\.info.name) } }
        bus.detach(.edged, attachment: attached.attachment)
        time.advance(by: .seconds(3600))
        #expect(bus.forget(after: .seconds(3600)).isEmpty)
        #expect(bus.forget(after: .seconds(Int64.max)).isEmpty)
        time.advance(by: .nanoseconds(1))
        #expect(bus.forget(after: .seconds(3600)) == [.edged])
        #expect(intake.forgotten == [.edged])
        #expect(seen.withLock { $0 } == [.twin])
        // New to the process again, it owes its listing again.
        #expect(told(bus.attach(edged).mailbox) == ["relist relist"])
    }

    @Test("what a mailbox dropped stays counted when it goes, what waited in it included, under a bounded set of names")
    func retired() throws {
        for number in 0..<100 {
            let name = ModuleName("module-\(number)")
            let attachment = bus.attach(ModuleInfo(name: name)).attachment
            bus.deliver([(.module(name), try sample(.update, "a/pod/x", id: "1"))])
            bus.detach(name, attachment: attachment)
        }
        #expect(bus.retired.isEmpty)
        time.advance(by: .seconds(2))
        #expect(bus.forget(after: .seconds(1)).count == 100)
        #expect(bus.retired.count == 65 && bus.retired[""]?.dropped == 36)
        #expect(bus.retired.values.reduce(0) { $0 + $1.dropped } == 100)
        #expect(bus.retired.values.allSatisfy { $0.depth == 0 && $0.bytes == 0 })
    }

    @Test("a group's message goes to the module of that name, else to every module of the group")
    func groups() throws {
        let one = bus.attach(ModuleInfo(name: "one", group: "band")).mailbox
        let two = bus.attach(ModuleInfo(name: "two", group: "band")).mailbox
        bus.deliver([
            (.group("band"), try sample(.update, "a/b/c", id: "1")),
            (.group("one"), try sample(.update, "a/b/c", id: "2")),
            (.group("nobody"), try sample(.update, "a/b/c", id: "3")),
            (.module("two"), try sample(.update, "a/b/c", id: "4")),
            (.module("none"), try sample(.update, "a/b/c", id: "5")),
        ])
        #expect(told(one) == ["update 1", "update 2"])
        #expect(told(two) == ["update 1", "update 4"])
        #expect(bus.undeliverable == 2)
    }

    @Test(
        "frames of twin and the buses wait for modules that never attached",
        arguments: [
            (ModuleGroup.twin, ModuleName.twin), (.bus, .eventBus), (.user, .serviceBus),
        ])
    func waiting(group: ModuleGroup, module: ModuleName) throws {
        bus.deliver([(.group(group.rawValue), try sample(.update, "a/b/c", id: "1"))])
        bus.deliver([(.group(group.rawValue), try sample(.update, "a/b/c", id: "2"))])
        #expect(bus.modules.map(\.info.name) == [module])
        #expect(bus.modules.map(\.isAttached) == [false])
        #expect(told(bus.attach(ModuleInfo(name: module)).mailbox) == ["update 1", "update 2"])
        #expect(bus.undeliverable == 0)
    }

    @Test("a broadcast reaches every attached module and no other")
    func broadcast() throws {
        bus.broadcast(try sample(.connect, "node/connection", id: "0"))
        #expect(bus.undeliverable == 0)
        let twin = bus.attach(ModuleInfo(name: .twin))
        let mesh = bus.attach(ModuleInfo(name: .edgeMesh))
        bus.detach(.edgeMesh, attachment: mesh.attachment)
        bus.broadcast(try sample(.connect, "node/connection", id: "1"))
        #expect(told(twin.mailbox) == ["connect 1"])
        #expect(told(mesh.mailbox).isEmpty)
    }

    @Test("new limits hold for mailboxes there are and those to come")
    func limits() throws {
        let twin = bus.attach(ModuleInfo(name: .twin)).mailbox
        bus.setLimits(MailboxLimits(messages: 2))
        let mesh = bus.attach(ModuleInfo(name: .edgeMesh)).mailbox
        for number in 0..<5 { bus.broadcast(try sample(.response, "a/b/c", id: "\(number)")) }
        #expect(twin.report.depth <= 2 && mesh.report.depth <= 2)
        #expect(twin.report.dropped >= 3)
    }

    @Test("an endpoint takes a delivery's messages in one go, in order")
    func endpoint() throws {
        let sink = Sink()
        bus.attach(ModuleInfo(name: .edgeMesh), endpoint: sink)
        bus.deliver([
            (.module(.edgeMesh), try sample(.update, "a/b/c", id: "1")),
            (.group("mesh"), try sample(.update, "a/b/c", id: "2")),
        ])
        #expect(sink.batches.withLock { $0 } == [["1", "2"]])
    }

    @Test("a request gets its answer, also one that comes before it could wait")
    func answer() async throws {
        intake.onOffer { [bus] message, _ in
            for id in ["first", "second"] {
                guard let answer = try? sample(.response, message.route.resource, id: id, parent: message.id) else {
                    return
                }
                bus.deliver([(.module(.edged), answer)])
            }
        }
        let mailbox = bus.attach(edged).mailbox
        _ = mailbox.drain()
        for number in 0..<50 {
            let request = try sample(.query, "a/pod/x", id: "q\(number)")
            #expect(try await bus.request(request, from: edged, within: .seconds(60)).id == "first")
        }
        #expect(intake.waiting.allSatisfy { $0.header.sync })
        // The second answer is nobody's, and goes the usual way.
        #expect(mailbox.report.depth == 50)
    }

    @Test("a request ends at its time limit, names itself, and leaves nothing behind")
    func timeout() async throws {
        let request = try sample(.query, "a/pod/x", id: "q")
        let error = await #expect(throws: ModuleBus.RequestError.self) {
            try await bus.request(request, from: edged, within: .milliseconds(20))
        }
        #expect(error?.description.contains("no answer to query of a/pod/x") == true)
        let mailbox = bus.attach(edged).mailbox
        bus.deliver([(.module(.edged), try sample(.response, "a/pod/x", id: "late", parent: "q"))])
        #expect(told(mailbox) == ["relist relist", "response late"])
    }

    @Test("a cancelled request ends, before or after it waits")
    func cancelled() async throws {
        let request = try sample(.query, "a/pod/x", id: "q")
        for round in 0..<100 {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        _ = try await bus.request(request, from: edged, within: .seconds(600))
                        return false
                    } catch { return error is CancellationError }
                }
                for _ in 0..<round % 5 { await Task.yield() }
                group.cancelAll()
                for await isCancelled in group { #expect(isCancelled) }
            }
        }
    }

    @Test("a second request under an id that waits is refused and harms not the first")
    func sameID() async throws {
        let request = try sample(.query, "a/pod/x", id: "q")
        async let first = bus.request(request, from: edged, within: .seconds(60))
        try await eventually("the first is sent") { !intake.waiting.isEmpty }
        let error = await #expect(throws: ModuleBus.RequestError.self) {
            try await bus.request(request, from: edged, within: .seconds(60))
        }
        #expect(error?.description.contains("waits already") == true)
        bus.deliver([(.module(.edged), try sample(.response, "a/pod/x", id: "r", parent: "q"))])
        #expect(try await first.id == "r")
    }

    @Test("a full intake holds a request back; one given up meanwhile is never sent")
    func fullIntake() async throws {
        let (bus, intake) = Self.make(capacity: 1, time: time)
        await bus.send(try sample(.update, "a/pod/x", id: "first"), from: edged)
        let request = try sample(.query, "a/pod/x", id: "q")
        await #expect(throws: ModuleBus.RequestError.self) {
            try await bus.request(request, from: edged, within: .milliseconds(20))
        }
        async let second = bus.request(try sample(.query, "a/pod/y", id: "r"), from: edged, within: .seconds(60))
        try await eventually("the second waits for room") { intake.waiters == 2 }
        intake.takeAll()
        #expect(intake.waiting.map(\.id) == ["r"])
        bus.deliver([(.module(.edged), try sample(.response, "a/pod/y", id: "answer", parent: "r"))])
        #expect(try await second.id == "answer")
    }

    @Test("a closed intake ends requests and sends at once")
    func closedIntake() async throws {
        let (bus, intake) = Self.make(capacity: 1, time: time)
        await bus.send(try sample(.update, "a/pod/x", id: "first"), from: edged)
        let message = try sample(.query, "a/pod/x", id: "q")
        async let request = bus.request(message, from: edged, within: .seconds(600))
        async let send: Void = bus.send(message, from: edged)
        try await eventually("both wait for room") { intake.waiters == 2 }
        intake.close()
        await send
        do {
            _ = try await request
            Issue.record("a stopped MetaManager has answered")
        } catch let error as ModuleBus.RequestError {
            #expect(error.description.contains("MetaManager has stopped"))
        }
        await #expect(throws: ModuleBus.RequestError.self) {
            try await bus.request(message, from: edged, within: .seconds(600))
        }
    }

    @Test("an answer of a module names its request")
    func respond() async throws {
        let request = try sample(.createVolume, "a/volume/x", id: "q", sync: true)
        await bus.respond(to: request, content: .ok, from: edged, id: "r")
        let answer = try #require(intake.waiting.first)
        #expect(answer.id == "r" && answer.header.parentID == "q" && answer.content.isOK)
        #expect(answer.route.operation == .response && answer.route.source == .edged)
        #expect(answer.header.timestamp == time.now().wall)
    }
}

/// Notes the ids of each batch it was handed.
private final class Sink: ModuleEndpoint {
    let batches = Lock<[[String]]>([])
    func deliver(_ messages: [Message]) { batches.withLock { $0.append(messages.map(\.id)) } }
}
