import Beehive
import FakeCloud
import Glibc
import NodePKI
import Testing

/// From a token to a Ready node with running pods, against a whole fake CloudCore.
@Suite("Joining a cloud", .timeLimit(.minutes(5)))
struct JoinTests {
    static let pod: JSONValue = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": "web", "namespace": "demo"],
        "spec": [
            "nodeName": "edge-1",
            "containers": [
                ["name": "web", "image": "web:1", "envFrom": [["configMapRef": ["name": "settings"]]]]
            ],
            "volumes": [["name": "key", "secret": ["secretName": "key"]]],
        ],
    ]

    static let configMap: JSONValue = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings", "namespace": "demo"],
        "data": ["color": "blue"],
    ]

    static let secret: JSONValue = [
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "key", "namespace": "demo"],
        "data": ["key": "Y2FuYXJ5"],
    ]

    @Test("a token is enough: the node is Ready, its pod runs, its configmap and secret are here")
    func join() async throws {
        var settings = FakeCloudCore.Settings.joinable
        settings.objects = [Self.configMap, Self.secret]
        try await JoinedNode.with(settings) { node in
            try await node.untilReady()
            // A cloud tells of a pod when it is bound; one bound before its Node had the edge label never comes.
            try await node.cloud.apply(Self.pod)
            try await node.until("the pod runs", "Pod", "demo", "web") {
                $0["status"]?["phase"]?.text == "Running"
            }
            for (type, name) in [("pod", "web"), ("configmap", "settings"), ("secret", "key")] {
                let got = try await Program.run([
                    "get", type, name, "-n", "demo", "-o", "json", "--socket", node.folder.path + "/api.sock",
                ])
                #expect(got.code == 0 && got.json?["metadata"]?["name"]?.text == name, "\(got.errors)")
            }
            let status = try await node.status()
            #expect(status["ready"] == .bool(true))
            #expect(status["link"]?["state"]?.text == "up" && status["link"]?["phase"]?.text == "alive")
            #expect(status["node"]?["registered"] == .bool(true))
            #expect(status["problems"]?.elements.isEmpty == true, "\(status)")
            for file in ["ca/rootCA.crt", "certs/server.crt", "certs/server.key"] {
                var facts = stat()
                #expect(stat(node.folder.path + "/" + file, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
            }
            let secret = node.cloud.token.split(separator: ".").last.map(String.init) ?? ""
            #expect(!secret.isEmpty && !node.daemon.log.contains(secret))
            #expect(node.cloud.counters.enrollments == 1)
        }
    }

    @Test("a lease is kept, and a restart needs no token and keeps the node's name")
    func restart() async throws {
        try await JoinedNode.with { node in
            try await node.untilReady()
            try await node.until("a lease", "Lease", "kube-node-lease", JoinedNode.name) { _ in true }
            _ = try await node.daemon.terminate()
            try node.folder.write("", to: "token")
            let again = try DaemonFixture(
                cloud: nil, folder: node.folder, settings: JoinedNode.settings(node.cloud, node.folder))
            try await again.waitUntilReady()
            try await node.cloud.waitForNode(JoinedNode.name, connection: 2)
            #expect(node.cloud.counters.enrollments == 1)
            #expect(try await again.terminate() == 0)
        }
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        let name: String
        var settings: [String] = []
        var token: (@Sendable (FakeCloudCore) -> String)?
        let says: String
        var testDescription: String { name }
    }

    static let troubles: [Trouble] = [
        Trouble(name: "a token of three parts", token: { _ in "a.b.c" }, says: "has 3 part"),
        Trouble(
            name: "a CA of another hash",
            token: {
                String(repeating: "0", count: 64) + "."
                    + $0.token.split(separator: ".").dropFirst().joined(separator: ".")
            },
            says: "the cloud's CA is not the one that the join token names; take the token of this cloud"),
        Trouble(name: "an expired token", token: { $0.makeToken(lifetime: .seconds(-60)) }, says: "token"),
        Trouble(name: "no token", token: { _ in "" }, says: "token"),
        Trouble(
            name: "nobody at the port", settings: ["edgehub.http.url=https://127.0.0.1:1"], says: "127.0.0.1:1"),
        Trouble(
            name: "a name that does not resolve", settings: ["edgehub.http.url=https://cloud.invalid:10002"],
            says: "cloud.invalid"),
    ]

    @Test("what keeps a node from joining is said in one line, and tried again", arguments: troubles)
    func trouble(row: Trouble) async throws {
        try await JoinedNode.with(settings: row.settings, token: row.token) { node in
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            var problems: [String] = []
            while SystemTime().now().ticks < end, !problems.contains(where: { $0.contains(row.says) }) {
                let status = try await node.status()
                problems = (status["problems"]?.elements ?? []).compactMap(\.text)
                #expect(status["ready"] == .bool(true), "the link never makes a node unready")
            }
            #expect(problems.contains { $0.contains(row.says) }, "\(problems)")
            #expect(problems.allSatisfy { !$0.contains("\n") })
        }
    }
}
