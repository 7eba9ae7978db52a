import Beehive
import FakeCloud
import KubeAPI
import Testing

/// The cloud's dynamic controller: applications of the node's local API.
@Suite(.timeLimit(.minutes(3)))
struct DynamicControllerTests {
    static let configMaps = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
    static let services = KubeKind.Resource(group: "", version: "v1", plural: "services")

    static func service(_ name: String, app: String = "web") -> JSONValue {
        [
            "kind": "Service", "apiVersion": "v1",
            "metadata": [
                "name": JSONValue(text: name), "namespace": "demo", "labels": ["app": JSONValue(text: app)],
            ], "spec": ["clusterIP": "10.96.0.1"],
        ]
    }

    static func withController(
        _ change: (inout FakeCloudCore.Settings) -> Void = { _ in },
        _ body: (FakeCloudCore, EdgeClient) async throws -> Void
    ) async throws {
        try await withCloud {
            $0.hasDynamicController = true
            change(&$0)
        } _: { cloud in
            let edge = try await EdgeClient.connect(cloud)
            try await body(cloud, edge)
            await edge.close()
        }
    }

    @Test("get, list with selectors and pages, and a refusal in the API server's words")
    func reads() async throws {
        try await Self.withController {
            $0.objects = [
                configMap("settings", "1"), Self.service("a"), Self.service("b", app: "db"), Self.service("c"),
            ]
        } _: { _, edge in
            let got = try await edge.perform(.get(Self.configMaps, namespace: "demo", name: "settings"))
            #expect(got.status == .approved && got.json?["data"]?["text"]?.text == "1")
            let absent = try await edge.perform(.get(Self.configMaps, namespace: "demo", name: "absent"))
            #expect(absent.status == .rejected && absent.failure?.code == 404)
            #expect(absent.failure?.message == "configmaps \"absent\" not found")
            func names(_ options: JSONValue) async throws -> [String] {
                let list = try await edge.perform(.list(Self.services, namespace: "demo", options: options))
                #expect(list.json?["kind"]?.text == "ServiceList")
                return (list.json?["items"]?.elements ?? []).compactMap { $0["metadata"]?["name"]?.text }
            }
            #expect(try await names([:]) == ["a", "b", "c"])
            #expect(try await names(["labelSelector": "app in (web), app!=db"]) == ["a", "c"])
            #expect(try await names(["labelSelector": "app notin (web,x)"]) == ["b"])
            #expect(try await names(["fieldSelector": "metadata.name=b"]) == ["b"])
            #expect(try await names(["limit": 2]) == ["a", "b"])
            #expect(try await names(["limit": 2, "continue": "2"]) == ["c"])
        }
    }

    @Test("writes: versions and uids are preconditions, a dry run changes nothing")
    func writes() async throws {
        try await Self.withController { cloud, edge in
            func text() async throws -> String? {
                try await cloud.object("ConfigMap", "demo", "settings")?["data"]?["text"]?.text
            }
            let create = Application.create(Self.configMaps, namespace: "demo", body: configMap("settings", "1").json)
            var dry = create
            dry.options = Bytes(#"{"dryRun":["All"]}"#.utf8)
            #expect(try await edge.perform(dry).json?["data"]?["text"]?.text == "1")
            #expect(try await text() == nil)
            let made = try await edge.perform(create)
            #expect(made.status == .approved && made.json?["metadata"]?["uid"]?.text?.isEmpty == false)
            #expect(try await edge.perform(create).failure?.reason == "AlreadyExists")
            var object = try #require(made.json)
            object["data"] = ["text": "2"]
            let update = Application.update(
                Self.configMaps, namespace: "demo", name: "settings", body: object.json)
            #expect(try await edge.perform(update).status == .approved)
            #expect(try await edge.perform(update).failure?.reason == "Conflict")
            var named = object
            named["metadata"] = ["name": "other"]
            let misnamed = Application.update(
                Self.configMaps, namespace: "demo", name: "settings", body: named.json)
            #expect(
                try await edge.perform(misnamed).failure?.message
                    == "the name of the object (other) does not match the name on the URL (settings)")
            named["metadata"] = ["name": "settings", "namespace": "other"]
            let misplaced = Application.update(
                Self.configMaps, namespace: "demo", name: "settings", body: named.json)
            #expect(try await edge.perform(misplaced).failure?.code == 400)
            #expect(try await text() == "2")
            func patch(_ type: String, _ data: String) -> Application {
                .patch(
                    Self.configMaps, namespace: "demo", name: "settings", patchType: "application/\(type)",
                    data: Bytes(data.utf8))
            }
            _ = try await edge.perform(patch("merge-patch+json", #"{"data":{"text":"3"}}"#))
            #expect(try await text() == "3")
            _ = try await edge.perform(
                patch("json-patch+json", #"[{"op":"replace","path":"/data/text","value":"4"}]"#))
            #expect(try await text() == "4")
            let old = try await edge.perform(patch("merge-patch+json", #"{"metadata":{"resourceVersion":"1"}}"#))
            #expect(old.failure?.code == 409)
            let delete = Application.delete(Self.configMaps, namespace: "demo", name: "settings")
            var other = delete
            other.options = Bytes(#"{"preconditions":{"uid":"other"}}"#.utf8)
            #expect(try await edge.perform(other).failure?.code == 409)
            #expect(try await edge.perform(delete).status == .approved)
            #expect(try await edge.perform(delete).failure?.code == 404)
        }
    }

    @Test("a watch pushes what is there and what changes; a sync adds, removes, and tells what failed")
    func watches() async throws {
        try await Self.withController {
            $0.objects = [Self.service("a")]
        } _: { cloud, edge in
            let watch = Application.watch(Self.services, namespace: "demo")
            let answer = try await edge.perform(watch)
            #expect(answer.status == .approved && answer.body == nil)
            let first = try await edge.push(.insert, "demo/service/a")
            #expect(first.route.source == .dynamicController && !first.header.resourceVersion.isEmpty)
            try await cloud.apply(Self.service("a", app: "new"))
            _ = try await edge.push(.update, "demo/service/a")
            try await cloud.apply(Self.service("b"))
            _ = try await edge.push(.insert, "demo/service/b")
            try await cloud.remove("Service", "demo", "b")
            _ = try await edge.push(.delete, "demo/service/b")
            #expect(try await cloud.watches(of: "edge-1") == ["/core/v1/services/demo/null"])
            try await cloud.forbid(["secrets"])
            let secrets = Application.watch(
                KubeKind.Resource(group: "", version: "v1", plural: "secrets"), namespace: nil)
            let maps = Application.watch(Self.configMaps, namespace: nil)
            let failed = try await edge.sync([secrets, maps])
            #expect(failed.members.map(\.key) == [secrets.id(node: "edge-1")])
            #expect(ApplicationAnswer(content: failed.members[0].value)?.failure?.code == 403)
            #expect(try await cloud.watches(of: "edge-1") == ["/core/v1/configmaps/null/null"])
            try await cloud.apply(configMap("x", "1"))
            _ = try await edge.push(.insert, "demo/configmap/x")
        }
    }

    @Test("discovery paths")
    func discovery() async throws {
        try await Self.withController { _, edge in
            #expect(try await edge.perform(.discovery("/version")).json?["gitVersion"]?.text == "v1.32.0")
            let groups = try await edge.perform(.discovery("/apis")).json?["groups"]?.elements ?? []
            #expect(groups.contains { $0["name"]?.text == "coordination.k8s.io" })
            let core = try await edge.perform(.discovery("/api/v1")).json?["resources"]?.elements ?? []
            #expect(core.contains { $0["name"]?.text == "configmaps" && $0["kind"]?.text == "ConfigMap" })
            #expect(try await edge.perform(.discovery("/apis/none/v1")).failure?.code == 404)
        }
    }

    @Test("switched off, it is silent")
    func off() async throws {
        try await withCloud { cloud in
            let edge = try await EdgeClient.connect(cloud)
            let id = edge.apply(.discovery("/version"))
            try await edge.settle()
            #expect(!edge.messages.contains { $0.header.parentID == id })
            try await cloud.setDynamicController(true)
            #expect(try await edge.perform(.discovery("/version")).status == .approved)
            await edge.close()
        }
    }
}

extension EdgeClient {
    @discardableResult
    func apply(_ application: Application) -> String {
        send(
            .null, "null", Content(application.content(node: "edge-1")), source: .metaServer, group: .dynamicController)
    }

    func perform(_ application: Application) async throws -> ApplicationAnswer {
        let message = try await applied(to: apply(application))
        #expect(message.route.resource == "ignore/Application/ignore")
        return try #require(ApplicationAnswer(content: message.tree))
    }

    func sync(_ watches: [Application]) async throws -> JSONValue {
        let map = JSONValue.object(watches.map { JSONMember($0.id(node: "edge-1"), $0.content(node: "edge-1")) })
        let id = send(.null, "watchapp/sync", Content(map), source: .metaServer, group: .dynamicController)
        return try await applied(to: id).tree
    }

    private func applied(to id: String) async throws -> Message {
        try await eventually("the answer to \(id)") {
            messages.first { $0.route.operation == .applicationResponse && $0.header.parentID == id }
        }
    }
}

extension ApplicationAnswer {
    var json: JSONValue? { body.flatMap { try? JSONValue(parsing: $0) } }
}
