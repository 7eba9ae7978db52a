import Beehive
import Glibc
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// The loop while the store fails: here because another connection holds the database.
struct LoopFailureTests {
    /// A loop without a thread on a database that can be locked.
    private final class Bench: Sendable {
        let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
        let cloud = RecordingCloud()
        let inbox = Inbox<Input>(capacity: 16)
        let decisions = Lock<[Decision]>([])
        let path: String

        init() throws {
            var template = Array("/tmp/metamanager-loop-XXXXXX".utf8CString)
            let made = try #require(mkdtemp(&template))
            path = String(cString: made) + "/edgecore.db"
        }

        deinit {
            for end in ["", "-wal", "-shm"] { unlink(path + end) }
            rmdir(String(path.dropLast("/edgecore.db".count)))
        }

        func loop() throws -> MetadataLoop {
            let now = time.now()
            let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
            let bus = ModuleBus(
                time: time, intake: FakeIntake(), owed: { _ in [] },
                relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
            return MetadataLoop(
                store: try MetaStore(path: path, now: now.wall, busyTimeout: .milliseconds(20)),
                planner: Planner(settings: PlanningSettings(), ids: MessageIDSource(seed: 1), now: now), inbox: inbox,
                bus: bus, cloud: cloud, time: time,
                observer: { [decisions] more in decisions.withLock { $0 += more } })
        }

        /// Does something while another connection holds the database.
        func locked(_ body: () -> Void) throws {
            let other = try MetaStore(path: path, now: time.now().wall)
            try other.transaction(writing: true) { (_) throws(StoreError) in body() }
        }
    }

    private final class RecordingCloud: CloudPort {
        private let frames = Lock<[Message]>([])
        func send(_ more: [CloudFrame]) {
            let messages = more.compactMap { try? MessageDecoder().decode($0.bytes) }
            frames.withLock { $0 += messages }
        }
        func take() -> [Message] {
            frames.withLock { frames in
                defer { frames = [] }
                return frames
            }
        }
    }

    private static let edged = ModuleInfo(name: .edged)

    private static func event(_ id: String) -> Input {
        .fromModule(
            Message(
                header: Header(id: id, timestamp: 1),
                route: Route(source: .edged, group: .meta, operation: .insert, resource: "demo/event/\(id)"),
                content: Content(["reason": "Started"])), edged)
    }

    private static func pod(_ id: String, version: Int) -> Input {
        .fromCloud(
            Message(
                header: Header(id: id, timestamp: 1, resourceVersion: "\(version)"),
                route: Route(source: .edgeController, group: .resource, operation: .update, resource: "demo/pod/web"),
                content: Content([
                    "kind": "Pod",
                    "metadata": [
                        "name": "web", "namespace": "demo", "uid": "u1",
                        "resourceVersion": JSONValue(text: "\(version)"),
                    ],
                ])))
    }

    @Test func `a link that came up while the store failed is known once the store is back`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([Self.event("e1")])
        try bench.locked { loop.step([.linkUp(connection: 1), .credit(connection: 1, entries: 10)]) }
        #expect(!loop.status.isLinkUp)
        bench.time.advance(by: .seconds(2))
        loop.step([.tick])
        #expect(loop.status.isLinkUp)
        #expect(bench.cloud.take().map(\.id) == ["e1"])
    }

    @Test func `of links that came and went while the store failed the last one counts`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([.linkUp(connection: 1)])
        try bench.locked {
            loop.step([.linkDown(connection: 1)])
            for connection in 2...5 { loop.step([.linkUp(connection: connection), .linkDown(connection: connection)]) }
            loop.step([.linkUp(connection: 6), .credit(connection: 6, entries: 1)])
        }
        bench.time.advance(by: .seconds(2))
        loop.step([Self.event("e1")])
        #expect(loop.status.isLinkUp)
        #expect(bench.cloud.take().map(\.id) == ["e1"])
    }

    @Test func `a proof that came while the store failed ends its entries once the store is back`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([.linkUp(connection: 1), .credit(connection: 1, entries: 10), Self.event("e1")])
        #expect(loop.status.outbox.facts == 1)
        try bench.locked { loop.step([.confirmed(connection: 1, places: [(2 << 48) + 2])]) }
        #expect(loop.status.outbox.facts == 1)
        bench.time.advance(by: .seconds(2))
        loop.step([.tick])
        #expect(loop.status.outbox.facts == 0)
    }

    @Test func `the cloud's answer that came while the store failed still reaches who asked`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let query = Message(
            header: Header(id: "q", timestamp: 1, sync: true),
            route: Route(source: .edged, group: .meta, operation: .query, resource: "demo/configmap/c"), content: .null)
        loop.step([.linkUp(connection: 1), .credit(connection: 1, entries: 10), .fromModule(query, Self.edged)])
        let asked = try #require(bench.cloud.take().first)
        #expect(loop.status.remoteRequests == 1)
        let answer = Message(
            header: Header(id: "a", parentID: asked.id, timestamp: 1),
            route: Route(
                source: .edgeController, group: .resource, operation: .response, resource: "demo/configmap/c"),
            content: Content([
                "kind": "ConfigMap",
                "metadata": ["name": "c", "namespace": "demo", "uid": "u", "resourceVersion": "7"],
            ]))
        try bench.locked { loop.step([.fromCloud(answer)]) }
        #expect(loop.status.remoteRequests == 1 && loop.status.rows == 0)
        bench.time.advance(by: .seconds(2))
        loop.step([.tick])
        #expect(loop.status.remoteRequests == 0 && loop.status.rows == 1)
    }

    @Test func `so does the dynamic controller's, which is not told of the failure`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let server = ModuleInfo(name: .metaServer)
        let application = Message(
            header: Header(id: "q", timestamp: 1),
            route: Route(source: .metaServer, group: .dynamicController, operation: .null, resource: "null"),
            content: Content([:]))
        loop.step([.linkUp(connection: 1), .credit(connection: 1, entries: 10), .fromModule(application, server)])
        let asked = try #require(bench.cloud.take().first)
        let answer = Message(
            header: Header(id: "a", parentID: asked.id, timestamp: 1),
            route: Route(
                source: .dynamicController, group: .resource, operation: .applicationResponse,
                resource: "ignore/Application/ignore"), content: Content([:]))
        try bench.locked { loop.step([.fromCloud(answer)]) }
        #expect(loop.status.remoteRequests == 1 && bench.cloud.take().isEmpty)
        bench.time.advance(by: .seconds(2))
        loop.step([.tick])
        #expect(loop.status.remoteRequests == 0)
    }

    @Test func `work on the store counts as the loop's: one that hangs is noticed`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let wasBusy = Lock<Bool?>(nil)
        loop.maintain { [weak loop] _ in
            wasBusy.withLock { $0 = loop?.busySince != nil }
            return false
        }
        bench.inbox.close()
        loop.run()
        #expect(wasBusy.withLock { $0 } == true && loop.busySince == nil)
    }

    @Test func `a deadline that cannot be kept while the store fails does not spin`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        bench.time.advance(by: .seconds(61))
        try bench.locked { loop.step([.tick]) }
        let wake = try #require(loop.nextWake)
        #expect(wake > bench.time.now().ticks)
        #expect(loop.status.storeProblem != nil)
        bench.time.advance(by: .seconds(6))
        loop.step([.tick])
        #expect(loop.status.storeProblem == nil)
    }

    @Test func `a sync request gets its error answer in time while the store fails`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let message = Message(
            header: Header(id: "v1", timestamp: 1),
            route: Route(
                source: .edgeController, group: .resource, operation: .createVolume, resource: "demo/volume/v1"),
            content: Content(["a": 1]))
        loop.step([.attached(Self.edged), .linkUp(connection: 1), .fromCloud(message)])
        _ = bench.cloud.take()
        bench.time.advance(by: .seconds(61))
        try bench.locked { loop.step([.tick]) }
        #expect(bench.cloud.take().filter { $0.header.parentID == "v1" }.map(\.route.operation) == [.error])
    }

    @Test func `a locked database holds a batch up once, not once for each of its messages`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let begin = try #require(MetaStore.statementNames.firstIndex(of: "beginWriting"))
        try bench.locked { loop.step((1...100).map { Self.pod("p\($0)", version: $0) }) }
        // Each try waits for the lock as long as the store is told to.
        #expect(loop.status.statementCounts[begin] == 1)
        let answers = bench.cloud.take()
        #expect(answers.count == 100 && answers.allSatisfy { $0.route.operation == .error })
    }

    @Test func `a store that can only be read stays a problem until it was written`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        let query = Message(
            header: Header(id: "q", timestamp: 1, sync: true),
            route: Route(source: .edged, group: .meta, operation: .query, resource: "demo/pod"), content: .null)
        try bench.locked {
            loop.step([Self.pod("p1", version: 1)])
            loop.step([.fromModule(query, Self.edged)])
        }
        #expect(loop.status.storeProblem != nil)
        loop.step([Self.pod("p2", version: 1)])
        #expect(loop.status.storeProblem == nil)
    }

    @Test func `decisions name the message they are about, also when each had its own transaction`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([.linkUp(connection: 1), .credit(connection: 1, entries: 10)])
        bench.decisions.withLock { $0 = [] }
        let query = Message(
            header: Header(id: "q", timestamp: 1, sync: true),
            route: Route(source: .edged, group: .meta, operation: .query, resource: "demo/pod"), content: .null)
        loop.step([Self.event("e1")])
        try bench.locked {
            loop.step([.credit(connection: 1, entries: 1), Self.pod("p1", version: 1), .fromModule(query, Self.edged)])
        }
        let outcomes = bench.decisions.withLock { $0 }.filter { !$0.id.isEmpty }.map { [$0.id, $0.outcome.rawValue] }
        #expect(outcomes == [["e1", "queued"], ["p1", "failed"], ["q", "answered"]])
    }
}
