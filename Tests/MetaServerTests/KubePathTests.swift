import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaServer

/// What a path and its query open, and what they must not.
@Suite("Kubernetes paths and who may use them")
struct KubePathTests {
    /// A Role in one namespace, for everything in it.
    private static let inBlue = AccessRules(grants: [
        AccessRules.Grant(namespace: "blue", rule: PolicyRule(verbs: ["*"], apiGroups: ["*"], resources: ["*"]))
    ])

    private static func with(
        _ access: AccessRules = inBlue,
        _ body: (_ world: WatchedStore, _ ask: (String, String) async throws -> APIResponse) async throws -> Void
    ) async throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try world.store.transaction(writing: true) { view throws(StoreError) in
            for (key, type) in [
                ("blue/secret/mine", "Secret"), ("red/secret/theirs", "Secret"), ("red/secret/more", "Secret"),
                ("null/node/edge", "Node"), ("blue/configmap/only", "ConfigMap"),
                ("blue/configmap/precious", "ConfigMap"),
            ] {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let value = #"{"apiVersion":"v1","kind":"\#(type)","metadata":{"name":"\#(path.id)"}}"#
                let object = NewObject(
                    path: path, value: Bytes(value.utf8), apiVersion: "v1", kind: type, origin: .delivered)
                try view.apply(.put(object, replacing: nil), now: 1)
            }
        }
        let routes = KubeRoutes(context: world.context)
        try await body(world) { method, target in
            var request = APIRequest(method: method, target: try #require(RequestTarget(target)))
            request.access = access
            return await routes.respond(to: request)
        }
    }

    @Test("a continue token of another namespace opens nothing there")
    func foreignToken() async throws {
        try await Self.with { world, ask in
            let foreign = try await ask("GET", "/api/v1/namespaces/red/secrets").status
            #expect(foreign == 403)
            for place in ["red/", "red/more", "zzz/"] {
                let answer = try await ask(
                    "GET", "/api/v1/namespaces/blue/secrets?continue=\(world.store.revision)/\(place)")
                #expect(answer.status == 400, "\(place)")
            }
            let own = try await ask("GET", "/api/v1/namespaces/blue/secrets?continue=\(world.store.revision)/blue/")
            #expect(own.status == 200)
        }
    }

    @Test(
        "a kind without namespaces is not found in one, and one with them not outside",
        arguments: [
            ("GET", "/api/v1/namespaces/blue/nodes"), ("GET", "/api/v1/namespaces/blue/nodes/edge"),
            ("GET", "/api/v1/namespaces/blue/nodes?watch=1"), ("PUT", "/api/v1/namespaces/blue/nodes/edge/status"),
        ])
    func scope(method: String, target: String) async throws {
        try await Self.with { _, ask in
            let status = try await ask(method, target).status
            #expect(status == 404)
        }
        try await Self.with(.everything) { _, ask in
            let outside = try await ask("POST", "/api/v1/configmaps").status
            #expect(outside == 404)
            let inside = try await ask("GET", "/api/v1/nodes/edge").status
            #expect(inside == 200)
        }
    }

    @Test("what stands behind a name is not deleted, and what a kind has not is not found")
    func subresources() async throws {
        try await Self.with(.everything) { _, ask in
            let deletion = try await ask("DELETE", "/api/v1/nodes/edge/status").status
            #expect(deletion == 405)
            let absent = try await ask("GET", "/api/v1/namespaces/blue/configmaps/only/status").status
            #expect(absent == 404)
        }
    }

    @Test("a collection of one name is that one")
    func collection() async throws {
        try await Self.with { world, _ in
            let kind = try #require(
                KindCatalog.builtIn.kind(of: KubeKind.Resource(group: "", version: "v1", plural: "configmaps")))
            var request = ResourceRequest(verb: .deletecollection, resource: kind.resource, namespace: "blue")
            request.options.fields = try FieldSelector(parsing: "metadata.name=only")
            let reader = StoreObjectReader(context: world.context)
            let objects = try await reader.objects(request, kind: kind, limit: 100)
            #expect(objects.map { $0.value["metadata"]?["name"]?.text } == ["only"])
        }
    }
}
