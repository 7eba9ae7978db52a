import Beehive
import FakeCloud
import NIOCore
import NIOWebSocket
import Testing

/// Who gets a session, how long it lives, and what faults do to it.
@Suite(.timeLimit(.minutes(3)))
struct SessionTests {
    @Test("a second connection of a node ends the first without a close frame")
    func duplicate() async throws {
        try await withCloud { cloud in
            let first = try await EdgeClient.connect(cloud)
            let second = try await EdgeClient.connect(cloud, greets: false)
            try await first.closed()
            try await second.settle()
            #expect(first.state.withLock { $0.closeFrames } == 0)
            #expect(second.isOpen)
            try await cloud.waitForNode("edge-1", connection: 2)
            await second.close()
        }
    }

    @Test("a session without keepalives is ended; other traffic is no sign of life")
    func keepalive() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            $0.keepaliveLimit = .milliseconds(300)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            let start = SystemTime.ticks()
            while edge.isOpen, SystemTime.ticks() - start < 60_000_000_000 {
                edge.send(.query, "demo/pod/none")
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(!edge.isOpen)
            #expect(edge.state.withLock { $0.closeFrames } == 0)
            #expect(cloud.counters.expired == 1)
        }
    }

    @Test("without its headers a connection opens, and nothing is answered", arguments: ["node_id", "ConnectionUse"])
    func badHandshake(missing: String) async throws {
        try await withCloud { cloud in
            let headers = EdgeClient.headers("edge-1").filter { $0.0 != missing }
            let deaf = try await EdgeClient.connect(cloud, headers: headers, greets: false)
            deaf.send(.query, "null/node/edge-1")
            if missing == "ConnectionUse" {
                deaf.ping("never answered")
            } else {
                try await deaf.settle()
            }
            // A healthy node is served meanwhile.
            let edge = try await EdgeClient.connect(cloud, node: "edge-2")
            #expect(try await edge.ask(.query, "null/node/edge-1").reason == "NotFound")
            #expect(deaf.messages.isEmpty)
            #expect(missing == "node_id" || deaf.state.withLock { $0.pongs.isEmpty })
            #expect(deaf.isOpen)
            await deaf.close()
            await edge.close()
        }
    }

    @Test("neither the path nor the project matters")
    func anyPath() async throws {
        try await withCloud { cloud in
            let headers = EdgeClient.headers("edge-1").filter { $0.0 != "project_id" }
            let edge = try await EdgeClient.connect(cloud, headers: headers, path: "/anything")
            #expect(try await edge.ask(.query, "null/node/edge-1").reason == "NotFound")
            await edge.close()
        }
    }

    @Test("what is no JSON ends the connection; an empty object does no harm")
    func badFrames() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            edge.send(Array("{}".utf8))
            edge.send(Array(#"{"header":{},"route":{}}"#.utf8))
            try await edge.settle()
            #expect(edge.isOpen)
            edge.send(Array("{not json".utf8))
            try await edge.closed()
        }
    }

    @Test("beyond the limit a node connects and has no session")
    func nodeLimit() async throws {
        try await withCloud(FakeCloudCore.Settings()) {
            $0.nodeLimit = 1
        } _: { cloud in
            let first = try await EdgeClient.connect(cloud)
            let second = try await EdgeClient.connect(cloud, node: "edge-2", greets: false)
            second.send(.query, "null/node/edge-2")
            try await second.settle()
            #expect(second.messages.isEmpty)
            #expect(cloud.counters.sessions == 1)
            await first.close()
            await second.close()
        }
    }

    @Test("upgrades are refused with the status asked for", arguments: [401, 404, 503])
    func refusal(status: Int) async throws {
        try await withCloud { cloud in
            try await cloud.refuseUpgrades(status)
            let refused = await #expect(throws: EdgeClient.Refused.self) { try await EdgeClient.connect(cloud) }
            #expect(refused?.status == UInt(status))
            try await cloud.refuseUpgrades(nil)
            await (try EdgeClient.connect(cloud)).close()
        }
    }

    @Test(
        "messages come in the fragments of the real cloud",
        arguments: [
            (100, [100]), (4082, [4082]), (4083, [4082, 1]), (6692, [4082, 2610]), (8165, [4082, 4082, 1]),
            (8193, [8193, 0]), (20_000, [20_000, 0]),
        ])
    func fragments(size: Int, parts: [Int]) async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            var message = try await cloud.message(.update, "demo/configmap/big")
            // The line feed at the end counts, and the quotes of the text.
            let room = size - 1 - MessageEncoder.encode(message).count + "null".utf8.count - 2
            if room > 0 { message.content = Content(text: String(repeating: "x", count: room)) }
            try await cloud.push(message, to: "edge-1")
            let came = try await edge.eventually("the message") { edge.received.first }
            let expected = room > 0 ? parts : [MessageEncoder.encode(message).count + 1]
            #expect(came.fragments == expected)
            await edge.close()
        }
    }

    @Test("fragments and binary messages of the edge are taken")
    func fragmentsUp() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            let text = Array(
                #"{"header":{"msg_id":"a","timestamp":1},"route":{"source":"edged","operation":"query","resource":"null/node/n"},"content":null}"#
                    .utf8)
            edge.send(Array(text[..<10]), isFinal: false)
            edge.send(Array(text[10...]), opcode: .continuation, isFinal: false)
            edge.send([], opcode: .continuation)
            #expect(try await edge.answer(to: "a").reason == "NotFound")
            let binary = Array(String(decoding: text, as: UTF8.self).replacing("\"a\"", with: "\"b\"").utf8)
            edge.send(binary, opcode: .binary)
            #expect(try await edge.answer(to: "b").reason == "NotFound")
            await edge.close()
        }
    }
}
