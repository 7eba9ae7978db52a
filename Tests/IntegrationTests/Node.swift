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
    }

    /// A node with its usual modules attached, between a fake cloud and the test.
    struct Node: Sendable {
        struct Silence: Error, CustomStringConvertible {
            let description: String
        }

        static let modules: [ModuleName] = [.edged, .edgeMesh, .twin, .edgeFunction]

        let cloud: FakeCloud
        let group: any EventLoopGroup
        let modulePath: String
        /// The program under test; nil if its parts run in the test's process.
        let daemon: DaemonFixture?
        let clients: [ModuleName: BeehiveModuleClient]

        /// Runs a test on a node of its own.
        ///
        /// - Parameters:
        ///   - kind: the program, or its parts.
        ///   - isUp: false: the cloud is away until it is told to come back.
        ///   - settings: `KEY=VALUE` beyond the usual ones.
        ///   - file: lines of the configuration file beyond the usual ones.
        ///   - release: of edged.
        ///   - disk: what the daemon's files lie on, if not on this machine's own.
        ///   - body: the test.
        /// - Throws: what the test throws, and when the node cannot be started.
        static func with(
            _ kind: NodeKind = .daemon, isUp: Bool = true, settings: [String] = [], file: String = "",
            release: String = "",
            disk: HardDisk? = nil, _ body: @escaping @Sendable (Node) async throws -> Void
        ) async throws {
            let cloud = try await FakeCloud.start(resendInterval: .seconds(60))
            if !isUp { await cloud.goAway() }
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            var failure: (any Error)?
            do {
                switch kind {
                case .inProcess:
                    let node = try InProcessNode(cloud: cloud, group: group)
                    let path = node.modulePath
                    try await node.run { try await attach(path, nil, cloud, group, isUp, release, body) }
                case .daemon:
                    let daemon = try DaemonFixture(
                        cloud: cloud, folder: disk?.folder, settings: settings + (disk?.settings ?? []), file: file,
                        environment: disk?.environment ?? [], launcher: disk?.launcher ?? [])
                    try await daemon.waitUntilReady()
                    do {
                        try await attach(daemon.modulePath, daemon, cloud, group, isUp, release, body)
                    } catch {
                        Issue.record("the daemon's log ends with: \(daemon.log.suffix(3000))")
                        throw error
                    }
                    let code = try await daemon.terminate()
                    #expect(code == disk?.endCode ?? 0, "\(daemon.log)")
                }
            } catch {
                failure = error
            }
            await cloud.stop()
            try await group.shutdownGracefully()
            if let failure { throw failure }
        }

        private static func attach(
            _ path: String, _ daemon: DaemonFixture?, _ cloud: FakeCloud, _ group: any EventLoopGroup, _ isUp: Bool,
            _ release: String, _ body: @Sendable (Node) async throws -> Void
        ) async throws {
            var clients: [ModuleName: BeehiveModuleClient] = [:]
            for name in modules {
                clients[name] = try await BeehiveModuleClient.patient(
                    path: path, name: name, release: name == .edged ? release : "", on: group, options: patient)
            }
            let node = Node(cloud: cloud, group: group, modulePath: path, daemon: daemon, clients: clients)
            var failure: (any Error)?
            do {
                node.answer(.query, probe, Objects.statusError("NotFound"))
                if isUp { try await node.waitUntilUp() }
                try await body(node)
            } catch { failure = error }
            for client in clients.values { await client.close() }
            if let failure { throw failure }
        }

        /// A slow machine may take its time to attach a module.
        private static var patient: BeehiveModuleClient.Options {
            var options = BeehiveModuleClient.Options()
            options.attachTimeout = .seconds(60)
            return options
        }

        func client(_ name: ModuleName) throws -> BeehiveModuleClient { try #require(clients[name]) }

        /// What a module is delivered up to a message; the link's state and the wish to list again do not count.
        func deliveries(
            to name: ModuleName, upTo condition: @Sendable (Message) -> Bool
        ) async throws -> [Message] {
            let client = try client(name)
            async let patience: Void = {
                // Cancelled when the message has come.
                guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
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
            await cloud.goAway()
            _ = try await deliveries(to: .edged) {
                $0.route.resource == "node/connection" && $0.content.string == "cloud_disconnected"
            }
        }

        /// Lets the cloud listen again, and waits until the node has connected.
        func goOnline() async throws {
            let next = cloud.connections + 1
            try await cloud.comeBack()
            try await cloud.waitForNode(connection: next)
            try await waitUntilUp()
        }

        /// Waits until the loop takes the link as up: it asks the cloud.
        private func waitUntilUp() async throws {
            try await until("the link being up") {
                try await ask(.edged, .query, Self.probe).route.operation == .error
            }
        }

        private static let probe = "demo/volumeattachment/probe"

        /// The stored values of a resource, as edged sees them.
        func stored(_ resource: String) async throws -> [String] {
            let edged = try client(.edged)
            let answer = try await edged.request(edged.message(.query, resource), within: .seconds(60))
            guard answer.route.operation == .response else { return [] }
            guard answer.content.kind == .array else { return [String(decoding: answer.content.json, as: UTF8.self)] }
            return try JSONValue(parsing: answer.content.json).elements.compactMap(\.text)
        }
    }

    extension Node {
        /// Asks as a module, and gives the one answer.
        func ask(
            _ name: ModuleName = .edged, _ operation: Operation, _ resource: String, _ content: Content = .null,
            group: ModuleGroup = .meta, to destination: String = ""
        ) async throws -> Message {
            let client = try client(name)
            let message = client.message(operation, resource, group: group, destination: destination, content: content)
            return try await client.request(message, within: .seconds(60))
        }

        /// The messages that the cloud got about a resource, in order.
        func sent(_ operation: Operation, _ resource: String) -> [Message] {
            cloud.messages.filter { $0.route.operation == operation && $0.route.resource == resource }
        }

        /// Lets the cloud answer each such request.
        func answer(_ operation: Operation, _ resource: String, _ content: Content) {
            cloud.answer { [weak cloud] message in
                guard let cloud, message.route.operation == operation, message.route.resource == resource else {
                    return []
                }
                return [cloud.response(to: message, content: content)]
            }
        }

        /// Sends a fact, and waits until the cloud has it: what went up before it has arrived, and what was going to
        /// go up before it never will.
        func flush(_ mark: String = "mark") async throws {
            let answer = try await ask(.edgeFunction, .actionResult, "demo/function/\(mark)", Objects.content("{}"))
            #expect(answer.content.isOK)
            _ = try await cloud.waitForMessage(.actionResult, "demo/function/\(mark)")
        }

        /// Waits for a condition, a minute at most.
        func until(_ what: String, _ condition: () async throws -> Bool) async throws {
            let end = SystemTime().now().ticks + 60_000_000_000
            while !(try await condition()) {
                guard SystemTime().now().ticks < end else { throw Silence(description: "\(what) never came true") }
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        /// Another module, attached for the length of a body.
        func with(
            _ name: ModuleName, release: String = "", _ body: (BeehiveModuleClient) async throws -> Void
        ) async throws {
            let client = try await BeehiveModuleClient.patient(
                path: modulePath, name: name, release: release, on: group, options: Self.patient)
            var failure: (any Error)?
            do { try await body(client) } catch { failure = error }
            await client.close()
            if let failure { throw failure }
        }
    }

    enum Objects {
        /// An ObjectResp without an error.
        static func response(_ object: Content) -> Content {
            content(#"{"Object":\#(String(decoding: object.json, as: UTF8.self)),"Err":null}"#)
        }

        /// An ObjectResp with an error.
        static func refusal(_ reason: String) -> Content {
            content(
                #"{"Object":null,"Err":{"ErrStatus":{"metadata":{},"status":"Failure","message":"no","#
                    + #""reason":"\#(reason)","code":409}}}"#)
        }

        /// A status error.
        static func statusError(_ reason: String) -> Content {
            content(
                #"{"ErrStatus":{"metadata":{},"status":"Failure","message":"nothing","reason":"\#(reason)","code":404}}"#
            )
        }

        /// A patch as it travels: JSON in a text.
        static func patch(_ json: String) -> Content { Content(text: json) }

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
