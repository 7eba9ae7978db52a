import Beehive
import Testing

@testable import KubeAPI

/// What stands behind an object's name: served as what it is, or refused, never taken for another operation.
struct SubresourceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var method: String
        var path: String
        var code: Int?

        init(_ method: String, _ path: String, _ code: Int?) {
            (self.method, self.path, self.code) = (method, path, code)
        }

        var testDescription: String { "\(method) \(path)" }
    }

    static let rows = [
        Row("GET", "/api/v1/namespaces/a/pods/x/status", nil), Row("PUT", "/api/v1/namespaces/a/pods/x/status", nil),
        Row("PATCH", "/api/v1/namespaces/a/pods/x/status", nil), Row("POST", "/api/v1/namespaces/a/pods/x/status", 405),
        Row("DELETE", "/api/v1/namespaces/a/pods/x/status", 405),
        Row("GET", "/apis/apps/v1/namespaces/a/deployments/x/scale", 405),
        Row("PATCH", "/apis/apps/v1/namespaces/a/deployments/x/scale", nil),
        Row("PUT", "/apis/apps/v1/namespaces/a/deployments/x/scale", nil),
        Row("POST", "/api/v1/namespaces/a/serviceaccounts/x/token", nil),
        Row("PATCH", "/api/v1/namespaces/a/serviceaccounts/x/token", 405),
        Row("POST", "/api/v1/namespaces/a/pods/x/eviction", nil),
        Row("POST", "/api/v1/namespaces/a/pods/x/binding", nil),
        Row("POST", "/api/v1/namespaces/a/pods/x/exec", 404), Row("GET", "/api/v1/namespaces/a/pods/x/log", 404),
        Row("PATCH", "/api/v1/namespaces/a/pods/x/ephemeralcontainers", 404),
        Row("PUT", "/api/v1/namespaces/x/finalize", 404),
        Row("POST", "/api/v1/namespaces/a/configmaps/x/eviction", 404),
        Row("PUT", "/apis/certificates.k8s.io/v1/certificatesigningrequests/x/approval", nil),
        Row("GET", "/apis/example.io/v2/namespaces/a/series/x/status", nil),
        Row("PATCH", "/apis/example.io/v2/namespaces/a/series/x/scale", nil),
        Row("POST", "/apis/example.io/v2/namespaces/a/series/x/eviction", 404),
        Row("PUT", "/apis/example.io/v2/namespaces/a/series/x/token", 404),
    ]

    @Test("each method behind a name is served as what it is, or refused in words", arguments: rows)
    func refusal(row: Row) throws {
        let catalog = KindCatalog.assembled(definitions: [CustomKindTests.definition])
        let segments = row.path.split(separator: "/").map(String.init)
        let request = try #require(try ResourceRequest(method: row.method, segments: segments, query: []))
        let kind = try #require(catalog.kind(of: request.resource))
        let refusal = Subresource.refusal(of: request, kind: kind)
        #expect(refusal?.code == row.code, "\(refusal?.message ?? "")")
        if let refusal { #expect(refusal.message.contains("/\(request.subresource ?? "-")")) }
    }

    @Test("logs and commands name what still works with the cable cut")
    func cure() throws {
        let kind = try #require(KindCatalog.builtIn.kind(of: .init(group: "", version: "v1", plural: "pods")))
        let request = ResourceRequest(
            verb: .get, resource: kind.resource, namespace: "a", name: "x", subresource: "log")
        #expect(Subresource.refusal(of: request, kind: kind)?.message.contains("crictl") == true)
    }

    @Test("what only the cloud can do behind a name does not become a waiting write of the object")
    func behindPending() {
        var kind = KubeKind(
            resource: .init(group: "example.io", version: "v2", plural: "gadgets"), kind: "Gadget", isNamespaced: true)
        kind.isCustom = true
        func decide(_ part: String?) -> WritePolicy.Decision {
            WritePolicy().decide(
                ResourceRequest(verb: .patch, resource: kind.resource, namespace: "a", name: "x", subresource: part),
                kind: kind, isApply: false, hasPending: true, cloud: .reachable)
        }
        #expect(decide(nil) == .node && decide("status") == .node)
        guard case .refused(let failure) = decide("scale") else {
            Issue.record("\(decide("scale"))")
            return
        }
        #expect(failure.code == 503 && failure.message.contains("waits"))
    }

    @Test(
        "words of metaserver.offline.kinds mean kinds",
        arguments: [
            ("configmaps", true), ("pods", true), ("pods/status", true), ("devices/status", true), ("devices", true),
            ("gadgets.example.io", true), ("gadgets.example.io/status", true), ("foo", false), ("secrets", false),
            ("configmap", false), ("pods/scale", false), ("pods/status/x", false), ("", false), ("tokenreviews", false),
        ])
    func words(word: String, isGood: Bool) {
        #expect((WritePolicy.fault(inKind: word) == nil) == isGood)
    }
}
