import Beehive
import KubeAPI
import NIOPosix
import Testing

@testable import MetaServer

/// Watches go on for an hour; tokens and rules may not.
@Suite("What allows a watch")
struct WatchPermitTests {
    /// Says what it is told to, and counts who asks.
    private final class Doorkeeper: Authenticator {
        let answer = Lock(Authentication.known(Caller(name: "app"), .everything))
        let asked = Lock(0)

        func authenticate(_ request: APIRequest) async -> Authentication {
            asked.withLock { $0 += 1 }
            return answer.withLock { $0 }
        }
    }

    private static func watch(_ router: Router, token: String = "a") async throws -> any ChunkSource {
        let request = APIRequest(
            method: "GET", target: try #require(RequestTarget("/api/v1/pods?watch=1")),
            headers: [("Authorization", "Bearer \(token)")])
        guard case .stream(let source) = await router.respond(to: request).body else {
            throw ServerError(description: "no watch")
        }
        return source
    }

    private static func with(
        recheckInterval: Duration = .seconds(5),
        _ body: (WatchedStore, WatchHub, Router, Doorkeeper) async throws -> Void
    ) async throws {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        let hub = WatchHub(
            reader: world.reader, threads: .singleton, loops: .singleton, recheckInterval: recheckInterval)
        defer { hub.stop() }
        let door = Doorkeeper()
        var router = Router(authenticator: door)
        router.addKubernetes(
            KubeRoutes(context: KubeContext(reader: world.reader, hub: hub, threads: .singleton)))
        try await body(world, hub, router, door)
    }

    /// Pulls until a watch has ended.
    private static func end(of source: any ChunkSource) throws -> JSONValue? {
        var last: [UInt8] = []
        try WatchRaceTests.until("the end") {
            switch source.next() {
            case .bytes(let bytes): last = bytes
            case .end: return true
            case .wait, .broken: break
            }
            return false
        }
        return last.isEmpty ? nil : try JSONValue(parsing: last[...])
    }

    /// Why a watch is ended.
    struct Row: Sendable, CustomTestStringConvertible {
        var answer: Authentication
        var code: Int
        var testDescription: String { "\(code)" }
    }

    @Test(
        "a watch ends with what its next request would be told: a token that is good no more, rules that are others",
        arguments: [
            Row(answer: .refused("the token has expired"), code: 401),
            Row(answer: .known(Caller(name: "app"), .nothing), code: 403),
        ])
    func ends(row: Row) async throws {
        try await Self.with { _, hub, router, door in
            let source = try await Self.watch(router)
            _ = source.next()
            try WatchRaceTests.until("it watches") { hub.figures.watchers == 1 }
            await hub.recheck()
            door.answer.withLock { $0 = .unavailable("the store is busy") }
            await hub.recheck()
            #expect(hub.figures.watchers == 1)
            door.answer.withLock { $0 = row.answer }
            await hub.recheck()
            let event = try Self.end(of: source)
            #expect(event?["type"]?.text == "ERROR" && event?["object"]?["code"]?.integer == row.code)
            #expect(hub.figures.watchers == 0)
        }
    }

    @Test("watches that show the same are asked for once, others for themselves")
    func once() async throws {
        try await Self.with { _, hub, router, door in
            let sources = [
                try await Self.watch(router), try await Self.watch(router), try await Self.watch(router, token: "b"),
            ]
            for source in sources { _ = source.next() }
            try WatchRaceTests.until("all watch") { hub.figures.watchers == 3 }
            let before = door.asked.withLock { $0 }
            await hub.recheck()
            #expect(door.asked.withLock { $0 } == before + 2)
            for source in sources { source.cancel() }
        }
    }

    @Test("the hub asks by itself")
    func byItself() async throws {
        try await Self.with(recheckInterval: .milliseconds(5)) { _, hub, router, door in
            let source = try await Self.watch(router)
            _ = source.next()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await hub.run() }
                door.answer.withLock { $0 = .refused("the account was deleted") }
                while hub.figures.watchers != 0 || door.asked.withLock({ $0 }) < 2 {
                    _ = source.next()
                    try await Task.sleep(for: .milliseconds(1))
                }
                group.cancelAll()
            }
        }
    }
}
