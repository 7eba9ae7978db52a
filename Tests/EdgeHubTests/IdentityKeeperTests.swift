import Beehive
import Logging
import NodePKI
import ServiceLifecycle
import TestKit
import Testing

@testable import EdgeHub

@Suite("Identity: keeper", .timeLimit(.minutes(3)))
struct IdentityKeeperTests {
    @Test("files that load are used as they are, whatever their name, without asking the cloud")
    func fromDisk() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            try cloud.files.store(cloud.identity(node: "made-by-hand"))
            let keeper = cloud.keeper(cloud.settings(url: server.url, token: cloud.token))
            #expect(try await keeper.identity().commonName == "system:node:made-by-hand")
            #expect(keeper.report.commonName == "system:node:made-by-hand")
            #expect(keeper.report.problem == nil)
            #expect(server.requests.isEmpty)
            try await server.stop()
        }
    }

    @Test("many callers share one join, which is stored")
    func sharedJoin() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            try cloud.folder.write("token", cloud.token + "\n")
            var settings = cloud.settings(url: server.url)
            settings.tokenFile = "\(cloud.folder.path)/token"
            let keeper = cloud.keeper(settings)
            let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<10 { group.addTask { try await keeper.identity().key } }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(server.requests.map(\.path) == ["/ca.crt", "/edge.crt"])
            #expect(try cloud.files.load().key == keys.first)
            #expect(keeper.report.enrollments == 1)
            try await server.stop()
        }
    }

    @Test("a caller that gives up does not end the others' wait")
    func cancelledCaller() async throws {
        try await IdentityTestCloud.with { cloud in
            let isOpen = Lock(false)
            let server = try await cloud.serve { request in
                isOpen.withLock { $0 } ? cloud.answer(request) : .silence
            }
            let keeper = cloud.keeper(cloud.settings(url: server.url, token: cloud.token))
            let first = Task { await identityError { try await keeper.identity() } }
            try await eventually("the first asks", within: .seconds(60)) { !server.requests.isEmpty }
            async let second = keeper.identity()
            isOpen.withLock { $0 = true }
            first.cancel()
            #expect(await first.value?.code == .cancelled)
            #expect(try await second.commonName == "system:node:edge-1")
            try await server.stop()
        }
    }

    @Test("without files and token it is said what is missing")
    func nothing() async throws {
        try await IdentityTestCloud.with { cloud in
            let keeper = cloud.keeper(cloud.settings(url: nil))
            let error = await Self.failure(keeper)
            #expect(error?.code == .missing)
            #expect(
                error?.description.contains("server.crt: No such file") == true
                    || error?.description.contains("rootCA.crt: No such file") == true)
            #expect(error?.description.contains("edgehub.http.token") == true)
            #expect(keeper.report.problem == error)
        }
    }

    @Test(
        "a token of another form is refused without being shown",
        arguments: ["canary1.canary2.canary3", "", "canary4"])
    func badToken(token: String) async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let keeper = cloud.keeper(cloud.settings(url: server.url, token: token))
            let error = await Self.failure(keeper)
            #expect(error?.code == .settings)
            #expect(error?.description.contains("part(s), not four") == true)
            #expect(error?.description.contains("canary") == false)
            #expect("\(keeper.settings)".contains("canary") == false)
            #expect(server.requests.isEmpty)
            try await server.stop()
        }
    }

    @Test("an expired certificate: with a token the node joins anew, without it the problem is clear")
    func expired() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let old = try cloud.identity(from: cloud.start - 20 * IdentityTestCloud.day)
            try cloud.files.store(old)
            let poor = cloud.keeper(cloud.settings(url: server.url))
            let error = await Self.failure(poor)
            #expect(error?.code == .expired)
            #expect(error?.description.contains("expired at 20") == true)
            #expect(error?.description.contains("without edgehub.http.token only its renewal") == true)
            #expect(try cloud.files.load().key == old.key)
            let rich = cloud.keeper(cloud.settings(url: server.url, token: cloud.token))
            let new = try await rich.identity()
            #expect(new.key != old.key)
            #expect(try cloud.files.load().key == new.key)
            #expect(rich.report.problem == nil)
            try await server.stop()
        }
    }

    @Test("a certificate of the future points at the clock, and no join is tried")
    func future() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            try cloud.files.store(cloud.identity())
            cloud.time.setWall(0)
            let error = await Self.failure(cloud.keeper(cloud.settings(url: server.url, token: cloud.token)))
            #expect(error?.code == .notYetValid)
            #expect(error?.description.contains("1970-01-01T00:00:00Z here: set the node's clock") == true)
            #expect(server.requests.isEmpty)
            try await server.stop()
        }
    }

    @Test("the renewal comes at its time, is stored, and is told; not a second before")
    func onSchedule() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            let old = try cloud.identity()
            try cloud.files.store(old)
            let renewed = Lock<[[UInt8]]>([])
            let keeper = cloud.keeper(cloud.settings(url: server.url)) { new in
                renewed.withLock { $0.append(new.key) }
            }
            try await Self.run(keeper) {
                _ = try await keeper.identity()
                // 0.5 lies at 80 % of ten days.
                #expect(keeper.report.nextRenewal == cloud.start + 8 * IdentityTestCloud.day)
                try await Self.advance(cloud, .seconds(8 * 86_400 - 300))
                try await Self.advance(cloud, .seconds(299))
                #expect(server.requests.isEmpty)
                try await Self.advance(cloud, .seconds(1))
                try await eventually("renewed", within: .seconds(60)) { renewed.withLock { $0.count } == 1 }
                let new = try await keeper.identity()
                #expect(new.key != old.key)
                #expect(renewed.withLock { $0 } == [new.key])
                #expect(try cloud.files.load().key == new.key)
                #expect(keeper.report.nextRenewal == cloud.start + 16 * IdentityTestCloud.day)
                #expect(server.requests.map(\.path) == ["/edge.crt"])
                #expect(cloud.clock.slept.allSatisfy { $0 <= .seconds(600) })
            }
            try await server.stop()
        }
    }

    @Test("a refused renewal keeps the old pair, and is tried again until it succeeds")
    func refusedThenGranted() async throws {
        try await IdentityTestCloud.with { cloud in
            let left = Lock(3)
            let server = try await cloud.serve { request in
                let isRefused = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                return isRefused ? .text(500, "not now") : cloud.answer(request)
            }
            let old = try cloud.identity()
            try cloud.files.store(old)
            let renewed = Lock(0)
            let keeper = cloud.keeper(cloud.settings(url: server.url)) { _ in renewed.withLock { $0 += 1 } }
            try await Self.run(keeper) {
                _ = try await keeper.identity()
                try await Self.advance(cloud, .seconds(9 * 86_400))
                // 2, 4, 8 s and half of the jitter.
                for (count, seconds) in [(1, 2.1), (2, 4.2), (3, 8.4)] {
                    try await eventually("try \(count)", within: .seconds(60)) {
                        keeper.report.failures == UInt64(count)
                    }
                    #expect(keeper.report.problem?.description.contains("500 (not now)") == true)
                    #expect(try await keeper.identity().key == old.key)
                    #expect(try cloud.files.load().key == old.key)
                    try await eventually("it waits", within: .seconds(60)) { cloud.clock.isAwaited }
                    #expect(abs((cloud.clock.slept.last ?? .zero) / .seconds(1) - seconds) < 0.001)
                    try await Self.advance(cloud, .seconds(seconds))
                }
                try await eventually("renewed", within: .seconds(60)) { renewed.withLock { $0 } == 1 }
                #expect(try await keeper.identity().key != old.key)
                #expect(keeper.report.problem == nil)
            }
            try await server.stop()
        }
    }

    @Test("after a long absence the running keeper joins anew by itself")
    func absence() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            try cloud.files.store(cloud.identity())
            let renewed = Lock(0)
            let keeper = cloud.keeper(cloud.settings(url: server.url, token: cloud.token)) { _ in
                renewed.withLock { $0 += 1 }
            }
            try await Self.run(keeper) {
                _ = try await keeper.identity()
                try await eventually("it waits", within: .seconds(60)) { cloud.clock.isAwaited }
                // The machine slept: the wall clock went on, the waits did not.
                cloud.time.setWall(cloud.start + 40 * IdentityTestCloud.day)
                cloud.clock.advance(by: .seconds(600))
                try await eventually("joined", within: .seconds(60)) { renewed.withLock { $0 } == 1 }
                #expect(server.requests.map(\.path) == ["/ca.crt", "/edge.crt"])
            }
            try await server.stop()
        }
    }

    @Test("a refused certificate leads to a new join, at most once in the interval; a failed one leaves the old")
    func rejected() async throws {
        try await IdentityTestCloud.with { cloud in
            let isOpen = Lock(false)
            let server = try await cloud.serve { request in
                isOpen.withLock { $0 } ? cloud.answer(request) : .text(500, "not now")
            }
            let old = try cloud.identity()
            try cloud.files.store(old)
            let keeper = cloud.keeper(cloud.settings(url: server.url, token: cloud.token))
            #expect(try await keeper.identity().key == old.key)
            keeper.rejected()
            #expect(try await keeper.identity().key == old.key)
            #expect(server.requests.count == 1)
            isOpen.withLock { $0 = true }
            keeper.rejected()
            #expect(try await keeper.identity().key == old.key)
            #expect(server.requests.count == 1)
            cloud.time.advance(by: .seconds(600))
            let new = try await keeper.identity()
            #expect(new.key != old.key)
            #expect(try cloud.files.load().key == new.key)
            #expect(try await keeper.identity().key == new.key)
            #expect(server.requests.count == 3)
            try await server.stop()
        }
    }

    @Test("a folder that cannot be written fails the join with its cause")
    func unwritable() async throws {
        try await IdentityTestCloud.with { cloud in
            let server = try await cloud.serve()
            try cloud.folder.write("certs", "a file where the folder should be")
            let error = await Self.failure(cloud.keeper(cloud.settings(url: server.url, token: cloud.token)))
            #expect(error?.code == .storage)
            #expect(error?.description.contains("Not a directory") == true, "\(String(describing: error))")
            try await server.stop()
        }
    }

    private static func failure(_ keeper: IdentityKeeper) async -> IdentityError? {
        await identityError { try await keeper.identity() }
    }

    /// Lets time pass as soon as somebody waits for it.
    private static func advance(_ cloud: IdentityTestCloud, _ duration: Duration) async throws {
        try await eventually("it waits", within: .seconds(60)) { cloud.clock.isAwaited }
        cloud.clock.advance(by: duration)
        // What was due has looked at the time again when it waits again, or works.
    }

    private static func run(_ keeper: IdentityKeeper, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [keeper], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        async let running: Void = group.run()
        var failure: (any Error)?
        do { try await body() } catch { failure = error }
        await group.triggerGracefulShutdown()
        try await running
        if let failure { throw failure }
    }
}
