import Beehive
import Testing

@testable import MetaServer

/// Under which names the address may be used, and from which pages: nothing of it for a page that somebody made.
struct HostNameTests {
    private static func status(
        _ names: HostNames, host: String?, origin: String? = nil, peer: APIRequest.Peer = .network
    ) throws -> Int? {
        var headers: [(name: String, value: String)] = []
        if let host { headers.append(("Host", host)) }
        if let origin { headers.append(("Origin", origin)) }
        return names.refusal(
            of: APIRequest(method: "GET", target: try #require(RequestTarget("/")), headers: headers, peer: peer))?
            .status
    }

    @Test(
        "its own names are right, with any port",
        arguments: [
            "127.0.0.1", "127.0.0.1:10550", "127.1.2.3:1", "localhost", "LOCALHOST:10550", "[::1]", "[::1]:10550",
            "edge-1:10550", "Edge-1", "169.254.30.10:10550",
        ])
    func own(host: String) throws {
        #expect(try Self.status(HostNames(["edge-1", "169.254.30.10"], checksHost: true), host: host) == nil)
    }

    @Test(
        "any other is refused: it is a page's name that points here",
        arguments: [
            "evil.example", "evil.example:10550", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1",
            "127.0.0.1@evil.example", "[::2]", "[127.0.0.1", "127.0.0", "127.x.0.1", "", "0x7f.0.0.1", "127.0.0.0001",
        ])
    func foreign(host: String) throws {
        let names = HostNames(["edge-1"], checksHost: true)
        #expect(try Self.status(names, host: host) == 421)
        #expect(try Self.status(names, host: host, peer: .local(uid: 1)) == nil)
        // Where TLS and a token guard the address a name alone leads nowhere.
        #expect(try Self.status(HostNames(["edge-1"], checksHost: false), host: host) == nil)
    }

    @Test("of several the wrong one counts, and programs that send none are let in")
    func several() throws {
        let names = HostNames([], checksHost: true)
        #expect(try Self.status(names, host: nil) == nil)
        let request = APIRequest(
            method: "GET", target: try #require(RequestTarget("/")),
            headers: [("Host", "127.0.0.1"), ("host", "evil.example")])
        #expect(names.refusal(of: request)?.status == 421)
    }

    @Test(
        "only its own pages may ask, with TLS too",
        arguments: [
            ("http://127.0.0.1:10550", true), ("https://127.0.0.1:10550", true), ("http://evil.example", false),
            ("null", false), ("http://127.0.0.1:3000", false), ("http://localhost:10550", false), ("", false),
            ("file://", false), ("http://127.0.0.1:10550.evil.example", false),
        ])
    func origins(origin: String, isOwn: Bool) throws {
        for checks in [true, false] {
            let names = HostNames([], checksHost: checks)
            #expect(try Self.status(names, host: "127.0.0.1:10550", origin: origin) == (isOwn ? nil : 403))
            #expect(try Self.status(names, host: "127.0.0.1", origin: origin, peer: .local(uid: 1)) == nil)
        }
    }

    private static func guarded(_ router: inout Router) { router.names = HostNames([], checksHost: true) }

    @Test("a server refuses it before anybody is asked who they are, also for what is open to all")
    func served() async throws {
        try await Fixture.serve(routes: Self.guarded) { fixture in
            for (host, line) in [("evil.example", "HTTP/1.1 421"), ("127.0.0.1:\(fixture.port)", "HTTP/1.1 200")] {
                let answer = try await fixture.exchange(
                    "GET /livez HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", network: true)
                #expect(answer.hasPrefix(line), "\(host): \(answer)")
            }
            let local = try await fixture.exchange("GET /livez HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n")
            #expect(local.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("who looks around finds the paths, as far as they may look")
    func index() async throws {
        var router = Router(authenticator: OpenAuthenticator())
        for path in ["/metrics", "/api", "/metamanager/v1/status", "/metamanager/v1/outbox"] {
            router.on("GET", path) { _ in .text("") }
        }
        router.under("/openapi/") { _ in .text("") }
        func ask(_ path: String, _ method: String = "GET") async throws -> (Int, String) {
            let response = await router.respond(
                to: APIRequest(method: method, target: try #require(RequestTarget(path))))
            guard case .bytes(let bytes) = response.body else { return (response.status, "") }
            return (response.status, String(decoding: bytes, as: UTF8.self))
        }
        let all = #"{"paths":["/api","/metamanager/v1/outbox","/metamanager/v1/status","/metrics","/openapi"]}"#
        #expect(try await ask("/") == (200, all))
        let own = #"{"paths":["/metamanager/v1/outbox","/metamanager/v1/status"]}"#
        #expect(try await ask("/metamanager/v1") == (200, own))
        #expect(try await ask("/metamanager") == (200, own))
        #expect(try await ask("/meta").0 == 404)
        #expect(try await ask("/", "POST").0 == 404)
    }

    @Test("a wrong token is told where the right one is, and a service account's which mode takes it")
    func tokens() async throws {
        let authenticator = TokenAuthenticator(token: "the-nodes-own-token")
        for (token, word) in [("wrong-one", "api.token beside the database"), ("a.b.c", "metaserver.auth.mode")] {
            let request = APIRequest(
                method: "GET", target: try #require(RequestTarget("/api/v1/pods")),
                headers: [("Authorization", "Bearer \(token)")])
            guard case .refused(let cause) = await authenticator.authenticate(request) else {
                Issue.record("let in")
                continue
            }
            #expect(cause.contains(word) && !cause.contains(token), "\(cause)")
        }
    }
}
