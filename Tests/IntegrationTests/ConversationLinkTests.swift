import Beehive
import FakeCloud
import NIOCore
import NIOPosix
import Testing

/// The recorded scenarios that are about the connection itself.
@Suite("Recorded connections", .timeLimit(.minutes(10)))
struct ConversationLinkTests {
    private typealias Node = ConversationNode

    @Test("01-connect-keepalive: the first at once, then one every heartbeat, each in the recorded form")
    func keepalive() async throws {
        let recording = try ConversationRecording("01-connect-keepalive")
        let recorded = try #require(
            recording.lines.compactMap { line -> Message? in
                if case .up(let message) = line { return message }
                return nil
            }.first)
        try await Node.with(settings: ["edgehub.controller.heartbeat=1"], modules: [], isSilent: true) { node in
            try await node.until("three keepalives") { node.cloud.counters.keepalives >= 3 }
            let frames = node.cloud.frames { $0.direction == .up && $0.message != nil }
            #expect(frames.first?.message?.route.operation == .keepalive)
            let beats = frames.filter { $0.message?.route.operation == .keepalive }
            #expect(beats.allSatisfy { $0.message?.route == recorded.route && $0.message?.content == recorded.content })
            // Late beats are the machine's; early ones would be ours. Timers may be a little ahead.
            #expect(
                zip(beats, beats.dropFirst()).allSatisfy { $1.ticks - $0.ticks > 500_000_000 || $0.ticks > $1.ticks })
        }
    }

    @Test("13-error-feedback: what can never be stored is acked beside its error, and holds nothing up")
    func poison() async throws {
        try await Node.with(isSilent: true) { node in
            let object: JSONValue = [
                "metadata": ["name": "c", "namespace": "demo", "uid": "u", "resourceVersion": "7"]
            ]
            let poison = try await node.cloud.message(.update, "demo//c", content: Content(object), version: "7")
            let next = try await node.cloud.message(
                .update, "demo/configmap/c", content: Content(object), version: "7")
            try await node.cloud.push(poison, to: Node.name)
            try await node.cloud.push(next, to: Node.name)
            try await node.cloud.waitForAck(of: next.id)
            try await node.pass("after")
            let answers = node.answers(to: poison.id).map(\.route.operation)
            #expect(answers.sorted() == [.error, .response])
            #expect(node.answers(to: next.id).map(\.route.operation) == [.response])
            #expect(node.cloud.counters.resends == 0 && node.cloud.counters.givenUp == 0)
            #expect(
                node.deliveries(to: .edged).map(\.short).filter { !$0.contains("mark/") } == ["update demo/configmap/c"]
            )
        }
    }

    @Test(
        "14-duplicate-connection: kicked by another of its name, a node comes back after a while and gets its updates")
    func duplicate() async throws {
        let recording = try ConversationRecording("14-duplicate-connection")
        try await Node.with(isSilent: true) { node in
            let folder = try TemporaryFolder()
            var play = ConversationPlay(recording, on: node)
            let other = Lock<DaemonFixture?>(nil)
            play.onEvent = { event in
                guard event.contains("second websocket") else { return event.hasPrefix("connection ended") }
                let start = node.cloud.nextNumber
                // Once kicked itself, this one stays away.
                let second = try DaemonFixture(
                    cloud: nil, folder: folder,
                    settings: Node.settings(node.cloud) + ["edgehub.reconnect.min=3600", "edgehub.reconnect.max=3600"])
                other.withLock { $0 = second }
                try await second.waitUntilReady()
                _ = try await node.cloud.wait(for: "the second connection", from: start) { $0.connection == 2 }
                _ = try await node.cloud.wait(for: "the first node's return", from: start) { frame in
                    frame.connection == 3 && frame.message?.route.operation == .keepalive
                }
                return true
            }
            try await play.run()
            #expect(node.deliveries(to: .edged).filter { $0.route.resource == "demo/pod/silent" }.count == 1)
            let status = try await node.status()
            #expect(status["link"]?["state"]?.text == "up")
            _ = try await other.withLock { $0 }?.terminate()
        }
    }

    @Test("15-keepalive-timeout: a cloud that closes without a close frame is connected to again, keepalive first")
    func timeout() async throws {
        var settings = FakeCloudCore.Settings()
        settings.keepaliveLimit = .milliseconds(300)
        // Slower than the cloud's limit: each session ends as the recorded one did.
        try await Node.with(settings, settings: ["edgehub.controller.heartbeat=1"], modules: []) { node in
            try await node.cloud.waitForNode(Node.name, connection: 3)
            let frames = node.cloud.frames { $0.direction == .up }
            #expect(node.cloud.counters.expired >= 2)
            for connection in 1...2 {
                let first = frames.first { $0.connection == connection && $0.message != nil }
                #expect(first?.message?.route.operation == .keepalive)
            }
            // Nobody said goodbye: not the cloud, and so not the node.
            #expect(!frames.contains { if case .close = $0.event { true } else { false } })
        }
    }

    @Test("16-bad-handshakes: the node's own handshake has each header that a CloudCore looks at")
    func handshake() async throws {
        let head = Lock("")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HeadReader(head))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        let daemon = try DaemonFixture(
            cloud: nil,
            settings: [
                "edgehub.controller.protocol=websocket", "edgehub.controller.node-id=\(Node.name)",
                "edgehub.websocket.url=ws://127.0.0.1:\(port)",
            ])
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while !head.withLock({ $0.contains("\r\n\r\n") }), SystemTime().now().ticks < end {
            try await Task.sleep(for: .milliseconds(5))
        }
        let lines = head.withLock { $0 }.split(separator: "\r\n").map(String.init)
        let project = "e632aba927ea4ac2b575ec1603d56f10"
        #expect(lines.first == "GET /\(project)/\(Node.name)/events HTTP/1.1")
        let fields = Dictionary(
            lines.dropFirst().compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
            }, uniquingKeysWith: { first, _ in first })
        #expect(fields["node_id"] == Node.name)
        #expect(fields["project_id"] == project)
        #expect(fields["connectionuse"] == "msg")
        #expect(fields["upgrade"]?.lowercased() == "websocket" && fields["sec-websocket-version"] == "13")
        // Neither is offered: CloudCore negotiates none.
        #expect(fields["sec-websocket-extensions"] == nil && fields["sec-websocket-protocol"] == nil)
        #expect(try await daemon.terminate() == 0)
        try await listener.close()
        try await group.shutdownGracefully()
    }

    @Test("16-bad-handshakes: a cloud's frames that are no messages end nothing, and are counted")
    func garbage() async throws {
        try await Node.with(isSilent: true) { node in
            for text in ["", "not an object", "[]", "{}", #"{"header":{},"route":{}}"#, "{\"header\":"] {
                try await node.cloud.send(Array(text.utf8), to: Node.name)
            }
            try await node.pass("after")
            #expect(node.cloud.counters.sessions == 1)
            #expect(try await node.status()["link"]?["state"]?.text == "up")
        }
    }

    @Test("21-node-delete: the session ends with the Node, and the node agent registers it again")
    func nodeDelete() async throws {
        try await Node.with(settings: ["node.register=true", "modules.enabled=[websocket, metaManager]"]) { node in
            func ready() async throws -> Bool {
                try await node.cloud.object("Node", "", Node.name)?.hasCondition("Ready", "True") == true
            }
            try await node.until("Ready") { try await ready() }
            let start = node.cloud.nextNumber
            let former = try await node.cloud.object("Node", "", Node.name)?["metadata"]?["uid"]
            try await node.cloud.remove("Node", "", Node.name)
            try await node.cloud.waitForNode(Node.name, connection: 2)
            try await node.until("Ready again") { try await ready() }
            let inserted = try await node.cloud.waitForMessage(.insert, "null/node/\(Node.name)", from: start)
            let labels = inserted.tree?["metadata"]?["labels"]
            #expect(labels?["node-role.kubernetes.io/edge"] != nil && labels?["kubernetes.io/hostname"] != nil)
            let uid = try await node.cloud.object("Node", "", Node.name)?["metadata"]?["uid"]
            #expect(uid != former)
        }
    }
}

/// Keeps the first bytes of a connection.
private final class HeadReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let head: Lock<String>

    init(_ head: Lock<String>) { self.head = head }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        head.withLock { $0 += text }
    }
}
