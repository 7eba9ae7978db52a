import Beehive
import FakeCloud
import KubeAPI
import Testing

/// What stands behind names at the cloud's dynamic controller, as an API server has it.
@Suite(.timeLimit(.minutes(3)))
struct SubresourceTests {
    private static let deployments = KubeKind.Resource(group: "apps", version: "v1", plural: "deployments")
    private static let accounts = KubeKind.Resource(group: "", version: "v1", plural: "serviceaccounts")
    private static let pods = KubeKind.Resource(group: "", version: "v1", plural: "pods")

    @Test("a scale is patched as a Scale, and the object has it")
    func scale() async throws {
        let web: JSONValue = [
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "web", "namespace": "demo"],
            "spec": ["replicas": 3, "paused": true],
        ]
        try await DynamicControllerTests.withController {
            $0.objects = [web]
        } _: { cloud, edge in
            func patch(_ text: String, dry: Bool = false) -> Application {
                .patch(
                    Self.deployments, namespace: "demo", name: "web", patchType: "application/merge-patch+json",
                    data: Bytes(text.utf8), subresource: "scale", options: dry ? ["dryRun": ["All"]] : [:])
            }
            let dry = try await edge.perform(patch(#"{"spec":{"replicas":9}}"#, dry: true))
            #expect(dry.json?["spec"]?["replicas"]?.integer == 9)
            #expect(try await cloud.object("Deployment", "demo", "web")?["spec"]?["replicas"]?.integer == 3)
            let answer = try await edge.perform(patch(#"{"spec":{"replicas":5}}"#))
            #expect(answer.status == .approved && answer.json?["kind"] == "Scale")
            #expect(answer.json?["apiVersion"] == "autoscaling/v1")
            let spec = try #require(try await cloud.object("Deployment", "demo", "web")?["spec"])
            #expect(spec["replicas"]?.integer == 5 && spec["paused"] == true)
            let wrong = try await edge.perform(patch(#"{"spec":{"replicas":"many"}}"#))
            #expect(wrong.failure?.code == 400)
        }
    }

    @Test("an eviction deletes, and what is not simulated changes nothing")
    func others() async throws {
        let pod: JSONValue = [
            "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "web", "namespace": "demo"], "spec": [:],
        ]
        let account: JSONValue = [
            "kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "robot", "namespace": "demo"],
        ]
        try await DynamicControllerTests.withController {
            $0.objects = [pod, account]
        } _: { cloud, edge in
            let token = try await edge.perform(
                .create(
                    Self.accounts, namespace: "demo", name: "robot",
                    body: Bytes(#"{"kind":"TokenRequest","metadata":{"name":"robot"},"spec":{}}"#.utf8),
                    subresource: "token"))
            #expect(token.failure?.code == 404)
            let absent = try await edge.perform(
                .create(
                    Self.accounts, namespace: "demo", name: "default",
                    body: Bytes(#"{"kind":"TokenRequest","metadata":{"name":"default"},"spec":{}}"#.utf8),
                    subresource: "token"))
            #expect(absent.failure?.code == 404)
            #expect(try await cloud.object("ServiceAccount", "demo", "default") == nil)
            let eviction = try await edge.perform(
                .create(
                    Self.pods, namespace: "demo", name: "web",
                    body: Bytes(#"{"kind":"Eviction","metadata":{"name":"web"}}"#.utf8), subresource: "eviction"))
            #expect(eviction.status == .approved && eviction.json?["status"] == "Success")
            #expect(try await cloud.object("Pod", "demo", "web") == nil)
        }
    }
}
