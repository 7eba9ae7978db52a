import Beehive
import Glibc
import MetaManager
import MetaServer
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ServerTests {
    @Test(arguments: ["/healthz", "/livez", "/readyz"])
    func `health is open to all`(path: String) async throws {
        try await Fixture.serve(authenticator: TokenAuthenticator(token: "right")) { fixture in
            let answer = try await fixture.exchange("GET \(path) HTTP/1.1\r\nConnection: close\r\n\r\n", network: true)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.hasSuffix("\r\n\r\nok"))
        }
    }

    @Test func `ready names what is wrong`() async throws {
        try await Fixture.serve { fixture in
            let well = try await fixture.get("/readyz?verbose")
            #expect(String(decoding: well.body, as: UTF8.self).contains("[+]store ok\n"))
            fixture.report.withLock { $0.storeProblem = "the disk is full" }
            let bad = try await fixture.get("/readyz")
            #expect(bad.status == 503)
            #expect(String(decoding: bad.body, as: UTF8.self).contains("[-]store failed: the disk is full\n"))
            let live = try await fixture.get("/livez")
            #expect(live.status == 200)
        }
    }

    @Test func `a loop that does not answer is neither alive nor ready`() async throws {
        try await Fixture.serve { fixture in
            fixture.beat.withLock { $0 = 1 }
            for path in ["/livez", "/readyz"] {
                let answer = try await fixture.get(path)
                #expect(answer.status == 503)
                #expect(String(decoding: answer.body, as: UTF8.self).contains("[-]loop failed"))
            }
        }
    }

    @Test(arguments: [
        ("", 401), ("Authorization: Bearer wrong\r\n", 401), ("Authorization: Basic right\r\n", 401),
        ("Authorization: Bearer \r\n", 401), ("Authorization: Bearer right\r\n", 200),
        ("authorization: bearer right\r\n", 200),
    ])
    func `the token opens what is not open to all`(header: String, status: Int) async throws {
        try await Fixture.serve(authenticator: TokenAuthenticator(token: "right")) { fixture in
            for path in ["/metrics", "/metamanager/v1/status"] {
                let answer = try await fixture.exchange(
                    "GET \(path) HTTP/1.1\r\n\(header)Connection: close\r\n\r\n", network: true)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
                #expect(answer.contains("WWW-Authenticate: Bearer") == (status == 401))
            }
        }
    }

    @Test func `the own user needs no token on the Unix socket, others do`() async throws {
        let token = TokenAuthenticator(token: "right")
        for (users, status) in [(TokenFile.ownUsers, 200), (Set<UInt32>([4_000_000_000]), 401)] {
            try await Fixture.serve(authenticator: PeerAuthenticator(users: users, next: token)) { fixture in
                let answer = try await fixture.get("/metamanager/v1/status")
                #expect(answer.status == status)
                let network = try await fixture.exchange(
                    "GET /metamanager/v1/status HTTP/1.1\r\nConnection: close\r\n\r\n", network: true)
                #expect(network.hasPrefix("HTTP/1.1 401 "))
            }
        }
    }

    @Test func `whoever may not come in does not learn which paths there are`() async throws {
        try await Fixture.serve(authenticator: TokenAuthenticator(token: "right")) { fixture in
            let got1 = try await fixture.get("/nothing")
            #expect(got1.status == 401)
        }
        try await Fixture.serve { fixture in
            let got2 = try await fixture.get("/nothing")
            #expect(got2.status == 404)
            let posted3 = try await fixture.post("/readyz")
            #expect(posted3.status == 405)
        }
    }

    struct OutOfBounds: Sendable, CustomTestStringConvertible {
        let what: String
        let request: String
        let status: Int
        var testDescription: String { what }

        init(_ what: String, _ request: String, _ status: Int) {
            (self.what, self.request, self.status) = (what, request, status)
        }
    }

    static let outOfBounds: [OutOfBounds] = {
        let get = "GET /healthz HTTP/1.1\r\n"
        let post = "POST /echo HTTP/1.1\r\n"
        let long = "X: " + String(repeating: "a", count: 70_000)
        let many = String(repeating: "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", count: 2000)
        let chunk = "800\r\n" + String(repeating: "a", count: 2048) + "\r\n"
        return [
            OutOfBounds("a long header", get + long + "\r\n\r\n", 431), OutOfBounds("many headers", get + many, 431),
            OutOfBounds("a header that does not end", get + long, 431),
            OutOfBounds("a long body", post + "Content-Length: 2000\r\n\r\n", 413),
            OutOfBounds("a long chunk", post + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n", 413),
            OutOfBounds("nonsense", "nonsense\r\n\r\n", 400),
            OutOfBounds("a bad escape", "GET /%zz HTTP/1.1\r\n\r\n", 400),
            OutOfBounds("no path", "GET nothing HTTP/1.1\r\n\r\n", 400),
            OutOfBounds("two lengths", get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ]
    }()

    @Test(arguments: outOfBounds)
    func `what is out of bounds is told and ended`(row: OutOfBounds) async throws {
        try await Fixture.serve(settings: .test.with(\.bodyLimit, 1000)) { fixture in
            for network in [false, true] {
                let answer = try await fixture.exchange(row.request, network: network)
                #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "))
                #expect(answer.contains("Connection: close\r\n"))
            }
        }
    }

    @Test func `a body within bounds arrives whole`() async throws {
        try await Fixture.serve(routes: Router.addEcho) { fixture in
            let body = [UInt8]((0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) })[...]
            let answer = try await fixture.post("/echo", body: body)
            #expect(answer.status == 200)
            #expect(answer.body == body)
        }
    }

    @Test(arguments: ["GET /healthz HT", "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"])
    func `a request that never ends is ended`(half: String) async throws {
        try await Fixture.serve(settings: .test.with(\.requestTimeout, .milliseconds(200))) { fixture in
            let text4 = try await fixture.exchange(half)
            #expect(text4.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `a trickle does not keep a request alive`() async throws {
        try await Fixture.serve(settings: .test.with(\.requestTimeout, .milliseconds(300))) { fixture in
            let wire = try Wire(path: fixture.socket)
            defer { wire.close() }
            wire.send("GET /healthz HTTP/1.1\r\nX: ")
            let feeder = Task {
                for _ in 0..<1000 where !Task.isCancelled {
                    wire.send("a")
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            let text5 = try await fixture.blocking { wire.read() }
            #expect(text5.hasPrefix("HTTP/1.1 408 "))
            feeder.cancel()
            await feeder.value
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await Fixture.serve(settings: .test.with(\.idleTimeout, .milliseconds(200))) { fixture in
            let text6 = try await fixture.exchange("")
            #expect(text6.isEmpty)
            // The first bytes may come too late on a slow machine; the connection is then closed without a word.
            var text7 = ""
            for _ in 0..<100 where text7.isEmpty {
                text7 = try await fixture.exchange("GET /healthz HTTP/1.1\r\n\r\n")
            }
            #expect(text7.hasSuffix("ok"))
        }
    }

    @Test func `requests sent ahead are answered in order`() async throws {
        try await Fixture.serve(routes: Router.addEcho) { fixture in
            let requests = (0..<50).map { "GET /echo?n=<\($0)> HTTP/1.1\r\n\r\n" }.joined()
            let last = "GET /echo?n=end HTTP/1.1\r\nConnection: close\r\n\r\n"
            let answer = try await fixture.exchange(requests + last)
            let bodies = answer.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
            #expect(bodies.map(String.init) == (0..<50).map { "<\($0)>" } + ["end"])
        }
    }

    @Test func `garbage sent ahead does not spoil the answer before it`() async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange("GET /healthz HTTP/1.1\r\n\r\nnonsense\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("okHTTP/1.1 400 "))
        }
    }

    @Test func `HEAD has the head of GET and no body`() async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange("HEAD /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("Content-Length: 2\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `HTTP 1.0 gets its answer and the end`() async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(answer.contains(" 200 "))
            #expect(answer.hasSuffix("ok"))
        }
    }

    @Test func `a client that waits for leave to send gets it`() async throws {
        try await Fixture.serve(routes: Router.addEcho) { fixture in
            let socket = fixture.socket
            let answer = try await fixture.blocking {
                let wire = try Wire(path: socket)
                defer { wire.close() }
                wire.send(
                    "POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
                let leave = wire.read(until: "\r\n\r\n")
                wire.send("hi")
                return leave + wire.read()
            }
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nhi"))
        }
    }
}
