import Beehive
import EdgeHub
import FakeCloud
import MetaManager
import Testing

@Suite("Link", .timeLimit(.minutes(5)))
struct LinkTests {
    @Test("says hello, announces the link, and sends a keepalive at once and with each heartbeat")
    func hello() async throws {
        try await LinkFixture(cloud: try await .start()) { $0.heartbeat = .milliseconds(20) }.run { fixture in
            let hello = try await fixture.cloud.waitForNode()
            #expect(hello.number == 0 && hello.description == "hello node-1")
            let first = try await fixture.cloud.waitForMessage(.keepalive, "node")
            #expect(first.route.source == .websocket && first.route.group == .resource)
            #expect(first.content.string == "ping")
            let inputs = try await fixture.inputs("credit") { $0.credit != nil }
            #expect(inputs.first?.up == 1 && inputs.last?.credit == 60)
            let third = try await fixture.cloud.waitFor("a third keepalive", from: 4) {
                $0.message?.route.operation == .keepalive && $0.message?.id != first.id
            }
            #expect(third.message?.header.parentID == "")
        }
    }

    @Test("frames of the cloud reach the loop in order, whatever their group")
    func down() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            try await fixture.cloud.waitForNode()
            let groups: [ModuleGroup] = [.resource, .function, .twin, .user, .taskManager]
            for index in 0..<100 {
                fixture.cloud.send(fixture.cloud.message(.update, "a/b/\(index)", group: groups[index % 5]))
            }
            let inputs = try await fixture.inputs("the last") { $0.message?.route.resource == "a/b/99" }
            let messages = inputs.compactMap(\.message)
            #expect(messages.map(\.route.resource) == (0..<100).map { "a/b/\($0)" })
            #expect(messages.prefix(5).map(\.route.group) == groups)
        }
    }

    @Test("frames of the loop reach the cloud in order; white space does not cut a line")
    func up() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            _ = try await fixture.inputs("up") { $0.up != nil }
            for index in 0..<50 {
                let content = try Content(json: Bytes("{\"a\":\n\(index)}".utf8))
                let message = Message(
                    header: Header(id: "m\(index)", timestamp: 1),
                    route: Route(source: .edged, group: .meta, operation: .query, resource: "a/b/\(index)"),
                    content: content)
                fixture.link.send([CloudFrame(kind: .request, body: .message(message))])
            }
            _ = try await fixture.cloud.waitForMessage(.query, "a/b/49")
            #expect(fixture.cloud.messages.map(\.id) == (0..<50).map { "m\($0)" })
        }
    }

    @Test("entries are proven by the pong to a ping sent after them, in order")
    func proof() async throws {
        let cloud = try await FakeCloud.start()
        cloud.setWithholdingPongs(true)
        // No second heartbeat, however slow the test: its ping would be one of those counted below.
        try await LinkFixture(cloud: cloud) { $0.heartbeat = .seconds(3600) }.run { fixture in
            _ = try await fixture.inputs("up") { $0.up != nil }
            fixture.link.send([fixture.entry(7), fixture.entry(3), fixture.entry(5)])
            _ = try await fixture.cloud.waitForMessage(.update, "demo/podstatus/p5")
            #expect(fixture.link.report.unconfirmed == 3)
            fixture.cloud.setWithholdingPongs(false)
            let inputs = try await fixture.inputs("the proof") { $0.places != nil }
            #expect(inputs.last?.places == [7, 3, 5])
            let frames = fixture.cloud.received.map(\.description)
            let ping = try #require(frames.firstIndex(of: "ping 1"))
            let last = try #require(frames.firstIndex { $0.contains("p5") })
            #expect(ping > last)
        }
    }

    @Test("credit is the burst, then comes at the rate as entries go")
    func credit() async throws {
        try await LinkFixture(cloud: try await .start()) {
            $0.qps = 50
            $0.burst = 4
        }.run { fixture in
            var granted = try await fixture.inputs("credit") { $0.credit != nil }.compactMap(\.credit).reduce(0, +)
            #expect(granted == 4)
            let start = SystemTime().now().ticks
            fixture.link.send((1...4).map { fixture.entry($0) })
            while granted < 8 {
                granted += try await fixture.inputs("credit") { $0.credit != nil }.compactMap(\.credit).reduce(0, +)
            }
            #expect(granted == 8)
            #expect(SystemTime().now().ticks - start >= 80_000_000)
        }
    }

    @Test("a cut is told after all that came before it, and the next connection has a new number")
    func cut() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            try await fixture.cloud.waitForNode()
            fixture.cloud.send(fixture.cloud.message(.update, "a/b/c"))
            _ = try await fixture.inputs("the message") { $0.message != nil }
            await fixture.cloud.cut()
            let down = try await fixture.inputs("down") { $0.isDown }
            let early = down.compactMap(\.up)
            #expect(early.isEmpty)
            let up = try await fixture.inputs("up again") { $0.up != nil }
            #expect(up.last?.up == 2)
            try await fixture.cloud.waitForNode(connection: 2)
            #expect(fixture.link.report.connections == 2)
        }
    }

    @Test("an entry made for an earlier connection is dropped on a later one")
    func earlierConnection() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            try await fixture.cloud.waitForNode()
            await fixture.cloud.cut()
            _ = try await fixture.inputs("up again") { $0.up == 2 }
            fixture.link.send([
                fixture.entry(1), fixture.entry(2, connection: 2), fixture.entry(3),
                fixture.entry(4, connection: 2),
            ])
            _ = try await fixture.cloud.waitForMessage(.update, "demo/podstatus/p4")
            let proofs = try await fixture.inputs("the proof") { $0.places?.last == 4 }.compactMap(\.places)
            #expect(proofs.flatMap(\.self) == [2, 4])
            #expect(fixture.cloud.messages.map(\.id).filter { $0.hasPrefix("entry") } == ["entry-2", "entry-4"])
            #expect(fixture.link.report.dropped == 2)
        }
    }

    @Test("a cloud that refuses is tried again until it accepts")
    func refusal() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            _ = try await fixture.inputs("up") { $0.up != nil }
            fixture.cloud.setRefusing(true)
            await fixture.cloud.cut()
            _ = try await fixture.inputs("down") { $0.isDown }
            fixture.cloud.setRefusing(false)
            try await fixture.cloud.waitForNode(connection: 2)
        }
    }

    @Test("while the loop has no room the socket is read no further, and nothing is lost")
    func backPressure() async throws {
        try await LinkFixture(cloud: try await .start(), capacity: 4).run { fixture in
            try await fixture.cloud.waitForNode()
            let text = Content(text: String(repeating: "x", count: 2000))
            let count = 500
            for index in 0..<count {
                fixture.cloud.send(fixture.cloud.message(.update, "a/b/\(index)", content: text))
            }
            _ = try await fixture.inputs("the first") { $0.message != nil }
            try await fixture.until("a stall") { fixture.link.report.stalls > 0 }
            #expect(fixture.link.report.received < 100)
            #expect(fixture.inbox.depth <= 8)
            let inputs = try await fixture.inputs("the last") { $0.message?.route.resource == "a/b/\(count - 1)" }
            #expect(inputs.compactMap(\.message).map(\.route.resource) == (1..<count).map { "a/b/\($0)" })
        }
    }

    @Test("while the cloud reads nothing, the node reads no more than it can answer")
    func stuckCloud() async throws {
        try await LinkFixture(cloud: try await .start()) {
            $0.outgoingLimit = 100_000
            $0.writeDeadline = .seconds(3600)
        }.run { fixture in
            _ = try await fixture.inputs("up") { $0.up != nil }
            try await fixture.cloud.setReading(false)
            let content = Content(text: String(repeating: "y", count: 100_000))
            let message = fixture.cloud.message(.update, "up/b/c", content: content)
            // 8 MB: more than the sender's buffer and a receiver's that is not read from will hold.
            let frames = 80
            for _ in 0..<frames { fixture.link.send([CloudFrame(kind: .answer, body: .message(message))]) }
            try await fixture.until("all is on its way") { fixture.link.report.sent >= frames }
            let count = 60
            for index in 0..<count {
                fixture.cloud.send(fixture.cloud.message(.update, "a/b/\(index)", content: content))
            }
            // Time enough to read them all; a slow machine makes the test weaker, never wrong.
            let end = SystemTime().now().ticks + 300_000_000
            var taken = 0
            while SystemTime().now().ticks < end {
                if case .items(let items) = fixture.inbox.take(upTo: 64, deadline: 0) {
                    taken += items.count
                }
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(taken < 20)
            try await fixture.cloud.setReading(true)
            _ = try await fixture.inputs("the last") { $0.message?.route.resource == "a/b/\(count - 1)" }
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let line: String
        let count: String
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(name: "no JSON", line: "{\"header\":", count: "not_json"),
        Bad(name: "an empty line", line: "", count: "not_json"),
        Bad(name: "no id", line: #"{"header":{"timestamp":1},"route":{},"content":1}"#, count: "no_id"),
        Bad(
            name: "too deep",
            line: #"{"header":{"msg_id":"a"},"content":"# + String(repeating: "[", count: 600), count: "too_deep"),
        Bad(name: "another shape", line: #"{"header":{"msg_id":1}}"#, count: "wrong_shape"),
    ]

    @Test("a bad frame is counted and skipped; the link stays", arguments: bad)
    func badFrame(row: Bad) async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            try await fixture.cloud.waitForNode()
            fixture.cloud.sendRaw(Array(row.line.utf8))
            fixture.cloud.send(fixture.cloud.message(.update, "a/b/c"))
            let inputs = try await fixture.inputs("the good one") { $0.message != nil }
            #expect(!inputs.contains { $0.isDown })
            #expect(fixture.link.report.badFrames == [row.count: 1])
        }
    }

    @Test("a frame over the limit is thrown away and acked; the next one arrives")
    func oversize() async throws {
        try await LinkFixture(cloud: try await .start(resendInterval: .seconds(60))) {
            $0.maximumFrame = 20_000
        }.run { fixture in
            try await fixture.cloud.waitForNode()
            let big = fixture.cloud.message(
                .update, "a/b/big", content: Content(text: String(repeating: "x", count: 3_000_000)), version: "1")
            fixture.cloud.push(big)
            fixture.cloud.send(fixture.cloud.message(.update, "a/b/c"))
            let inputs = try await fixture.inputs("the next") { $0.message != nil }
            #expect(inputs.compactMap(\.message).map(\.route.resource) == ["a/b/c"])
            let ack = try await fixture.cloud.waitForAck(of: big.id)
            #expect(ack.route.resource == "a/b/big" && ack.content.isOK)
            #expect(fixture.link.report.oversize == 1 && fixture.link.report.oversizeAcked == 1)
        }
    }

    @Test("frames handed over without a connection are dropped and counted")
    func noConnection() async throws {
        let cloud = try await FakeCloud.start()
        cloud.setRefusing(true)
        let fixture = try LinkFixture(cloud: cloud)
        fixture.link.send([fixture.entry(1), fixture.entry(2)])
        #expect(fixture.link.report.dropped == 2)
        try await fixture.run { _ in }
    }
}

@Suite("Fake cloud", .timeLimit(.minutes(5)))
struct LinkFakeCloudTests {
    @Test("what is not acked comes again under the same id, and no more once it is acked")
    func resend() async throws {
        try await LinkFixture(cloud: try await .start(resendInterval: .milliseconds(20))).run { fixture in
            let push = fixture.cloud.message(.insert, "a/b/c", version: "1")
            fixture.cloud.push(push)
            for _ in 0..<3 {
                let inputs = try await fixture.inputs("the push") { $0.message != nil }
                #expect(inputs.last?.message?.id == push.id)
            }
            let ack = Message(
                header: Header(id: "ack", parentID: push.id, timestamp: 1),
                route: Route(source: .edgeController, group: .resource, operation: .response, resource: "a/b/c"),
                content: .ok)
            fixture.link.send([CloudFrame(kind: .answer, body: .message(ack))])
            try await fixture.cloud.waitForAck(of: push.id)
            fixture.cloud.send(fixture.cloud.message(.update, "a/b/marker"))
            _ = try await fixture.inputs("the marker") { $0.message?.route.resource == "a/b/marker" }
            fixture.cloud.send(fixture.cloud.message(.update, "a/b/marker2"))
            let rest = try await fixture.inputs("the marker") { $0.message?.route.resource == "a/b/marker2" }
            #expect(!rest.contains { $0.message?.id == push.id })
        }
    }

    @Test("the first rule that fits answers a request")
    func rules() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            let cloud = fixture.cloud
            cloud.answer { [weak cloud] in
                guard let cloud, $0.route.operation == .query else { return [] }
                return [cloud.response(to: $0, content: .ok)]
            }
            cloud.answer { [weak cloud] _ in cloud.map { [$0.message(.update, "never")] } ?? [] }
            _ = try await fixture.inputs("up") { $0.up != nil }
            let query = Message(
                header: Header(id: "q", timestamp: 1),
                route: Route(source: .edged, group: .meta, operation: .query, resource: "a/configmap/c"),
                content: .null)
            fixture.link.send([CloudFrame(kind: .request, body: .message(query))])
            let inputs = try await fixture.inputs("the answer") { $0.message != nil }
            #expect(inputs.last?.message?.header.parentID == "q")
            #expect(inputs.last?.message?.route.resource == "a/configmap/c")
        }
    }

    @Test("a wait has an end, and tells what came instead")
    func timeout() async throws {
        try await LinkFixture(cloud: try await .start()).run { fixture in
            try await fixture.cloud.waitForNode()
            let error = await #expect(throws: FakeCloudError.self) {
                try await fixture.cloud.waitForAck(of: "none", within: .milliseconds(10))
            }
            #expect(error?.description.contains("hello node-1") == true)
        }
    }
}
