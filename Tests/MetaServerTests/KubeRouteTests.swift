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

    @Test("a refusal tells a moment to try again, which no client sleeps through, and the seconds in its Status")
    func retry() async throws {
        let world = try WatchedStore(seed: 1)
        var context = world.context
        context.writer = FullWriter()
        let routes = KubeRoutes(context: context)
        for agent in ["kubectl/v1.32.4 (linux/amd64)", "k33/v1.33.1", "manager/v0.0.0"] {
            let response = await routes.respond(
                to: try Self.request("POST", "/api/v1/namespaces/demo/services", agent: agent))
            #expect(response.status == 503)
            let header = try #require(response.headers.first { $0.name == "Retry-After" }?.value)
            #expect(Int(header) == nil && header.hasSuffix(" GMT"), "\(header)")
            guard case .bytes(let body) = response.body else {
                Issue.record("no body")
                continue
            }
            #expect(try JSONValue(parsing: body)["details"]?["retryAfterSeconds"]?.integer == WritePolicy.retryAfter)
        }
    }

    @Test("nothing advises to repeat what may have been done", arguments: [500, 504])
    func noRetry(code: Int) {
        let response = APIResponse(APIFailure(code, reason: "Timeout", "late", retryAfter: 10))
        #expect(!response.headers.contains { $0.name == "Retry-After" })
    }

    @Test(
        "moments are written as headers want them",
        arguments: [
            (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777_999, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_795_298_627_000, "Sat, 21 Nov 2026 22:03:47 GMT"),
            (1_709_251_199_000, "Thu, 29 Feb 2024 23:59:59 GMT"), (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ])
    func dates(wall: Int64, text: String) { #expect(HTTPDate.text(wall) == text) }

    @Test("a subresource that cannot be carried writes nothing, in any method")
    func carried() async throws {
        let world = try WatchedStore(seed: 1)
        var context = world.context
        context.writer = FullWriter()
        let routes = KubeRoutes(context: context)
        for (method, path) in [
            ("PATCH", "pods/a/ephemeralcontainers"), ("PUT", "pods/a/exec"), ("POST", "configmaps/a/eviction"),
            ("POST", "pods/a/attach"), ("PATCH", "serviceaccounts/a/token"), ("GET", "serviceaccounts/a/token"),
        ] {
            let response = await routes.respond(to: try Self.request(method, "/api/v1/namespaces/demo/\(path)"))
            #expect(response.status == 404 || response.status == 405, "\(method) \(path): \(response.status)")
        }
    }

    @Test("a field that the kind has not is not taken for one that nothing has")
    func fields() async throws {
        let world = try WatchedStore(seed: 1)
        let routes = KubeRoutes(context: world.context)
        for (selector, status) in [("spec.foo=1", 400), ("metadata.nam=x", 400), ("spec.nodeName=x", 200)] {
            let response = await routes.respond(
                to: try Self.request("GET", "/api/v1/pods?fieldSelector=\(selector)"))
            #expect(response.status == status, "\(selector)")
        }
    }
}
