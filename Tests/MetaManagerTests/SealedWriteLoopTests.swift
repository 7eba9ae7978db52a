import Beehive
import Glibc
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Local writes of a sealed type through the loop, with its key and without.
struct SealedWriteLoopTests {
    private final class Silence: CloudPort {
        func send(_ frames: [CloudFrame]) {}
    }

    private final class Bench {
        let folder = TestFolderOfKeys()
        let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
        let inbox = Inbox<Input>(capacity: 16)

        var sealing: Sealing { Sealing(types: [.configMap], key: .file(folder.key)) }

        func loop() throws -> MetadataLoop {
            let now = time.now()
            let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
            let bus = ModuleBus(
                time: time, intake: FakeIntake(), owed: { _ in [] },
                relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
            return MetadataLoop(
                store: try MetaStore(path: folder.database, now: now.wall, sealing: sealing),
                planner: Planner(settings: PlanningSettings(), ids: MessageIDSource(seed: 1), now: now), inbox: inbox,
                bus: bus, cloud: Silence(), time: time)
        }

        func read<Result>(_ body: (StoreTransaction) throws(StoreError) -> Result) throws -> Result {
            try StoreReader(path: folder.database, sealing: sealing).read(body)
        }

        func write(_ value: String, _ type: ResourceType, _ loop: MetadataLoop) async -> LocalWrite.Answer {
            let request = LocalWrite.PendingRequest(
                resource: PendingBench.configMaps, namespace: "demo", name: "one",
                object: PendingBench.map(value, name: "one"), caller: "me")
            let path = ResourcePath(namespace: "demo", type: type, id: "one")
            let write = LocalWrite(.pending(request), at: path, expected: nil)
            loop.step([.write(write)])
            return await write.ticket.value
        }
    }

    @Test func `without the key a write of a sealed type waits on, untouched, and those of other types are taken`()
        async throws
    {
        let bench = Bench()
        let row = "demo/pendingwrite/configmap.one"
        let id: String
        do {
            let loop = try bench.loop()
            guard case .taken = await bench.write("first", .configMap, loop) else {
                Issue.record("not taken")
                return
            }
            id = try #require(try bench.read { view throws(StoreError) in try view.outbox(about: row).first?.id })
            #expect(try bench.read { view throws(StoreError) in try view.isSealed(row) } == true)
        }
        rename(bench.folder.key, bench.folder.key + ".away")
        do {
            let loop = try bench.loop()
            guard case .refused(let cause) = await bench.write("second", .configMap, loop) else {
                Issue.record("not refused")
                return
            }
            #expect(cause.contains("key is not here"))
            guard case .taken = await bench.write("third", .lease, loop) else {
                Issue.record("another type was not taken")
                return
            }
            // A late answer ends nothing: nobody can tell what else waits in the row.
            loop.step([.linkUp(connection: 1)])
            let application = Application.get(PendingBench.configMaps, namespace: "demo", name: "one")
            let answer = ApplicationAnswer(id: "a", status: .approved).content(to: application, node: "n")
            loop.step([
                .fromCloud(
                    Message(
                        header: Header(id: "late", parentID: id, timestamp: 1),
                        route: Route(
                            source: "dynamiccontroller", group: .resource, operation: .applicationResponse,
                            resource: SpecialResource.application),
                        content: Content(answer)))
            ])
            #expect(try bench.read { view throws(StoreError) in try view.outbox(about: row).map(\.id) } == [id])
        }
        rename(bench.folder.key + ".away", bench.folder.key)
        guard case .taken = await bench.write("fourth", .configMap, try bench.loop()) else {
            Issue.record("not taken with the key")
            return
        }
    }
}

/// A folder with a database and its key, removed in the end.
private final class TestFolderOfKeys {
    let path: String
    var database: String { path + "/edgecore.db" }
    var key: String { path + "/key" }

    init() {
        var template = Array("/tmp/metamanager-sealed-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nowhere"
    }

    deinit {
        for name in ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "key", "key.away"] {
            unlink(path + "/" + name)
        }
        rmdir(path)
    }
}
