import Beehive
import FakeCloud
import MetaStore
import Testing

/// Each recorded scenario (`Tests/Fixtures/wire`) as a conversation: the cloud's frames as they were recorded, the edge's
/// requests from a module on the socket, and between them the real program.
@Suite("Recorded conversations", .timeLimit(.minutes(10)))
struct ConversationTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        let name: String
        /// What edged, edgemesh and twin are delivered.
        var edged: [String] = []
        var mesh: [String] = []
        var twin: [String] = []
        /// What is stored at the end, with its version.
        var rows: [String] = []
        var testDescription: String { name }
    }

    static let scenarios: [Scenario] = [
        Scenario(name: "02-node-register", rows: ["null/node/edge-node-1@264"]),
        Scenario(name: "03-node-lease", rows: ["kube-node-lease/lease/edge-node-1@268"]),
        Scenario(
            name: "04-pod-create", edged: ["insert demo/pod/web"],
            rows: [
                "demo/configmap/settings@271", "demo/pod/web@275", "demo/secret/login@272",
                "demo/serviceaccountaccess/default@281",
            ]),
        Scenario(
            name: "05-updates",
            edged: ["update demo/configmap/settings", "update demo/secret/login"]
                + Array(repeating: "update demo/pod/web", count: 2)
                + Array(repeating: "update demo/configmap/settings", count: 4),
            rows: [
                "demo/configmap/settings@308", "demo/pod/web@297", "demo/secret/login@293", "null/node/edge-node-1@300",
            ]),
        Scenario(
            name: "06-pod-status", edged: ["update demo/pod/web", "delete demo/pod/absent"],
            rows: ["demo/pod/web@311", "demo/podstatus", "demo/podstatus/web"]),
        Scenario(name: "07-events"),
        Scenario(
            name: "08-queries", edged: ["delete default/persistentvolume/vol1"],
            rows: [
                #""default"/"demo"/[]string(nil)/3607/v1.BoundObjectReference{Kind:"", APIVersion:"", Name:"", UID:""}"#,
                "demo/configmap/settings@308", "demo/persistentvolumeclaim/claim1@318", "demo/secret/login@293",
                "k8s/ca.crt", "null/node/edge-node-1@300",
            ]),
        Scenario(
            name: "09-pod-delete",
            edged: Array(repeating: "update demo/pod/web", count: 3)
                + [
                    "delete demo/pod/web", "insert demo/pod/forced", "update demo/pod/forced", "delete demo/pod/forced",
                ]),
        Scenario(
            name: "10-config-delete",
            edged: ["insert demo/pod/web2", "delete demo/configmap/settings", "delete demo/secret/login"],
            rows: ["demo/pod/web2@355", "demo/serviceaccountaccess/default@361"]),
        // Each arrival is acked, the second and later ones are not delivered.
        Scenario(
            name: "11-no-ack-retry", edged: ["insert demo/pod/silent", "update demo/configmap/settings"],
            rows: ["demo/configmap/settings@376", "demo/pod/silent@373"]),
        Scenario(
            name: "12-reconnect-resync",
            edged: ["delete demo/pod/web2", "update demo/pod/silent", "update demo/configmap/settings"],
            rows: ["demo/configmap/settings@385", "demo/pod/silent@373"]),
        Scenario(name: "13-error-feedback", edged: ["update demo/pod/silent"], rows: ["demo/pod/silent@396"]),
        Scenario(
            name: "17-metaserver-application",
            mesh: [
                "insert demo/service/web", "update demo/service/web", "insert demo/service/web3",
                "delete demo/service/web3",
            ], rows: ["demo/service/web@414"]),
        Scenario(
            name: "18-serviceaccountaccess", edged: ["insert demo/pod/policy"],
            rows: ["demo/pod/policy@429", "demo/serviceaccountaccess/app@435"]),
        Scenario(
            name: "19-devices",
            twin: [
                "update membership", "insert demo/devicemodel/thermo-model", "insert demo/device/thermo",
                "update demo/device/thermo", "update membership", "delete demo/devicemodel/thermo-model",
                "delete demo/device/thermo",
            ]),
        Scenario(
            name: "20-other-upstream", edged: ["insert demo/pod/static-web"],
            rows: [
                "default/certificatesigningrequest/csr-edge-test@455", "default/nodestatus/edge-node-1",
                "demo/pod/static-web@456", "demo/unknown/x", "null/node/edge-node-1@461",
            ]),
        Scenario(
            name: "22-head-of-line", edged: ["insert demo/pod/block", "update demo/pod/block"],
            rows: ["demo/configmap/other@464", "demo/pod/block@469", "null/node/edge-node-1@461"]),
        Scenario(
            name: "23-cloud-restart",
            edged: [
                "update demo/pod/silent", "update demo/pod/static-web", "update demo/configmap/settings",
                "update demo/pod/block", "update demo/pod/policy",
            ],
            rows: [
                "demo/configmap/settings@385", "demo/pod/block@469", "demo/pod/policy@429", "demo/pod/silent@401",
                "demo/pod/static-web@456",
            ]),
        Scenario(
            name: "24-large-messages",
            rows: ["demo/configmap/large-20000@547", "demo/configmap/large-3000@540", "demo/configmap/large-6000@543"]),
    ]

    @Test("acks, answers, deliveries and rows are as they should be", arguments: scenarios)
    func conversation(scenario: Scenario) async throws {
        let recording = try ConversationRecording(scenario.name)
        let path = Lock<TemporaryFolder?>(nil)
        try await ConversationNode.with(isSilent: true) { node in
            path.withLock { $0 = node.folder }
            var play = ConversationPlay(recording, on: node)
            try await play.run()
            for (module, wanted) in [
                (ModuleName.edged, scenario.edged), (.edgeMesh, scenario.mesh), (.twin, scenario.twin),
            ] {
                let seen = node.deliveries(to: module).map(\.short).filter { !$0.contains(" mark/") }
                #expect(seen == wanted, "\(module) \(scenario.name)")
            }
        }
        let folder = try #require(path.withLock { $0 })
        let rows = try Self.rows(folder)
        #expect(rows == scenario.rows, "rows of \(scenario.name)")
    }

    /// What is in the database, once the daemon has left it.
    static func rows(_ folder: TemporaryFolder) throws -> [String] {
        let sealing = Sealing(types: [], key: .file(folder.path + "/key"))
        let reader = try StoreReader(path: folder.path + "/edgecore.db", sealing: sealing)
        let types = try reader.types().map(\.type)
        return try reader.read { (store) throws(StoreError) in
            var rows: [String] = []
            for type in types where type != "mark" && type != "function" {
                for object in try store.objects(ofType: type) where !object.key.hasPrefix("mark/") {
                    rows.append(object.key + (object.head.version.isEmpty ? "" : "@\(object.head.version)"))
                }
            }
            return rows.sorted()
        }
    }
}
