import Beehive
import EdgeHub
import FakeCloud
import Glibc
import NodePKI
import Testing

/// Each way in which a link can fail: one line for people, tries that are spread, and nothing lost.
@Suite("Trouble with the link", .timeLimit(.minutes(5)))
struct LinkTroubleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let cause: LinkFault.Code
        let says: String
        /// How the cloud is from the start.
        var cloud: @Sendable (inout FakeCloudCore.Settings) throws -> Void = { _ in }
        /// Where the node looks for it, given an address where somebody listens and never speaks.
        var url: (@Sendable (FakeCloudCore, Int) -> String)?
        /// What is done to a link that was up.
        var fault: (@Sendable (FakeCloudCore) async throws -> Void)?
        /// What ends it.
        var cure: (@Sendable (FakeCloudCore) async throws -> Void)?
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "nobody listens", cause: .unreachable, says: "nobody answers at wss://127.0.0.1:1",
            url: { _, _ in "wss://127.0.0.1:1" }),
        Row(
            name: "the name does not resolve", cause: .name, says: "cloud.invalid",
            url: { _, _ in "wss://cloud.invalid" }),
        Row(
            name: "a server that never speaks", cause: .handshakeTimeout, says: "handshake-timeout",
            url: { _, silent in "wss://127.0.0.1:\(silent)" }),
        Row(
            name: "the node's certificate is refused", cause: .rejectedCertificate,
            says: "does not take this node's certificate",
            cloud: { $0.clientTrust = try CertificateAuthority.young().pem }),
        Row(
            name: "the upgrade is refused", cause: .upgradeRefused, says: "with status 404",
            fault: {
                try await $0.refuseUpgrades(404)
                try await $0.cut()
            }, cure: { try await $0.refuseUpgrades(nil) }),
        Row(
            name: "the cloud is away", cause: .unreachable, says: "nobody answers", fault: { try await $0.goAway() },
            cure: { try await $0.comeBack() }),
        Row(
            name: "the cloud hangs", cause: .silent, says: "two pings", fault: { try await $0.freeze() },
            cure: { try await $0.unfreeze() }),
    ]

    /// A socket of loopback that lets everybody in and never speaks.
    private static func silentServer() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        guard descriptor >= 0, bound else { throw DaemonFixture.Trouble(description: "cannot listen") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test(
        "one line in the status and in the log, tries that are spread, and all is well when it is over", arguments: rows
    )
    func trouble(row: Row) async throws {
        let silent = try Self.silentServer()
        defer { close(silent.descriptor) }
        var settings = FakeCloudCore.Settings.joinable
        settings.keepaliveLimit = .seconds(3600)
        try row.cloud(&settings)
        let short = [
            "edgehub.websocket.handshake-timeout=1", "edgehub.controller.heartbeat=1", "log.level=info",
            "edgehub.reconnect.min=1", "edgehub.reconnect.max=1",
        ]
        let url = row.url.map { url in { @Sendable (cloud: FakeCloudCore) in url(cloud, silent.port) } }
        try await JoinedNode.with(settings, settings: short, url: url) { node in
            // The local API comes a little after the modules' socket.
            try await node.until("the local API") { (try? node.ends()) != nil }
            if let fault = row.fault {
                try await node.untilReady()
                try await fault(node.cloud)
            }
            let start = SystemTime().now().ticks
            let before = try node.ends()
            try await node.untilProblem(row.says)
            if row.cause != .silent { try await node.until("three tries") { try node.ends(row.cause) >= 3 } }
            let tries = try node.ends() - before
            let seconds = Double(SystemTime().now().ticks - start) / 1e9
            #expect(Double(tries) < 10 + 20 * seconds, "\(tries) tries in \(seconds) s")
            let lines = node.daemon.log.split(separator: "\n").filter {
                $0.contains("link is down") && $0.contains("link.cause=\(row.cause.rawValue) ")
            }
            // A machine under load may be silent for a second before that by itself; each time the link comes up between.
            let ups = node.daemon.log.split(separator: "\n").count { $0.contains("link is up") }
            #expect(!lines.isEmpty && lines.count <= (row.cause == .silent ? max(1, ups) : 1), "\(lines)")
            guard let cure = row.cure else { return }
            try await cure(node.cloud)
            try await node.until("a link that is up") { try await node.status()["link"]?["phase"]?.text == "alive" }
            let push = try await node.cloud.message(
                .update, "demo/configmap/after", content: Content(["a": 1]), version: "3")
            try await node.cloud.push(push, to: JoinedNode.name)
            try await node.cloud.waitForAck(of: push.id)
            #expect(try await node.status()["problems"]?.elements.isEmpty == true)
        }
    }

    @Test(
        "a server of another CA, or with a certificate for another address, is not trusted and told nothing",
        arguments: [
            (false, "is not signed by the CA in edgehub.websocket.cafile"), (true, "add 127.0.0.1 to CloudCore's"),
        ])
    func stranger(isOfSameCA: Bool, says: String) async throws {
        var settings = FakeCloudCore.Settings.joinable
        settings.authority = try CertificateAuthority.young()
        var strange = settings
        strange.authority = isOfSameCA ? settings.authority : nil
        strange.addresses = isOfSameCA ? ["192.0.2.9"] : ["127.0.0.1"]
        strange.hostNames = ["elsewhere.example"]
        let other = try await FakeCloudCore.start(strange)
        let place: @Sendable (FakeCloudCore) -> String = { _ in other.url }
        try await JoinedNode.with(settings, settings: ["edgehub.reconnect.max=1"], url: place) { node in
            try await node.until("the local API") { (try? node.ends()) != nil }
            try await node.untilProblem(says)
            #expect(try node.ends(.untrustedServer) > 0)
        }
        #expect(other.counters.sessions == 0 && other.counters.enrollments == 0)
        await other.stop()
    }

    @Test("a frame that is none, and a cut in the middle of one, end the connection; the next one brings all")
    func brokenFrames() async throws {
        try await JoinedNode.with { node in
            try await node.untilReady()
            try await node.cloud.sendFrame([1], opcode: 3, to: JoinedNode.name)
            try await node.cloud.waitForNode(JoinedNode.name, connection: 2)
            try await node.until("its count") { try node.ends(.notWebSocket) == 1 }
            try await node.cloud.cut(afterBytes: 700, to: JoinedNode.name)
            let text = JSONValue(text: String(repeating: "x", count: 3000))
            try await node.cloud.apply(JoinTests.pod)
            var map = JoinTests.configMap
            map["data"] = ["long": text]
            try await node.cloud.apply(map)
            try await node.cloud.apply(JoinTests.secret)
            try await node.cloud.waitForNode(JoinedNode.name, connection: 3)
            try await node.until("the pod runs", "Pod", "demo", "web") { $0["status"]?["phase"]?.text == "Running" }
            let got = try await Program.run([
                "get", "configmap", "settings", "-n", "demo", "--socket", node.daemon.apiPath,
            ])
            #expect(got.code == 0, "\(got.errors)")
        }
    }

    @Test("two nodes of one name give way to each other, and say what is wrong")
    func twins() async throws {
        try await JoinedNode.with { node in
            try await node.untilReady()
            let folder = try TemporaryFolder()
            try folder.write(node.cloud.token + "\n", to: "token")
            let twin = try DaemonFixture(cloud: nil, folder: folder, settings: JoinedNode.settings(node.cloud, folder))
            try await twin.waitUntilReady()
            let other = JoinedNode(cloud: node.cloud, folder: folder, daemon: twin)
            try await node.until("a suspicion") {
                let problems = try await node.problems() + other.problems()
                return problems.contains { $0.contains("edgehub.controller.node-id") }
            }
            // Without giving way each comes back within a tenth of a second, and ends the other's connection.
            #expect(node.cloud.counters.sessions < 40)
            let before = node.cloud.counters.sessions
            try await Task.sleep(for: .seconds(4))
            #expect(node.cloud.counters.sessions - before < 15)
            #expect(try await twin.terminate() == 0)
        }
    }
}

extension CertificateAuthority {
    /// An authority that nobody knows.
    static func young() throws -> CertificateAuthority {
        let now = SystemTime().now().wall
        return try CertificateAuthority(
            validity: CertificateValidity(notBefore: now - 3_600_000, notAfter: now + 86_400_000))
    }
}
