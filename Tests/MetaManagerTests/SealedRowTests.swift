import Beehive
import CSQLite
import Glibc
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// The loop on a store with sealed values, some of which do not open.
struct SealedRowTests {
    private final class Bench: Sendable {
        private final class Cloud: CloudPort {
            let frames = Lock<[Message]>([])
            func send(_ more: [CloudFrame]) {
                let messages = more.compactMap { try? MessageDecoder().decode($0.bytes) }
                frames.withLock { $0 += messages }
            }
        }

        let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
        private let cloud = Cloud()
        let inbox = Inbox<Input>(capacity: 16)
        let decisions = Lock<[Decision]>([])
        let folder: String
        var frames: [Message] { cloud.frames.withLock { $0 } }
        var outcome: Outcome? { decisions.withLock { $0.last?.outcome } }
        var path: String { folder + "/edgecore.db" }

        init() throws {
            var template = Array("/tmp/metamanager-sealed-XXXXXX".utf8CString)
            let made = try #require(mkdtemp(&template))
            folder = String(cString: made)
        }

        deinit {
            for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "key"] { unlink(folder + "/" + name) }
            rmdir(folder)
        }

        var sealing: Sealing { Sealing(types: [.secret, .serviceAccountToken], key: .file(folder + "/key")) }

        func loop() throws -> MetadataLoop {
            let now = time.now()
            let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
            let bus = ModuleBus(
                time: time, intake: FakeIntake(), owed: { _ in [] },
                relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
            return MetadataLoop(
                store: try MetaStore(path: path, now: now.wall, sealing: sealing),
                planner: Planner(settings: PlanningSettings(), ids: MessageIDSource(seed: 1), now: now), inbox: inbox,
                bus: bus, cloud: cloud, time: time,
                observer: { [decisions] more in decisions.withLock { $0 += more } })
        }

        /// What a reader sees of the secret.
        func stored() throws -> String? {
            let value = try StoreReader(path: path, sealing: sealing).read { view throws(StoreError) in
                try view.readableObject("demo/secret/s")?.value
            }
            return value.map { String(decoding: $0, as: UTF8.self) }
        }

        /// Changes the sealed value, as somebody with the disk in hand may.
        func damage() { run("UPDATE object SET value = zeroblob(64) WHERE type = 'secret'") }

        func run(_ sql: String) {
            var handle: OpaquePointer?
            sqlite3_open(path, &handle)
            #expect(sqlite3_exec(handle, sql, nil, nil, nil) == 0)
            sqlite3_close(handle)
        }
    }

    private static func push(
        _ id: String, version: Int = 5, data: String = "first", type: ResourceType = .secret
    ) -> Input {
        .fromCloud(
            Message(
                header: Header(id: id, timestamp: 1, resourceVersion: "\(version)"),
                route: Route(
                    source: .edgeController, group: .resource, operation: .update, resource: "demo/\(type)/s"),
                content: Content([
                    "kind": "Some", "data": JSONValue(text: data),
                    "metadata": [
                        "name": "s", "namespace": "demo", "uid": "u1", "resourceVersion": JSONValue(text: "\(version)"),
                    ],
                ])))
    }

    private static func query(_ id: String) -> Input {
        .fromModule(
            Message(
                header: Header(id: id, timestamp: 1, sync: true),
                route: Route(source: .edged, group: .meta, operation: .query, resource: "demo/secret/s"),
                content: .null), ModuleInfo(name: .edged))
    }

    @Test func `a push of the same version is unchanged while the stored value opens, else it overwrites it`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([Self.push("m1")])
        loop.step([Self.push("m2")])
        #expect(bench.outcome == .unchanged)
        bench.damage()
        #expect(try bench.stored() == nil)
        loop.step([Self.push("m3")])
        #expect(bench.outcome == .stored)
        #expect(try bench.stored()?.contains("first") == true)
    }

    @Test(
        "a damaged value is replaced by a push of any version",
        arguments: [
            ("value = '{}'", 5), ("value = '{}'", 4), ("version = '999999'", 6), ("uid = 'other'", 6),
            ("revision = revision + 1", 5),
        ])
    func damagedValue(_ damage: String, _ version: Int) throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([Self.push("m1", type: .configMap)])
        loop.step([Self.push("m2", type: .configMap)])
        #expect(bench.outcome == .unchanged)
        bench.run("UPDATE object SET \(damage) WHERE type = 'configmap'")
        loop.step([Self.push("m3", version: version, data: "again", type: .configMap)])
        #expect(bench.outcome == .stored)
        let value = try StoreReader(path: bench.path).read { view throws(StoreError) in
            try view.object("demo/configmap/s")?.value
        }
        #expect(value.map { String(decoding: $0, as: UTF8.self).contains("again") } == true)
    }

    @Test func `a damaged patch neither hides its object nor keeps the next patch away`() throws {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([Self.push("m1", type: .pod)])
        func patch(_ id: String) -> Input {
            .fromModule(
                Message(
                    header: Header(id: id, timestamp: 1, sync: true),
                    route: Route(source: .edged, group: .meta, operation: .patch, resource: "demo/podpatch/s"),
                    content: Content(text: #"{"status":{"phase":"\#(id)"}}"#)), ModuleInfo(name: .edged))
        }
        loop.step([patch("p1")])
        #expect(bench.outcome == .stored)
        bench.run("UPDATE object SET value = '{}' WHERE type = 'podpatch'")
        loop.step([
            .fromModule(
                Message(
                    header: Header(id: "q", timestamp: 1, sync: true),
                    route: Route(source: .edged, group: .meta, operation: .query, resource: "demo/pod/s"),
                    content: .null), ModuleInfo(name: .edged))
        ])
        #expect(bench.outcome == .answered)
        loop.step([patch("p2")])
        #expect(bench.outcome == .stored)
        let rows = try StoreReader(path: bench.path).read { view throws(StoreError) in
            try view.objects(ofType: .podPatch)
        }
        #expect(rows.map { String(decoding: $0.value, as: UTF8.self) } == [#"{"status":{"phase":"p2"}}"#])
    }

    @Test func `a query of a changed value fails with the cause offline, asks the cloud online, and blames no disk`()
        throws
    {
        let bench = try Bench()
        let loop = try bench.loop()
        loop.step([Self.push("m1")])
        bench.damage()
        loop.step([Self.query("q1")])
        #expect(bench.outcome == .failed && loop.status.storeProblem == nil)
        #expect(bench.decisions.withLock { $0.last?.reason.contains("was changed") } == true)
        loop.step([.linkUp(connection: 1), Self.query("q2")])
        #expect(bench.outcome == .asked)
        let asked = try #require(bench.frames.last { $0.route.operation == .query })
        let push = Self.push("x", version: 5, data: "again")
        guard case .fromCloud(var answer) = push else { return }
        answer.header.parentID = asked.id
        answer.route.operation = .response
        loop.step([.fromCloud(answer)])
        #expect(try bench.stored()?.contains("again") == true)
    }

    @Test func `without the key a push is refused, not acknowledged, and other work goes on`() throws {
        let bench = try Bench()
        try bench.loop().step([Self.push("m1")])
        unlink(bench.folder + "/key")
        let loop = try bench.loop()
        loop.step([.linkUp(connection: 1)])
        loop.step([Self.push("m2", version: 6)])
        #expect(bench.outcome == .failed && loop.status.storeProblem == nil)
        #expect(!bench.frames.contains { $0.header.parentID == "m2" && $0.content.string == "OK" })
        loop.step([Self.query("q1")])
        #expect(bench.outcome == .failed)
        bench.time.advance(by: .seconds(120))
        loop.step([.tick])
        #expect(loop.status.storeProblem == nil)
        #expect(bench.decisions.withLock { $0.last?.outcome } != .failed)
    }
}
