import Beehive
import KubeAPI
import Testing

@testable import MetaServer

@Suite("discovery's documents")
struct DiscoveryDocumentTests {
    private static let catalog = KindCatalog.assembled(definitions: [], discovery: [], stored: [])

    private static func numbered(_ number: Int) -> CatalogKeeper.Numbered {
        CatalogKeeper.Numbered(catalog: catalog, number: number)
    }

    private static func request(_ path: String, _ headers: [(name: String, value: String)] = []) throws -> APIRequest {
        APIRequest(method: "GET", target: try #require(RequestTarget(path)), headers: headers)
    }

    @Test("a document is made once for a catalog, and anew for another")
    func madeOnce() async throws {
        let documents = DiscoveryDocuments()
        for _ in 0..<3 {
            #expect(await documents.made(path: ["openapi", "v2"], accept: nil, of: Self.numbered(1)) != nil)
        }
        #expect(await documents.madeCount == 1)
        let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
        let other = await documents.made(path: ["openapi", "v2"], accept: protobuf, of: Self.numbered(1))
        #expect(other?.document.contentType.hasSuffix("protobuf") == true)
        #expect(await documents.madeCount == 2)
        _ = await documents.made(path: ["openapi", "v2"], accept: nil, of: Self.numbered(2))
        #expect(await documents.madeCount == 3)
        #expect(await documents.made(path: ["apis", "nobody", "v1"], accept: nil, of: Self.numbered(2)) == nil)
    }

    @Test("forms of one path are kept apart")
    func forms() async throws {
        let documents = DiscoveryDocuments()
        let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        for accept in [nil, aggregated, "application/json"] {
            let made = await documents.made(path: ["apis"], accept: accept, of: Self.numbered(1))
            let right = Discovery.respond(path: ["apis"], accept: accept, catalog: Self.catalog)
            #expect(made?.document == right)
        }
        #expect(await documents.madeCount == 2)
    }

    @Test("no more is kept than the bound, but for the newest")
    func bounded() async throws {
        let documents = DiscoveryDocuments(limit: 1)
        for path in [["openapi", "v2"], ["apis"], ["apis"], ["openapi", "v2"]] {
            _ = await documents.made(path: path, accept: nil, of: Self.numbered(1))
        }
        #expect(await documents.madeCount == 3)
    }

    @Test("who has a document already is told so")
    func tags() async throws {
        let documents = DiscoveryDocuments()
        let plain = try Self.request("/apis")
        let first = try #require(await documents.respond(to: plain, Self.numbered(1)))
        let tag = try #require(first.headers.first { $0.name == "ETag" }?.value)
        let request = try Self.request("/apis", [("If-None-Match", tag)])
        let again = try #require(await documents.respond(to: request, Self.numbered(1)))
        #expect(again.status == 304)
    }

    @Test("the index of OpenAPI 3 names each document with its hash, under which clients may keep it")
    func hashes() async throws {
        let documents = DiscoveryDocuments()
        func ask(
            _ target: String, _ headers: [(name: String, value: String)] = [], number: Int = 1
        ) async throws -> APIResponse {
            var request = try Self.request(target, headers)
            request.caller = .admin("system:admin")
            return try #require(await documents.respond(to: request, Self.numbered(number)))
        }
        guard case .bytes(let bytes) = try await ask("/openapi/v3").body else {
            Issue.record("no index")
            return
        }
        let paths = try JSONValue(parsing: bytes)["paths"]?.members ?? []
        #expect(paths.count > 5)
        for member in paths {
            let place = try #require(member.value["serverRelativeURL"]?.text)
            #expect(place.hasPrefix("/openapi/v3/\(member.key)?hash="))
            let answer = try await ask(place)
            #expect(answer.status == 200)
            #expect(answer.headers.contains { $0.name == "Cache-Control" && $0.value.contains("immutable") })
        }
        let place = try #require(paths.first?.value["serverRelativeURL"]?.text)
        let old = try await ask(place + "0")
        #expect(old.status == 301 && old.headers.contains { $0.name == "Location" && $0.value == place })
        let path = String(place.prefix { $0 != "?" })
        let plain = try await ask(path)
        #expect(plain.status == 200 && !plain.headers.contains { $0.name == "Cache-Control" })
        let tag = try #require(plain.headers.first { $0.name == "ETag" }?.value)
        for sent in [tag, "W/\(tag)", "\"x\", \(tag)"] {
            #expect(try await ask(path, [("If-None-Match", sent)]).status == 304)
        }
        #expect(try await ask(path, [("If-None-Match", "\"x\"")]).status == 200)
    }

    @Test("what a handler says of keeping its answer reaches the client; else it is not to be kept")
    func keeping() async throws {
        let add: (inout Router) -> Void = { router in
            router.on("GET", "/kept") { _ in
                APIResponse(type: "text/plain", headers: [("Cache-Control", "public")], body: .bytes([]))
            }
            router.on("GET", "/other") { _ in .text("") }
        }
        try await Fixture.serve(routes: add) { fixture in
            let kept = try await fixture.exchange("GET /kept HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(kept.contains("Cache-Control: public\r\n") && !kept.contains("no-cache"))
            let other = try await fixture.exchange("GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(other.contains("Cache-Control: no-cache, private\r\n"))
        }
    }

    @Test("/version is the cloud's own, once it has told")
    func version() async throws {
        let documents = DiscoveryDocuments()
        let plain = try Self.request("/version")
        func text(_ catalog: CatalogKeeper.Numbered) async throws -> String? {
            guard case .bytes(let bytes)? = await documents.respond(to: plain, catalog)?.body else { return nil }
            return try JSONValue(parsing: bytes)["gitVersion"]?.text
        }
        #expect(try await text(Self.numbered(1))?.contains("metamanager") == true)
        let told: JSONValue = ["major": "1", "minor": "30", "gitVersion": "v1.30.4"]
        #expect(
            try await text(CatalogKeeper.Numbered(catalog: Self.catalog, number: 2, cloudVersion: told)) == "v1.30.4")
    }

    @Test("callers without a token are sent so many large documents at a time, and no more")
    func anonymousBound() async throws {
        let documents = DiscoveryDocuments()
        let request = try Self.request("/openapi/v2")
        var answers: [APIResponse] = []
        for _ in 0..<DiscoveryDocuments.anonymousLimit {
            answers.append(try #require(await documents.respond(to: request, Self.numbered(1))))
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(await documents.respond(to: request, Self.numbered(1))?.status == 429)
        var known = request
        known.caller = .admin("system:admin")
        #expect(await documents.respond(to: known, Self.numbered(1))?.status == 200)
        answers.removeLast()
        #expect(await documents.respond(to: request, Self.numbered(1))?.status == 200)
    }

    @Test("a large body goes by pieces and arrives whole, one after the other on a connection")
    func largeBody() async throws {
        let text = String(repeating: "0123456789abcdef", count: 200_000)
        let addLarge: (inout Router) -> Void = { $0.on("GET", "/large") { _ in .text(text) } }
        try await Fixture.serve(routes: addLarge) { fixture in
            let ask = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
            let last = "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answer = try await fixture.exchange(ask + last)
            #expect(answer.utf8.count > 2 * text.utf8.count)
            #expect(answer.hasSuffix(text))
            #expect(answer.utf8.count(where: { $0 == UInt8(ascii: "f") }) >= 2 * 200_000)
            #expect(!answer.contains("chunked"))
            let old = try await fixture.exchange("GET /large HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(old.hasSuffix(text))
        }
    }

    @Test("a body by pieces holds its bytes once and lets go of its lease with the last")
    func pieces() {
        let bytes = Bytes(repeating: 7, count: 3 * SharedBytes.step + 5)
        let source = SharedBytes(bytes, lease: nil)
        var all: [UInt8] = []
        while case .bytes(let piece) = source.next() {
            #expect(piece.count <= SharedBytes.step)
            all += piece
        }
        #expect(all[...] == bytes)
    }
}
