import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOCore
import NIOPosix
import Testing

/// The program with its modules attached, on a fake CloudCore that says only what a test makes it say, or plays the whole one.
struct ConversationNode: Sendable {
    struct Silence: Error, CustomStringConvertible {
        let description: String
    }

    static let name = "edge-node-1"
    static let modules: [ModuleName] = [.edged, .edgeMesh, .twin, .edgeFunction]

    let cloud: FakeCloudCore
    let folder: TemporaryFolder
    let daemon: DaemonFixture
    let clients: [ModuleName: BeehiveModuleClient]
    /// What the modules were delivered.
    private let delivered: Lock<[ModuleName: [Message]]>

    /// The settings of a node on a cloud without TLS.
    static func settings(_ cloud: FakeCloudCore) -> [String] {
        [
            "edgehub.controller.protocol=websocket", "edgehub.controller.node-id=\(name)",
            "edgehub.websocket.url=\(cloud.url)",
        ]
    }

    /// Runs a test on a node and a cloud of its own.
    ///
    /// - Parameters:
    ///   - cloudSettings: how the cloud behaves.
    ///   - settings: `KEY=VALUE` beyond the usual ones.
    ///   - modules: who is attached.
    ///   - release: of edged.
    ///   - isSilent: whether the cloud answers nothing by itself.
    ///   - prepare: called before the node starts.
    ///   - body: the test.
    /// - Throws: what the test throws, and when the node cannot be started.
    static func with(
        _ cloudSettings: FakeCloudCore.Settings = FakeCloudCore.Settings(), settings: [String] = [],
        modules: [ModuleName] = modules, release: String = "", isSilent: Bool = false,
        prepare: (FakeCloudCore, TemporaryFolder) async throws -> [String] = { _, _ in [] },
        _ body: @Sendable (ConversationNode) async throws -> Void
    ) async throws {
        let cloud = try await FakeCloudCore.start(cloudSettings)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var failure: (any Error)?
        do {
            if isSilent { try await cloud.answer { Self.silence($1) } }
            let folder = try TemporaryFolder()
            let more = try await prepare(cloud, folder)
            let daemon = try DaemonFixture(
                cloud: nil, folder: folder, settings: Self.settings(cloud) + settings + more)
            try await daemon.waitUntilReady()
            var clients: [ModuleName: BeehiveModuleClient] = [:]
            for module in modules {
                clients[module] = try await Self.attach(module, daemon, release: release, on: group)
            }
            let node = ConversationNode(
                cloud: cloud, folder: folder, daemon: daemon, clients: clients, delivered: Lock([:]))
            try await node.run { node in
                if isSilent { try await node.untilUnasked() }
                try await body(node)
            }
            let code = try await daemon.terminate()
            #expect(code == 0, "\(daemon.log)")
        } catch {
            failure = error
        }
        await cloud.stop()
        try await group.shutdownGracefully()
        if let failure { throw failure }
    }

    /// The node asks for its Node by itself, and is told that there is none; nothing else is answered.
    private static func silence(_ message: Message) -> [Message] {
        guard message.route.source == .resync else { return [] }
        let absent: JSONValue = [
            "ErrStatus": ["metadata": .object([]), "status": "Failure", "reason": "NotFound", "code": 404]
        ]
        return [FakeCloudCore.response(to: message, content: Content(absent))]
    }

    /// Waits until the node has asked for its Node and was answered: what a module asks then is its own question, and no
    /// second one of the same.
    private func untilUnasked() async throws {
        let asked = try await cloud.wait(for: "the node's own question") { $0.message?.route.source == .resync }
        let id = asked.message?.id ?? ""
        let told = try await cloud.wait(for: "the answer to it") {
            $0.direction == .down && $0.message?.header.parentID == id
        }
        try await cloud.waitForAck(of: told.message?.id ?? "")
    }

    static func attach(
        _ module: ModuleName, _ daemon: DaemonFixture, release: String = "", on group: any EventLoopGroup
    ) async throws -> BeehiveModuleClient {
        var patient = BeehiveModuleClient.Options()
        patient.attachTimeout = .seconds(60)
        return try await BeehiveModuleClient.patient(
            path: daemon.modulePath, name: module, release: module == .edged ? release : "", on: group, options: patient
        )
    }

    /// Reads for the modules while the test runs.
    private func run(_ body: @Sendable (ConversationNode) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, client) in clients {
                group.addTask {
                    for await message in client.messages {
                        delivered.withLock { $0[name, default: []].append(message) }
                    }
                }
            }
            var failure: (any Error)?
            do {
                try await cloud.waitForNode(Self.name)
                // The cloud knows of the connection first: who asks before the node does is answered as if it were cut.
                try await until("the link up here") { try await status()["link"]?["state"] == "up" }
                try await body(self)
            } catch { failure = error }
            for client in clients.values { await client.close() }
            try await group.waitForAll()
            if let failure { throw failure }
        }
    }

    func client(_ name: ModuleName) throws -> BeehiveModuleClient { try #require(clients[name]) }

    /// What a module was delivered; the link's state and the wish to list again do not count.
    func deliveries(to name: ModuleName) -> [Message] {
        delivered.withLock { $0[name] ?? [] }.filter {
            ![.relist, .connect, .publish].contains($0.route.operation)
        }
    }

    /// Asks as a module, and gives the one answer.
    func ask(
        _ name: ModuleName = .edged, _ operation: Operation, _ resource: String, _ content: Content = .null
    ) async throws -> Message {
        let client = try client(name)
        return try await client.request(
            client.message(operation, resource, content: content), within: .seconds(90))
    }

    /// A stored object, as edged is given it; nil if there is none.
    func stored(_ resource: String) async throws -> JSONValue? {
        let answer = try await ask(.edged, .query, resource)
        guard answer.route.operation == .response, let tree = answer.tree else { return nil }
        guard case .array(let elements) = tree else { return tree["Object"] ?? tree }
        return elements.first?.text.flatMap { try? JSONValue(parsing: Bytes($0.utf8)) }
    }

    /// The answers that the node gave to a frame, in order.
    func answers(to id: String) -> [Message] {
        cloud.frames { $0.direction == .up && $0.message?.header.parentID == id }.compactMap(\.message)
            .filter(\.route.operation.isAnswer)
    }

    /// Waits for a condition, a minute at most.
    func until(_ what: @autoclosure () -> String, _ condition: () async throws -> Bool) async throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while !(try await condition()) {
            guard SystemTime().now().ticks < end else {
                throw Silence(
                    description: "\(what()) never came true; the last frames are "
                        + cloud.frames().suffix(12).map(\.description).joined(separator: " | "))
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Sends what only marks the place through all consumers and through the outbox: what came before it has arrived.
    func pass(_ mark: String) async throws {
        let content = Content([
            "apiVersion": "v1", "kind": "Mark",
            "metadata": ["name": JSONValue(text: mark), "namespace": "mark", "uid": JSONValue(text: mark)],
        ])
        let marks: [(ModuleName, String, ModuleName)] = [
            (.edged, "mark/mark/\(mark)", .edgeController), (.edgeMesh, "mark/service/\(mark)", .edgeController),
            (.twin, "mark/device/\(mark)", .deviceController),
        ]
        for (module, resource, source) in marks where clients[module] != nil {
            let message = try await cloud.message(.update, resource, content: content, source: source, version: "1")
            try await cloud.push(message, to: Self.name, line: .direct)
            try await cloud.waitForAck(of: message.id)
            try await until("\(resource) at \(module)") {
                deliveries(to: module).contains { $0.route.resource == resource }
            }
        }
        if clients[.edgeFunction] != nil {
            let answer = try await ask(.edgeFunction, .actionResult, "mark/function/\(mark)", .ok)
            #expect(answer.content.isOK)
            try await cloud.waitForMessage(.actionResult, "mark/function/\(mark)")
        }
    }

    /// `metamanager status -o json`.
    func status() async throws -> JSONValue {
        let run = try await Program.run(["status", "-o", "json", "--socket", folder.path + "/api.sock"])
        return try #require(run.json, "\(run.errors)")
    }
}
