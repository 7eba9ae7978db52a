import Beehive
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

@Suite(.timeLimit(.minutes(5)))
struct ConsoleRouteTests {
    private static let token = "a-token-of-the-test-1234567890"

    private static func fill(_ store: MetaStore) throws {
        let now = SystemTime().now().wall
        try store.transaction(writing: true) { view throws(StoreError) in
            for (key, value) in [
                ("site/pod/gateway", #"{"metadata":{"name":"gateway"}}"#),
                ("site/secret/login", #"{"kind":"Secret","metadata":{"name":"login"},"data":{"password":"CANARY"}}"#),
                ("site/configmap/<img src=x onerror=alert(1)>", #"{"data":{"x":"y"}}"#),
            ] {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let object = NewObject(path: path, value: Bytes(value.utf8), version: "7", origin: .delivered)
                try view.apply(.put(object, replacing: nil), now: now)
            }
            for number in 0..<5 {
                let entry = OutboxEntry(
                    id: "entry-\(number)", kind: .fact, key: "", endsByAnswer: false, created: now - 5000, frame: [1])
                try view.apply(.enqueue(entry, lane: .fact), now: now)
            }
        }
    }

    @Test func `a stranger reads the page that asks for the token, and no data`() async throws {
        try await Fixture.serve(authenticator: TokenAuthenticator(token: Self.token), fill: Self.fill) { fixture in
            let page = try await fixture.exchange(
                "GET /console/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", network: true)
            #expect(page.hasPrefix("HTTP/1.1 401"))
            #expect(page.contains("data-token=\"wanted\""))
            #expect(page.contains("WWW-Authenticate: Bearer"))
            #expect(!page.contains("ETag"))
            for path in ["console", "console/objects", "console/object?key=site/pod/gateway", "console/writes"] {
                let answer = try await fixture.exchange(
                    "GET /metamanager/v1/\(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                    network: true)
                #expect(answer.hasPrefix("HTTP/1.1 401"))
                #expect(!answer.contains("gateway"))
            }
        }
    }

    @Test func `with the token there is the page, and each file has a policy and a mark`() async throws {
        try await Fixture.serve(authenticator: TokenAuthenticator(token: Self.token)) { fixture in
            let answer = try await fixture.exchange(
                "GET /console/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(Self.token)\r\nConnection: close\r\n\r\n",
                network: true)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.contains("data-token=\"not-wanted\""))
            for file in ["app.js", "style.css", "icon.svg"] {
                let request = "GET /console/\(file) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                let first = try await fixture.exchange(request + "\r\n", network: true)
                #expect(first.hasPrefix("HTTP/1.1 200"))
                #expect(first.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"))
                #expect(first.contains("X-Content-Type-Options: nosniff"))
                let line = try #require(first.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") })
                let again = try await fixture.exchange(
                    request + "If-None-Match: \(line.dropFirst(6))\r\n\r\n", network: true)
                #expect(again.hasPrefix("HTTP/1.1 304"))
                #expect(again.hasSuffix("\r\n\r\n"))
            }
        }
    }

    @Test func `the page's files name no other place and hold no inline script or style`() {
        let assets = ConsoleAssets()
        for asset in [assets.page, assets.strangersPage, assets.style, assets.script] {
            let text = String(decoding: asset.bytes, as: UTF8.self)
            #expect(!text.isEmpty)
            for word in ["https://", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "@import"] {
                #expect(!text.contains(word), "\(asset.type) holds \(word)")
            }
        }
        let page = String(decoding: assets.page.bytes, as: UTF8.self)
        #expect(!page.contains("style=") && !page.contains(" onclick") && !page.contains("<script>"))
        #expect(assets.page.tag != assets.strangersPage.tag)
        #expect(assets.page.bytes.count + assets.style.bytes.count + assets.script.bytes.count < 100_000)
    }

    @Test func `an object is shown as YAML with its secrets hidden`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/console/object?key=site/secret/login")
            let object = try #require(answer.json)
            #expect(object["masked"] == true)
            #expect(object["version"] == "7")
            #expect(object["yaml"]?.text?.contains("password: (hidden)") == true)
            #expect(!String(decoding: object.json, as: UTF8.self).contains("CANARY"))
            let missing = try await fixture.get("/metamanager/v1/console/object?key=site/secret/nobody")
            #expect(missing.status == 404)
            let unnamed = try await fixture.get("/metamanager/v1/console/object")
            #expect(unnamed.status == 400)
        }
    }

    @Test func `what was decided about an object and what lies over it is told with it`() async throws {
        let trace = DecisionTrace()
        for (number, resource) in ["site/pod/gateway", "site/pod/other", "site/podstatus/gateway"].enumerated() {
            let route = Route(source: "edged", group: "resource", operation: .update, resource: resource)
            trace.record([
                Decision(time: 1, id: "m\(number)", source: "cloud", route: route, outcome: .stored, reason: "")
            ])
        }
        try await Fixture.serve(trace: trace, fill: Self.fill) { fixture in
            let answer = try await fixture.get("/metamanager/v1/console/object?key=site/pod/gateway")
            #expect(answer.json?["messages"]?.elements.map { $0["id"]?.text } == ["m0", "m2"])
        }
    }

    @Test func `objects are listed with their kinds, and searched`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let all = try #require(try await fixture.get("/metamanager/v1/console/objects").json)
            #expect(all["types"]?.elements.map { $0["type"]?.text } == ["configmap", "pod", "secret"])
            #expect(all["matches"] == 3)
            let hostile = try #require(all["items"]?.elements.first)
            #expect(hostile["name"] == "<img src=x onerror=alert(1)>")
            let found = try #require(try await fixture.get("/metamanager/v1/console/objects?type=pod&search=GATE").json)
            #expect(found["items"]?.elements.map { $0["key"]?.text } == ["site/pod/gateway"])
            #expect(found["items"]?.elements.first?["origin"] == "delivered")
            let none = try #require(
                try await fixture.get("/metamanager/v1/console/objects?type=secret&search=gate").json)
            #expect(none["matches"] == 0)
        }
    }

    @Test func `the document tells the status, the history and who asks`() async throws {
        var history = LinkHistory(started: 1000)
        history.note(isUp: true, at: 2000)
        let noted = history
        func tell(_ context: inout ServerContext) {
            context.console = ConsoleFacts(node: "n1", cloud: "websocket", version: "1", link: { noted })
        }
        try await Fixture.serve(fill: Self.fill, context: tell) { fixture in
            let document = try #require(try await fixture.get("/metamanager/v1/console").json)
            #expect(document["node"] == "n1" && document["admin"] == true && document["user"] == "system:admin")
            #expect(document["status"]?["ready"] == true)
            #expect(document["history"]?.elements.map { $0["state"]?.text } == ["up"])
            #expect(document["flow"]?["revision"] != nil)
            #expect(document.json.count < 8000)
        }
    }

    @Test func `the outbox is told no further than asked`() async throws {
        try await Fixture.serve(fill: Self.fill) { fixture in
            let some = try #require(try await fixture.get("/metamanager/v1/outbox?limit=2").json)
            #expect(some.elements.map { $0["id"]?.text } == ["entry-0", "entry-1"])
            let all = try #require(try await fixture.get("/metamanager/v1/outbox").json)
            #expect(all.elements.count == 5)
        }
    }

    @Test(arguments: [
        ("Origin: https://evil.example", 403), ("Origin: null", 403), ("Origin: http://127.0.0.1:99999", 403),
        ("Sec-Fetch-Site: cross-site", 403), ("Sec-Fetch-Site: same-site", 403),
        ("Origin: http://127.0.0.1:10550", 202),
        ("Sec-Fetch-Site: same-origin", 202), ("X-None: 1", 202),
    ])
    func `what changes something is not taken from another site's page`(header: String, status: Int) async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange(
                "POST /metamanager/v1/outbox/drop?all=true HTTP/1.1\r\nHost: 127.0.0.1:10550\r\n\(header)\r\n"
                    + "Content-Length: 0\r\nConnection: close\r\n\r\n", network: true)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
            #expect(fixture.dropped.withLock { $0.count } == (status == 202 ? 1 : 0))
        }
    }

    @Test(arguments: [
        ("127.0.0.1:10550", 200), ("localhost:10550", 200), ("[::1]:10550", 200), ("edge-node-1", 200),
        ("node.localhost", 200), ("evil.example", 401), ("rebound.evil.example:10550", 401), ("1.2.3.4.evil", 401),
        ("127.0.0.1.evil.example", 401),
    ])
    func `without a token nobody is answered under a name that another site could own`(
        host: String, status: Int
    ) async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.exchange(
                "GET /metamanager/v1/status HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", network: true)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
        }
    }
}
