import Beehive
import KubeAPI
import MetaStore
import NIOPosix
import TestKit
import Testing

@testable import MetaServer

/// Lists that are too long to be held.
@Suite("Long lists")
struct LongListTests {
    private static let count = 2000

    /// A store with 2,000 pods of 3 KB.
    private static func with(
        time: any TimeSource = SystemTime(),
        _ body: (WatchedStore, Asker) async throws -> Void
    ) async throws {
        let world = try WatchedStore(seed: 1, window: 5000)
        defer { world.remove() }
        try world.write(0..<count, bytes: 3000)
        let routes = KubeRoutes(
            context: KubeContext(reader: world.reader, hub: world.hub, threads: .singleton, time: time))
        try await body(world, Asker(routes: routes))
    }

    /// Asks for lists as somebody who may read everything.
    private struct Asker {
        let routes: KubeRoutes

        func callAsFunction(_ target: String, _ accept: String) async throws -> APIResponse {
            var request = APIRequest(
                method: "GET", target: try #require(RequestTarget(target)), headers: [("Accept", accept)])
            request.access = .everything
            return await routes.respond(to: request)
        }
    }

    private static func stream(_ response: APIResponse) throws -> any ChunkSource {
        #expect(response.status == 200)
        guard case .stream(let source) = response.body else { throw ServerError(description: "it is held as a whole") }
        return source
    }

    private static func firstPiece(_ source: any ChunkSource) throws -> [UInt8] {
        var first: [UInt8] = []
        try WatchRaceTests.until("the first piece") {
            if case .bytes(let bytes) = source.next() { first = bytes }
            return !first.isEmpty
        }
        return first
    }

    /// Everything that comes, and the largest piece of it.
    private static func read(
        _ source: any ChunkSource, behind first: [UInt8] = []
    ) throws -> (json: JSONValue, largest: Int) {
        var all = first
        var largest = first.count
        try WatchRaceTests.until("its end") {
            switch source.next() {
            case .bytes(let bytes):
                all += bytes
                largest = max(largest, bytes.count)
            case .end: return true
            case .broken: throw ServerError(description: "it broke")
            case .wait: break
            }
            return false
        }
        return (try JSONValue(parsing: all[...]), largest)
    }

    @Test("it comes by pieces, whole, of one moment, whatever changes meanwhile")
    func whole() async throws {
        try await Self.with { world, ask in
            let start = world.store.revision
            let source = try Self.stream(try await ask("/api/v1/pods", "application/json"))
            let first = try Self.firstPiece(source)
            try world.write(Self.count - 100..<Self.count + 100, bytes: 10)
            let (list, largest) = try Self.read(source, behind: first)
            let items = list["items"]?.elements ?? []
            #expect(list["kind"]?.text == "PodList" && list["metadata"]?["resourceVersion"]?.text == "\(start)")
            #expect(Set(items.compactMap { $0["metadata"]?["name"]?.text }).count == Self.count)
            #expect(items.count == Self.count && items.allSatisfy { Informer.version($0) <= start })
            #expect(items.allSatisfy { $0["spec"]?["text"]?.text?.utf8.count == 3000 })
            #expect(largest < 512 << 10)
        }
    }

    @Test("so do tables, and what a selector leaves")
    func forms() async throws {
        try await Self.with { _, ask in
            let table = "application/json;as=Table;v=v1;g=meta.k8s.io"
            let rows = try Self.read(try Self.stream(try await ask("/api/v1/pods?includeObject=Object", table))).json
            #expect(rows["kind"]?.text == "Table" && rows["rows"]?.elements.count == Self.count)
            #expect(rows["columnDefinitions"]?.elements.isEmpty == false)
            #expect(rows["rows"]?.elements.allSatisfy { $0["cells"]?.elements.isEmpty == false } == true)
            let some = try Self.read(
                try Self.stream(try await ask("/api/v1/pods?labelSelector=tone!=x", "application/json")))
            #expect(some.json["items"]?.elements.count == Self.count)
        }
    }

    /// The names on each page, of as many as may stand on one.
    private static func pages(_ ask: Asker) async throws -> [[String]] {
        var pages: [[String]] = []
        var token: String? = ""
        while let from = token, pages.count < 10 {
            let answer = try await ask(
                "/api/v1/pods?limit=1000000&continue=\(RequestTarget.escape(from))", "application/json")
            let list = try page(answer)
            pages.append((list["items"]?.elements ?? []).compactMap { $0["metadata"]?["name"]?.text })
            token = list["metadata"]?["continue"]?.text
        }
        return pages
    }

    private static func page(_ answer: APIResponse) throws -> JSONValue {
        guard case .bytes(let bytes) = answer.body else { throw ServerError(description: "no page") }
        #expect(bytes.count < ReadHandler.heldLimit + (2 << 20))
        return try JSONValue(parsing: bytes)
    }

    @Test("one with a limit ends where it would become too long, and says where it goes on")
    func pages() async throws {
        try await Self.with { _, ask in
            let pages = try await Self.pages(ask)
            let names = pages.flatMap(\.self)
            #expect(pages.count == 2 && names.count == Self.count && Set(names).count == Self.count)
        }
    }

    @Test("so many at a time; YAML, which is made of the whole, is refused")
    func bounded() async throws {
        try await Self.with { _, ask in
            #expect(try await ask("/api/v1/pods", "application/yaml").status == 406)
            var held: [APIResponse] = []
            for _ in 0..<4 { held.append(try await ask("/api/v1/pods", "application/json")) }
            #expect(held.allSatisfy { $0.status == 200 })
            #expect(try await ask("/api/v1/pods", "application/json").status == 429)
            #expect(try await ask("/api/v1/pods?limit=5", "application/json").status == 200)
            held.removeLast()
            #expect(try await ask("/api/v1/pods", "application/json").status == 200)
        }
    }

    @Test("a client that takes too long does not take a part for the whole")
    func late() async throws {
        let time = ManualTime()
        try await Self.with(time: time) { _, ask in
            let source = try Self.stream(try await ask("/api/v1/pods", "application/json"))
            _ = try Self.firstPiece(source)
            time.advance(by: LongList.wholeTime)
            try WatchRaceTests.until("that it broke") {
                if case .broken = source.next() { true } else { false }
            }
        }
    }

    /// Gives a piece and breaks.
    private final class Broken: ChunkSource {
        private let step = Lock(0)

        func next() -> Chunk {
            step.withLock { step in
                step += 1
                return step == 1 ? .bytes(Array("piece".utf8)) : .broken
            }
        }

        func whenReadable(_ callback: @escaping @Sendable () -> Void) { callback() }

        func cancel() {}
    }

    @Test("an answer that breaks ends with its connection, not like one that is whole")
    func broken() async throws {
        let add: (inout Router) -> Void = { router in
            router.on("GET", "/broken") { _ in APIResponse(type: "text/plain", body: .stream(Broken())) }
        }
        try await Fixture.serve(routes: add) { fixture in
            let answer = try await fixture.exchange("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.contains("piece") && !answer.hasSuffix("0\r\n\r\n"))
        }
    }
}
