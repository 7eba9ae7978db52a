#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import NIOCore
    import NIOPosix
    import Testing

    /// The depths at which the same rows are tested.
    enum NodeKind: String, Sendable, CaseIterable, CustomTestStringConvertible {
        case inProcess = "in process"
        case daemon

        var testDescription: String { rawValue }

        static var available: [NodeKind] { allCases.filter { $0 == .inProcess || DaemonFixture.isAvailable } }
    }

    /// A node with its usual modules attached, between a fake cloud and the test.
    struct Node: Sendable {
        struct Silence: Error, CustomStringConvertible {
            let description: String
        }

        static let modules: [ModuleName] = [.edged, .edgeMesh, .twin, .edgeFunction]

        let cloud: FakeCloud
        let clients: [ModuleName: BeehiveModuleClient]

        /// Runs a test on a node of its own.
        static func with(_ kind: NodeKind, _ body: @escaping @Sendable (Node) async throws -> Void) async throws {
            let cloud = try await FakeCloud.start(resendInterval: .seconds(60))
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            var failure: (any Error)?
            do {
                switch kind {
                case .inProcess:
                    let node = try InProcessNode(cloud: cloud, group: group)
                    let path = node.modulePath
                    try await node.run { try await attach(path, cloud, group, body) }
                case .daemon:
                    let daemon = try DaemonFixture(cloud: cloud)
                    try await daemon.waitUntilReady()
                    try await attach(daemon.modulePath, cloud, group, body)
                    let code = try await daemon.terminate()
                    #expect(code == 0, "\(daemon.log)")
                }
            } catch {
                failure = error
            }
            await cloud.stop()
            try await group.shutdownGracefully()
            if let failure { throw failure }
        }

        private static func attach(
            _ path: String, _ cloud: FakeCloud, _ group: any EventLoopGroup,
            _ body: @Sendable (Node) async throws -> Void
        ) async throws {
            var clients: [ModuleName: BeehiveModuleClient] = [:]
            for name in modules {
                clients[name] = try await BeehiveModuleClient.connect(path: path, name: name, on: group)
            }
            try await cloud.waitForNode()
            var failure: (any Error)?
            do { try await body(Node(cloud: cloud, clients: clients)) } catch { failure = error }
            for client in clients.values { await client.close() }
            if let failure { throw failure }
        }

        func client(_ name: ModuleName) throws -> BeehiveModuleClient { try #require(clients[name]) }

        /// What a module is delivered up to a message; the link's state and the wish to list again do not count.
        func deliveries(
            to name: ModuleName, upTo condition: @Sendable (Message) -> Bool
        ) async throws -> [Message] {
            let client = try client(name)
            async let patience: Void = {
                // Cancelled when the message has come.
                guard (try? await Task.sleep(for: .seconds(10))) != nil else { return }
                await client.close()
            }()
            var seen: [Message] = []
            for await message in client.messages {
                if condition(message) { return seen }
                let operation = message.route.operation
                if operation != .relist && operation != .connect && operation != .publish { seen.append(message) }
            }
            await patience
            throw Silence(
                description: "\(name) waited in vain after \(seen.map(\.route.resource)); the cloud got "
                    + cloud.received.map(\.description).joined(separator: " | "))
        }

        /// Pushes and waits for the ack.
        func push(_ message: Message) async throws {
            cloud.push(message)
            try await cloud.waitForAck(of: message.id)
        }

        /// Cuts the link for good, and waits until the modules know.
        func goOffline() async throws {
            cloud.setRefusing(true)
            await cloud.cut()
            _ = try await deliveries(to: .edged) {
                $0.route.resource == "node/connection" && $0.content.string == "cloud_disconnected"
            }
        }

        /// The stored values of a resource, as edged sees them.
        func stored(_ resource: String) async throws -> [String] {
            let edged = try client(.edged)
            let answer = try await edged.request(edged.message(.query, resource), within: .seconds(10))
            guard answer.route.operation == .response else { return [] }
            guard answer.content.kind == .array else { return [String(decoding: answer.content.json, as: UTF8.self)] }
            return try JSONValue(parsing: answer.content.json).elements.compactMap(\.text)
        }
    }

    enum Objects {
        /// An object with what the rules look at.
        static func json(
            _ kind: String, _ name: String, uid: String = "u1", version: String = "5", more: String = ""
        ) -> Content {
            let text =
                #"{"apiVersion":"v1","kind":"\#(kind)","metadata":{"name":"\#(name)","namespace":"demo","#
                + #""uid":"\#(uid)","resourceVersion":"\#(version)"}\#(more)}"#
            return (try? Content(json: Bytes(text.utf8))) ?? .null
        }

        static func content(_ json: String) -> Content { (try? Content(json: Bytes(json.utf8))) ?? .null }
    }
#endif
