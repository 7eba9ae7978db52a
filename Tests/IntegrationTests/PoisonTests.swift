import Beehive
import FakeCloud
import Glibc
import Testing

/// What can never be stored, in the middle of what can, from a cloud that sends again what is not acked.
@Suite("Poison", .serialized, .timeLimit(.minutes(5)))
struct PoisonTests {
    static let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)

    /// Messages of the node's line that can never be stored, each for another reason.
    static let poison: [(operation: Operation, resource: String, content: String, version: String)] = [
        (.insert, "demo/configmap/null", "null", "7"), (.update, "demo/pod/null", "null", "7"),
        (.insert, "demo//empty", "{}", "7"), (.insert, "/configmap/x", "{}", "7"), (.insert, "", "{}", "7"),
        (.insert, "a/b/c/d/e", "{}", "7"), (.update, "demo/secret/text", "\"text\"", "7"),
        (.update, "demo/configmap/list", "[1]", "7"), ("conquer", "demo/configmap/x", "{}", "7"),
        (.insert, "demo/unheard-of/x", "7", "7"), (.delete, "demo//", "null", ""),
        (.update, "demo/configmap/deep", deep, "7"),
        (.update, "demo/configmap/large", "\"" + String(repeating: "x", count: 100_000) + "\"", "7"),
    ]

    static func raw(_ header: String, _ rest: String) -> [UInt8] { Array("{\"header\":\(header),\(rest)}".utf8) }

    /// Frames that are no messages; with an id that can be read, or without one.
    static let unreadable: [(id: String?, bytes: [UInt8])] = [
        (nil, Array("{\"header\":".utf8)), (nil, []), (nil, [1, 2, 3]), (nil, Array("[]".utf8)),
        (nil, raw("{\"timestamp\":1}", "\"content\":1")), (nil, raw("{\"msg_id\":7}", "\"content\":1")),
        ("shape-1", raw("{\"msg_id\":\"shape-1\"}", "\"route\":[],\"content\":1")),
        ("shape-2", raw("{\"msg_id\":\"shape-2\",\"timestamp\":\"now\"}", "\"content\":1")),
        ("half", Array("{\"header\":{\"msg_id\":\"half\"},\"content\":".utf8)),
    ]

    @Test("the flow goes on, all that is good is stored and acked, and nothing is asked for twice for ever")
    func flow() async throws {
        var settings = FakeCloudCore.Settings.joinable
        settings.ackWait = .seconds(2)
        settings.sendings = 2
        try await JoinedNode.with(settings, settings: ["edgehub.websocket.max-frame=64KiB"]) { node in
            try await node.untilReady()
            let connection = node.cloud.counters.sessions
            var good: [String] = []
            var bad: [String] = []
            for number in 0..<(Self.poison.count * 3) {
                let row = Self.poison[number % Self.poison.count]
                let poison = try await node.cloud.message(
                    row.operation, row.resource, content: try Content(json: Bytes(row.content.utf8)),
                    version: row.version)
                try await node.cloud.push(poison, to: JoinedNode.name)
                bad.append(poison.id)
                try await node.cloud.send(Self.unreadable[number % Self.unreadable.count].bytes, to: JoinedNode.name)
                let object: JSONValue = [
                    "apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": [
                        "name": JSONValue(text: "good-\(number)"), "namespace": "demo",
                        "uid": JSONValue(text: "uid-\(number)"), "resourceVersion": "9",
                    ],
                ]
                let push = try await node.cloud.message(
                    .update, "demo/configmap/good-\(number)", content: Content(object), version: "9")
                try await node.cloud.push(push, to: JoinedNode.name)
                good.append(push.id)
            }
            for id in good + bad { try await node.cloud.waitForAck(of: id) }
            for case (let id?, _) in Self.unreadable { try await node.cloud.waitForAck(of: id) }
            try await node.until("an empty line") { try await node.cloud.waiting(for: JoinedNode.name) == 0 }
            #expect(node.cloud.counters.givenUp == 0 && node.cloud.counters.sessions == connection)
            for number in good.indices {
                let got = try await Program.run([
                    "get", "configmap", "good-\(number)", "-n", "demo", "--socket", node.daemon.apiPath,
                ])
                #expect(got.code == 0, "\(got.errors)")
            }
            #expect(try node.metric("link_frames_skipped_total{reason=\"too_large\"}") ?? 0 >= 3)
            #expect(try node.metric("link_frames_skipped_total{reason=\"malformed\"}") ?? 0 >= good.count)
            #expect(try node.metric("refused_total{reason=\"refused\"}") ?? 0 >= 3)
        }
    }

    /// The most memory that a process ever had.
    private static func peakKiB(_ process: Int32) throws -> Int {
        let status = TemporaryFolder.read(path: "/proc/\(process)/status")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ").dropLast().last ?? ""))
    }

    @Test("a message of a gigabyte is read, thrown away and acked: memory stays flat, the link stays")
    func gigabyte() async throws {
        var settings = FakeCloudCore.Settings()
        settings.recordBytes = 1 << 20
        settings.keepaliveLimit = .seconds(3600)
        let alone = [
            "edgehub.websocket.max-frame=1MiB", "node.register=false", "modules.enabled=[websocket, metaManager]",
        ]
        try await JoinedNode.with(settings, settings: alone) { node in
            let name = JoinedNode.name
            // No message of the cloud's own may come between the pieces.
            try await node.cloud.holdAnswers()
            try await node.cloud.waitForNode(name)
            try await node.until("the local API") { (try? node.ends()) != nil }
            let early = try Self.peakKiB(node.daemon.process)
            let head = Self.raw(
                "{\"msg_id\":\"giant\",\"resourceversion\":\"5\"}",
                "\"route\":{\"operation\":\"update\",\"resource\":\"demo/configmap/giant\"},\"content\":\"")
            try await node.cloud.sendFrame(head.dropLast(), isFinal: false, to: name)
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
            for number in 0..<1024 {
                try await node.cloud.sendFrame(piece, opcode: 0, isFinal: false, to: name)
                guard number % 16 == 15 else { continue }
                // A ping between the pieces: its pong says that they were read, so that they do not pile up here.
                let start = node.cloud.nextNumber
                try await node.cloud.sendFrame([1], opcode: 9, to: name)
                try await node.cloud.wait(for: "a pong", of: name, from: start) {
                    if case .pong = $0.event { return $0.direction == .up }
                    return false
                }
            }
            try await node.cloud.sendFrame(Array("\"}".utf8), opcode: 0, isFinal: true, to: name)
            try await node.cloud.waitForAck(of: "giant")
            let late = try Self.peakKiB(node.daemon.process)
            #expect(late - early < 32 * 1024, "\(early) KiB before, \(late) KiB after")
            #expect(node.cloud.counters.sessions == 1)
            #expect(try node.metric("link_frames_skipped_total{reason=\"too_large\"}") == 1)
        }
    }
}
