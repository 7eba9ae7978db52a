import Beehive
import FakeCloud
import Testing

/// What the cloud can be told to do wrong.
@Suite(.timeLimit(.minutes(3)))
struct FaultTests {
    @Test("a cut ends the connection; away, nobody listens; back, the port is the same")
    func cutAndAway() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.cut("edge-1")
            try await edge.closed()
            try await cloud.goAway()
            await #expect(throws: (any Error).self) { try await EdgeClient.connect(cloud) }
            try await cloud.comeBack()
            let again = try await EdgeClient.connect(cloud, greets: false)
            try await cloud.waitForNode("edge-1", connection: 2)
            await again.close()
        }
    }

    @Test("a cut in the middle of a frame lets only the first bytes out")
    func cutInside() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.cut(afterBytes: 50, to: "edge-1")
            let message = try await cloud.message(.update, "demo/configmap/c", content: .ok, version: "1")
            try await cloud.push(message, to: "edge-1")
            try await edge.closed()
            #expect(edge.messages.isEmpty)
        }
    }

    @Test("a frozen cloud neither reads nor writes, and goes on afterwards")
    func freeze() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.freeze("edge-1")
            let message = try await cloud.message(.update, "demo/configmap/c", content: .ok, version: "1")
            try await cloud.push(message, to: "edge-1")
            let id = edge.send(.query, "null/node/edge-1")
            // Another node's conversation shows that time has passed.
            let other = try await EdgeClient.connect(cloud, node: "edge-2")
            _ = try await other.ask(.query, "null/node/edge-1")
            #expect(edge.messages.isEmpty)
            try await cloud.unfreeze("edge-1")
            _ = try await edge.answer(to: id)
            try await cloud.waitForAck(of: message.id)
            await edge.close()
            await other.close()
        }
    }

    @Test("a frozen cloud does not end a session for lack of keepalives")
    func frozenKeepalive() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            // Long enough to freeze the session in, also on a slow machine.
            $0.keepaliveLimit = .seconds(3)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.freeze("edge-1")
            // Another session, silent from the start, ends while the frozen one lives on.
            let other = try await EdgeClient.connect(cloud, node: "edge-2")
            try await other.closed()
            try await cloud.unfreeze("edge-1")
            edge.keepalive()
            try await edge.closed()
            #expect(cloud.counters.expired == 2)
        }
    }

    @Test("pongs are kept back and given later")
    func pongs() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.setWithholdingPongs(true, "edge-1")
            edge.ping("one")
            _ = try await edge.ask(.query, "null/node/edge-1")
            #expect(edge.state.withLock { $0.pongs.isEmpty })
            try await cloud.setWithholdingPongs(false, "edge-1")
            _ = try await edge.eventually("the pong") { edge.state.withLock { $0.pongs == ["one"] } ? true : nil }
            await edge.close()
        }
    }

    @Test("messages are lost, doubled and delayed by a filter")
    func filter() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.filterDown("edge-1") { message in
                switch message.route.resource {
                case "demo/configmap/lost": .drop
                case "demo/configmap/twice": .times(2)
                case "demo/configmap/late": .delay(.milliseconds(100))
                default: .send
                }
            }
            let start = SystemTime().now().ticks
            for name in ["lost", "twice", "late", "plain"] {
                try await cloud.push(
                    cloud.message(.update, "demo/configmap/\(name)", content: .ok), to: "edge-1", line: .direct)
            }
            _ = try await edge.push(.update, "demo/configmap/late")
            #expect(SystemTime().now().ticks - start >= 100_000_000)
            let names = try await edge.eventually("four messages") {
                edge.messages.count >= 4
                    ? edge.messages.map { String($0.route.resource.split(separator: "/")[2]) } : nil
            }
            // What is delayed is overtaken, unless the machine took longer for the next one.
            #expect(names.prefix(2) == ["twice", "twice"] && names.dropFirst(2).sorted() == ["late", "plain"])
            #expect(cloud.counters.dropped == 1)
            await edge.close()
        }
    }

    @Test("answers are held and let go in reverse; rules come first")
    func answers() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await cloud.answer { _, message in
                switch message.route.resource {
                case "demo/configmap/scripted": [FakeCloudCore.response(to: message, content: Content(text: "mine"))]
                case "demo/configmap/silent": []
                default: nil
                }
            }
            #expect(try await edge.ask(.query, "demo/configmap/scripted").content.string == "mine")
            try await cloud.holdAnswers()
            let silent = edge.send(.query, "demo/configmap/silent")
            let first = edge.send(.query, "demo/configmap/one")
            let second = edge.send(.query, "demo/configmap/two")
            try await edge.settle()
            #expect(edge.messages.count == 1)
            try await cloud.releaseAnswers(isReversed: true)
            _ = try await edge.answer(to: first)
            #expect(edge.messages.dropFirst().map(\.header.parentID) == [second, first])
            #expect(!edge.messages.contains { $0.header.parentID == silent })
            await edge.close()
        }
    }

    @Test("many nodes are served, each by itself")
    func manyNodes() async throws {
        try await withCloud { cloud in
            var edges: [EdgeClient] = []
            for number in 0..<50 { edges.append(try await EdgeClient.connect(cloud, node: "edge-\(number)")) }
            for number in 0..<50 {
                let message = try await cloud.message(.update, "demo/configmap/c", content: .ok, version: "1")
                try await cloud.push(message, to: "edge-\(number)")
                try await cloud.waitForAck(of: message.id)
                #expect(cloud.frames(of: "edge-\(number)") { $0.isAck(of: message.id) }.count == 1)
            }
            #expect(cloud.counters.sessions == 50)
            for edge in edges { await edge.close() }
        }
    }
}
