#if DEBUG
    import Beehive
    import Crypto
    import FakeCloud
    import Glibc
    import MetaServer
    import Testing

    /// A node whose configuration file the test rewrites while the daemon runs.
    struct LiveNode: Sendable {
        let node: Node
        let daemon: DaemonFixture
        private let base: [String: String]
        /// Whose tokens the API takes; nil: it takes none of a cluster.
        let caller: ServiceAccountCaller?

        init(_ node: Node, _ caller: ServiceAccountCaller? = nil) throws {
            self.node = node
            self.caller = caller
            daemon = try #require(node.daemon)
            let folder = daemon.folder.path
            base = [
                "meta.database.path": folder + "/edgecore.db", "edgehub.controller.protocol": "websocket",
                "edgehub.controller.node-id": "node-1", "edgehub.websocket.url": node.cloud.url,
                "edgehub.reconnect.min": "0.05", "edgehub.reconnect.max": "0.1",
                "modules.socket.path": daemon.modulePath, "metaserver.server": "\"\"",
                "metaserver.socket": daemon.apiPath, "log.level": "debug",
            ]
        }

        /// Runs a test on a node of its own.
        static func with(
            isServiceAccount: Bool = false, disk: HardDisk? = nil,
            _ body: @escaping @Sendable (LiveNode) async throws -> Void
        ) async throws {
            guard isServiceAccount else { return try await Node.with(disk: disk) { try await body(try LiveNode($0)) } }
            let caller = ServiceAccountCaller(port: try ServiceAccountCaller.freePort())
            let keys = try TemporaryFolder()
            try keys.write(P256.Signing.PrivateKey().publicKey.pemRepresentation, to: "first.pub")
            try await Node.with(
                settings: ["metaserver.server=127.0.0.1:\(caller.port)", "metaserver.auth.mode=serviceaccount"],
                file: "metaserver.auth.service-account.key-files: [\(keys.path)/first.pub]\n"
            ) { node in
                let live = try LiveNode(node, caller)
                try live.daemon.folder.write(caller.key.publicKey.pemRepresentation, to: "cluster.pub")
                try live.daemon.folder.write(keys.read("first.pub"), to: "other.pub")
                try await body(live)
            }
        }

        /// The file with some keys beside what the daemon needs; an `@` stands for the daemon's folder.
        func file(_ keys: [String: String]) -> String {
            let keys = keys.mapValues { $0.replacing("@", with: daemon.folder.path) }
            return base.merging(keys) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        }

        /// Puts a new file in the place of the old one, as editors do.
        func replace(_ text: String) throws {
            try daemon.folder.write(text, to: "edge.yaml.new")
            try #require(rename(daemon.folder.path + "/edge.yaml.new", daemon.folder.path + "/edge.yaml") == 0)
        }

        /// Sets keys by a new file, and waits until the daemon has taken it over.
        func set(_ keys: [String: String]) async throws {
            let before = try readings()
            try replace(file(keys))
            try await node.until("\(keys) being read") { try readings() > before }
            #expect(try problems().isEmpty)
        }

        /// What `status` tells.
        func status() throws -> JSONValue {
            let answer = try APIClient(path: daemon.apiPath).get("/metamanager/v1/status")
            return try #require(answer.json)
        }

        /// What `status` tells of the configuration.
        func reading() throws -> JSONValue { try #require(try status()["configuration"]) }

        /// How often the configuration was read, or with which outcome.
        func readings(_ name: String = "readings") throws -> Int { try #require(try reading()[name]?.integer) }

        /// What is wrong with the configuration.
        func problems() throws -> [String] {
            (try status()["problems"]?.elements ?? []).compactMap(\.text).filter { $0.hasPrefix("configuration: ") }
        }

        /// The value in force.
        func running(_ key: String) throws -> String? {
            let answer = try APIClient(path: daemon.apiPath).get("/metamanager/v1/configuration")
            return answer.json?["keys"]?.elements.first { $0["key"]?.text == key }?["value"]?.text
        }

        /// A figure of `/metrics`.
        func metric(_ name: String) throws -> Int? {
            let text = String(decoding: try APIClient(path: daemon.apiPath).get("/metrics").body, as: UTF8.self)
            return text.split(separator: "\n").first { $0.hasPrefix("metamanager_\(name) ") }?
                .split(separator: " ").last.flatMap { Int($0) }
        }

        /// How many messages wait for a module; nil when nobody knows it.
        func mailbox(_ name: ModuleName) throws -> Int? {
            try status()["modules"]?.elements.first { $0["name"]?.text == name.rawValue }?["mailbox"]?.integer
        }

        /// Has a fact sent to the cloud.
        func fact(_ name: String) async throws {
            let answer = try await node.ask(
                .edgeFunction, .actionResult, "demo/function/\(name)", Objects.content("{}"))
            #expect(answer.content.isOK)
        }

        /// The facts that the cloud has got, each as often as it came.
        var facts: [String] {
            node.cloud.messages.filter { $0.route.operation == .actionResult }.map(\.route.resource)
        }
    }
#endif
