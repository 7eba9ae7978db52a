import Beehive
import NIOPosix
import Testing

@testable import MetaClient

/// Nothing of a call stays behind.
@Suite("What calls leave behind", .timeLimit(.minutes(5)))
struct LeakTests {
    /// What was seen to begin, none of it held.
    private final class Begun: Sendable {
        private struct Exchange: Sendable {
            weak var exchange: APIExchange?
            weak var queue: PieceQueue?
        }

        private let all = Lock<[Exchange]>([])

        func add(_ exchange: APIExchange) {
            let seen = Exchange(exchange: exchange, queue: exchange.queue)
            all.withLock { $0.append(seen) }
        }

        var count: Int { all.withLock { $0.count } }
        var living: (exchanges: Int, queues: Int) {
            all.withLock { all in
                (all.count { $0.exchange != nil }, all.count { $0.queue != nil })
            }
        }
    }

    private func maps(at path: String, _ begun: Begun) -> MetaObjects<ConfigMap> {
        let transport = APITransport(
            path: path, group: MultiThreadedEventLoopGroup.singleton, options: .init(), seesExchange: begun.add)
        return MetaObjects(resource: ConfigMap.resource, transport: transport)
    }

    private func expectNone(of begun: Begun, atLeast count: Int) async throws {
        #expect(begun.count >= count)
        // A connection closes on its event loop, after the call.
        try await eventually("all is gone: \(begun.living) of \(begun.count) live") { begun.living == (0, 0) }
    }

    @Test("reads, lists, refusals and writes are gone once they are done")
    func calls() async throws {
        try await ServedStore.with { served in
            try served.put(.configMap, ServedStore.map("a", "1"))
            let begun = Begun()
            let maps = maps(at: served.socket, begun)
            try await served.serve {
                for _ in 0..<20 {
                    #expect(try await maps.get("a", in: "site") != nil)
                    #expect(try await maps.get("b", in: "site") == nil)
                    #expect(try await maps.list(in: "site").objects.count == 1)
                    let none = APIResource(group: "no.such", plural: "things", kind: "Thing")
                    await #expect(throws: MetaClientError.self) {
                        _ = try await MetaObjects<UntypedObject>(resource: none, transport: maps.transport)
                            .get("a", in: "site")
                    }
                }
                try await expectNone(of: begun, atLeast: 80)
            }
        }
    }

    @Test("watches that end, break, are dropped or cancelled are gone, with what nobody took")
    func watches() async throws {
        try await ServedStore.with { served in
            for number in 0..<200 {
                try served.put(.configMap, ServedStore.map("m\(number)", String(repeating: "x", count: 4000)))
            }
            let begun = Begun()
            let maps = maps(at: served.socket, begun)
            var outliving = maps.watch(in: "site").makeAsyncIterator()
            try await served.serve {
                for _ in 0..<20 {
                    // Dropped with most of it not taken.
                    var events = maps.watch(in: "site").makeAsyncIterator()
                    _ = try await events.next()
                }
                for _ in 0..<5 {
                    await withTaskGroup(of: Void.self) { group in
                        let isSynced = Lock(false)
                        group.addTask {
                            do {
                                for try await event in maps.watch(in: "site") where event == .synced {
                                    isSynced.withLock { $0 = true }
                                }
                            } catch { Issue.record(error) }
                        }
                        try? await eventually("synced") { isSynced.withLock { $0 } }
                        group.cancelAll()
                    }
                }
                while let event = try await outliving.next(), event != .synced {}
                try await eventually("one is left: \(begun.living)") { begun.living == (1, 1) }
            }
            // The server is gone: the connection broke, and the watch that outlives it comes back to another.
            try served.put(.configMap, ServedStore.map("new", "1"))
            try await served.serve {
                #expect(try await outliving.next()?.word == "+new=1")
                try await eventually("one is left: \(begun.living)") { begun.living == (1, 1) }
                outliving = maps.watch().makeAsyncIterator()
                try await expectNone(of: begun, atLeast: 27)
            }
        }
    }

    @Test("answers that are cut short, and servers that are not there, leave nothing")
    func broken() async throws {
        let begun = Begun()
        let cut: @Sendable (Int) -> String = { _ in "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":" }
        try await ScriptedServer.with(cut) { server in
            for _ in 0..<20 {
                await #expect(throws: MetaClientError.self) {
                    _ = try await maps(at: server.path, begun).get("a", in: "b")
                }
            }
            try await expectNone(of: begun, atLeast: 20)
        }
        await #expect(throws: MetaClientError.self) { _ = try await maps(at: "/nowhere", begun).get("a", in: "b") }
        try await expectNone(of: begun, atLeast: 20)
    }
}
