import Beehive
import KubeAPI
import MetaManager
import Testing

@testable import MetaServer

/// What stock clients do in their own way, at the Kubernetes paths.
@Suite("Kubernetes paths")
struct KubeRouteTests {
    /// Takes nothing.
    private struct FullWriter: LocalWriting {
        func write(_ write: LocalWrite) async -> LocalWrite.Answer { .full("no room") }
    }

    private static func request(_ method: String, _ path: String, agent: String = "go-client") throws -> APIRequest {
        var request = APIRequest(
            method: method, target: try #require(RequestTarget(path)),
            headers: [("User-Agent", agent), ("Content-Type", "application/json")],
            body: Bytes(#"{"metadata":{"name":"a"}}"#.utf8))
        request.access = .everything
        return request
    }

    @Test(
        "what leads into a container is refused in words, whatever the method",
        arguments: ["exec", "log", "attach", "portforward", "proxy"])
    func elsewhere(part: String) async throws {
        let world = try WatchedStore(seed: 1)
        let routes = KubeRoutes(context: world.context)
        for method in ["GET", "POST"] {
            let request = try Self.request(method, "/api/v1/namespaces/demo/pods/a/\(part)")
            let response = await routes.respond(to: request)
            #expect(response.status == 404)
            guard case .bytes(let body) = response.body else {
                Issue.record("no body")
                continue
            }
            #expect(String(decoding: body, as: UTF8.self).contains("pods/\(part) is not served here"))
        }
    }

    @Test("programs are told when to try again; kubectl, which would wait as long, is not", arguments: [false, true])
    func retry(isKubectl: Bool) async throws {
        let world = try WatchedStore(seed: 1)
        var context = world.context
        context.writer = FullWriter()
        let routes = KubeRoutes(context: context)
        let agent = isKubectl ? "kubectl/v1.32.4 (linux/amd64)" : "manager/v0.0.0"
        let response = await routes.respond(
            to: try Self.request("POST", "/api/v1/namespaces/demo/services", agent: agent))
        #expect(response.status == 503)
        #expect(response.headers.contains { $0.name == "Retry-After" } != isKubectl)
    }
}
