#if DEBUG
    import Beehive
    import FakeCloud
    import MetaServer
    import Testing

    /// What the cloud should not send, through the real binary: it is counted or refused, and holds up nobody.
    @Suite("Bad input of the cloud", .serialized, .timeLimit(.minutes(5)))
    struct BadInputTests {
        struct Frame: Sendable, CustomTestStringConvertible {
            let name: String
            let line: String
            var isTooLarge = false
            /// Its id could be read: the cloud must not send it for ever.
            var isAcked = false
            var testDescription: String { name }
        }

        private static func frame(id: String, content: String) -> String {
            #"{"header":{"msg_id":"\#(id)","timestamp":1,"resourceversion":"5"},"route":{"source":"edgecontroller","#
                + #""group":"resource","operation":"update","resource":"demo/configmap/bad"},"content":\#(content)}"#
        }

        static let frames = [
            Frame(name: "no JSON", line: #"{"header":"#), Frame(name: "an empty line", line: ""),
            Frame(name: "no text", line: "\u{1}\u{2}\u{3}"),
            Frame(name: "no id", line: #"{"header":{"timestamp":1},"route":{},"content":1}"#),
            Frame(name: "another shape", line: #"{"header":{"msg_id":7},"route":[]}"#),
            Frame(
                name: "deeper than 512",
                line: frame(
                    id: "deep", content: String(repeating: "[", count: 600) + String(repeating: "]", count: 600)),
                isAcked: true),
            Frame(
                name: "larger than the limit",
                line: frame(id: "large", content: "\"" + String(repeating: "x", count: 100_000) + "\""),
                isTooLarge: true, isAcked: true),
        ]

        @Test("a bad frame is skipped, the link stays, what comes later works", arguments: frames)
        func bad(row: Frame) async throws {
            try await Node.with(settings: ["edgehub.websocket.max-frame=64KiB"]) { node in
                node.cloud.sendRaw(Array(row.line.utf8))
                let good = node.cloud.message(.update, "demo/pod/good", content: Objects.json("Pod", "good"))
                try await node.push(good)
                let seen = try await node.deliveries(to: .edged) { $0.id == good.id }
                #expect(seen.isEmpty && node.cloud.connections == 1)
                let acks = (node.cloud.answers(to: "large") + node.cloud.answers(to: "deep"))
                #expect(acks.count { $0.route.operation == .response } == (row.isAcked ? 1 : 0))
                #expect(try await node.stored("demo/configmap").isEmpty)
                let metrics = try APIClient(path: try #require(node.daemon).apiPath).get("/metrics").body
                let reason = row.isTooLarge ? "too_large" : "malformed"
                let line = "metamanager_link_frames_skipped_total{reason=\"\(reason)\"} 1\n"
                #expect(String(decoding: metrics, as: UTF8.self).contains(line))
            }
        }

        @Test(
            "content of another kind is refused for good: an error and one ack",
            arguments: ["configmap", "pod", "secret", "service", "node"], ["7", #""text""#, "[1]", "true", "null"])
        func kind(type: String, json: String) async throws {
            try await Node.with { node in
                let bad = node.cloud.message(.update, "demo/\(type)/x", content: Objects.content(json), version: "5")
                try await node.push(bad)
                let operations = node.cloud.answers(to: bad.id).map(\.route.operation)
                #expect(operations.count == 2 && operations.contains(.error) && operations.contains(.response))
                let good = node.cloud.message(.update, "demo/\(type)/x", content: Objects.json("T", "x"), version: "5")
                try await node.push(good)
                #expect(try await node.stored("demo/\(type)").count == 1)
            }
        }

        @Test("ten thousand bad frames among good ones: each good one is acked")
        func flood() async throws {
            try await Node.with { node in
                for number in 0..<10_000 {
                    node.cloud.sendRaw(Array("{\"header\":\(number)".utf8))
                    guard number % 1000 == 0 else { continue }
                    node.cloud.push(
                        node.cloud.message(.update, "demo/pod/p\(number)", content: Objects.json("Pod", "p\(number)")))
                }
                let last = node.cloud.message(.update, "demo/pod/last", content: Objects.json("Pod", "last"))
                try await node.push(last)
                #expect(try await node.stored("demo/pod").count == 11 && node.cloud.connections == 1)
            }
        }
    }
#endif
