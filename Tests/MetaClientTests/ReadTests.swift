import Beehive
import MetaClient
import Testing

/// Reads over the real server and a real store.
@Suite("Reads of the typed client", .timeLimit(.minutes(5)))
struct ReadTests {
    @Test("one object comes with its origin and age, what is absent as nil, what is not served as an error")
    func get() async throws {
        try await ServedStore.with { served in
            try served.put(.configMap, ServedStore.map("a", "1"))
            try await served.serve {
                let found = try #require(try await served.client.configMaps.get("a", in: "site"))
                #expect(found.object.data == ["value": "1"])
                #expect(found.origin == .store && found.age.map { $0 >= .zero } == true)
                #expect(try await served.client.configMaps.get("b", in: "site") == nil)
                let none = APIResource(group: "no.such", plural: "things", kind: "Thing")
                let error = await #expect(throws: MetaClientError.self) {
                    _ = try await served.client.objects(of: none).get("a", in: "site")
                }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test("a list of several pages is whole, and bounded")
    func list() async throws {
        try await ServedStore.with { served in
            for number in 1000..<1700 { try served.put(.configMap, ServedStore.map("m\(number)", "1")) }
            try await served.serve {
                let list = try await served.client.configMaps.list(in: "site")
                #expect(list.objects.map(\.name) == (1000..<1700).map { "m\($0)" })
                #expect(list.objects.allSatisfy { $0.json["kind"]?.text == "ConfigMap" })
                #expect(!list.resourceVersion.isEmpty)
                var options = MetaClient.Options()
                options.maximumObjects = 600
                let narrow = MetaClient(path: served.socket, options: options)
                let error = await #expect(throws: MetaClientError.self) { _ = try await narrow.configMaps.list() }
                #expect(error?.code == .tooLarge)
                let other = await #expect(throws: MetaClientError.self) {
                    for try await _ in narrow.configMaps.watch() {}
                }
                #expect(other?.code == .tooLarge)
            }
        }
    }

    @Test("names that no path can have are refused before anything is sent", arguments: ["", "a/b", "..", "a b", "ä"])
    func names(name: String) async throws {
        let client = MetaClient(path: "/nowhere")
        let error = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get(name, in: "site") }
        #expect(error?.code == .invalid)
    }

    @Test("a namespaced kind wants its namespace")
    func namespace() async throws {
        let client = MetaClient(path: "/nowhere")
        let error = await #expect(throws: MetaClientError.self) { _ = try await client.pods.get("a") }
        #expect(error?.code == .invalid)
        let other = await #expect(throws: MetaClientError.self) { _ = try await client.pods.create(Pod(name: "a")) }
        #expect(other?.code == .invalid)
    }

    @Test("errors and descriptions never show what a secret holds")
    func secrets() async throws {
        let canary = "Y2FuYXJ5LW9mLWEtc2VjcmV0"
        try await ServedStore.with { served in
            try served.put(
                .secret,
                [
                    "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s", "namespace": "site"],
                    "data": ["password": JSONValue(text: canary)],
                ])
            try await served.serve {
                let found = try #require(try await served.client.secrets.get("s", in: "site"))
                #expect(found.object.data["password"] == Array("canary-of-a-secret".utf8))
                var shown = "\(found) \(found.object) \(String(reflecting: found)) "
                dump(found, to: &shown)
                dump(WatchEvent.added(found.object), to: &shown)
                let list = try await served.client.secrets.list()
                dump(list, to: &shown)
                let error = await #expect(throws: MetaClientError.self) {
                    _ = try await served.client.secrets.create(found.object)
                }
                shown += "\(String(describing: error))"
                #expect(!shown.contains(canary) && !shown.contains("canary"))
                #expect(shown.contains("Secret site/s"))
            }
        }
    }
}
