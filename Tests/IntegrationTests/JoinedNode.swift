import Beehive
import EdgeHub
import FakeCloud
import MetaServer
import Testing

/// The program on a whole fake CloudCore: mutual TLS, joined by token.
struct JoinedNode: Sendable {
    static let name = "edge-1"

    let cloud: FakeCloudCore
    let folder: TemporaryFolder
    let daemon: DaemonFixture

    /// The settings of a node that joins a cloud by token.
    static func settings(_ cloud: FakeCloudCore, _ folder: TemporaryFolder, name: String = name) -> [String] {
        [
            "edgehub.controller.protocol=websocket", "edgehub.controller.node-id=\(name)",
            "edgehub.websocket.url=\(cloud.url)", "edgehub.websocket.cafile=\(folder.path)/ca/rootCA.crt",
            "edgehub.websocket.certfile=\(folder.path)/certs/server.crt",
            "edgehub.websocket.keyfile=\(folder.path)/certs/server.key", "edgehub.http.url=\(cloud.httpsURL)",
            "edgehub.http.token-file=\(folder.path)/token", "node.register=true",
            "modules.enabled=[websocket, metaManager, edged]",
        ]
    }

    /// Runs a test on a node that has joined a cloud of its own.
    ///
    /// - Parameters:
    ///   - cloudSettings: how the cloud behaves.
    ///   - settings: `KEY=VALUE` beyond the usual ones.
    ///   - url: where the node finds the websocket; at the cloud's own URL if nil.
    ///   - token: what stands in the token file; the cloud's token if nil.
    ///   - body: the test.
    /// - Throws: what the test throws, and when the node cannot be started.
    static func with(
        _ cloudSettings: FakeCloudCore.Settings = .joinable, settings: [String] = [],
        url: (@Sendable (FakeCloudCore) -> String)? = nil, token: (@Sendable (FakeCloudCore) -> String)? = nil,
        _ body: @Sendable (JoinedNode) async throws -> Void
    ) async throws {
        let cloud = try await FakeCloudCore.start(cloudSettings)
        var failure: (any Error)?
        do {
            let folder = try TemporaryFolder()
            try folder.write((token?(cloud) ?? cloud.token) + "\n", to: "token")
            let place = url.map { ["edgehub.websocket.url=\($0(cloud))"] } ?? []
            let daemon = try DaemonFixture(
                cloud: nil, folder: folder, settings: Self.settings(cloud, folder) + place + settings)
            try await daemon.waitUntilReady()
            try await body(JoinedNode(cloud: cloud, folder: folder, daemon: daemon))
            let code = try await daemon.terminate()
            #expect(code == 0, "\(daemon.log)")
        } catch {
            failure = error
        }
        await cloud.stop()
        if let failure { throw failure }
    }

    /// Waits until an object in the cloud is as wanted.
    func until(
        _ what: String, _ kind: String, _ namespace: String, _ name: String,
        _ condition: (JSONValue) -> Bool
    ) async throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while SystemTime().now().ticks < end {
            if let object = try await cloud.object(kind, namespace, name), condition(object) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw DaemonFixture.Trouble(description: "\(what) never came true; the node's log:\n\(daemon.log)")
    }

    /// Waits until `kubectl get nodes` would say Ready.
    func untilReady() async throws {
        try await until("Ready", "Node", "", Self.name) { $0.hasCondition("Ready", "True") }
    }

    /// `metamanager status -o json`.
    func status() async throws -> JSONValue {
        let run = try await Program.run(["status", "-o", "json", "--socket", folder.path + "/api.sock"])
        return try #require(run.json, "\(run.errors)")
    }
}

extension JoinedNode {
    /// How often connections and tries ended for a cause, by the node's own count.
    func ends(_ cause: LinkFault.Code) throws -> Int {
        try metric("link_ends_total{cause=\"\(cause.rawValue)\"}") ?? 0
    }

    /// How many connections and tries have ended in all.
    func ends() throws -> Int {
        try metrics().filter { $0.hasPrefix("metamanager_link_ends_total") }
            .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
    }

    /// What the status says is wrong.
    func problems() async throws -> [String] {
        let problems = (try await status()["problems"]?.elements ?? []).compactMap(\.text)
        let isOneLine = problems.allSatisfy { !$0.contains("\n") }
        #expect(isOneLine)
        return problems
    }

    /// Waits until the status says what is wrong, in one line.
    func untilProblem(_ text: String) async throws {
        try await until("'\(text)' in the status") {
            try await problems().contains { $0.contains(text) }
        }
    }

    /// A figure of `/metrics`; nil if there is none.
    func metric(_ name: String) throws -> Int? {
        try metrics().first { $0.hasPrefix("metamanager_\(name) ") }?.split(separator: " ").last.flatMap { Int($0) }
    }

    private func metrics() throws -> [Substring] {
        String(decoding: try APIClient(path: daemon.apiPath).get("/metrics").body, as: UTF8.self).split(separator: "\n")
    }

    /// Waits for a condition, a minute at most.
    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = SystemTime().now().advanced(by: .seconds(60)).ticks
        while !(try await condition()) {
            guard SystemTime().now().ticks < end else {
                throw DaemonFixture.Trouble(description: "\(what) never came true; the node's log:\n\(daemon.log)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension FakeCloudCore.Settings {
    /// A cloud of today, with certificates, that does not let tests wait.
    static var joinable: Self {
        var settings = Self()
        settings.transport = .tls
        settings.syncPeriod = .milliseconds(200)
        return settings
    }
}

extension JSONValue {
    func hasCondition(_ type: String, _ status: String) -> Bool {
        self["status"]?["conditions"]?.elements.contains {
            $0["type"]?.text == type && $0["status"]?.text == status
        } == true
    }
}
