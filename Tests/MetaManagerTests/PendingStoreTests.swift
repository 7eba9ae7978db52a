import Beehive
import Glibc
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Writes of the local API through the loop, into a database.
struct PendingStoreTests {
    private final class Silence: CloudPort {
        func send(_ frames: [CloudFrame]) {}
    }

    /// A folder with a database, removed in the end.
    private final class Folder: Sendable {
        let path: String

        init() throws {
            var template = Array("/tmp/metamanager-writes-XXXXXX".utf8CString)
            path = String(cString: try #require(mkdtemp(&template))) + "/edgecore.db"
        }

        deinit {
            for end in ["", "-wal", "-shm", ".lock"] { unlink(path + end) }
            rmdir(String(path.dropLast("/edgecore.db".count)))
        }

        func loop() throws -> MetadataLoop {
            let time = ManualTime(start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
            let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
            let bus = ModuleBus(
                time: time, intake: FakeIntake(), owed: { _ in [] },
                relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
            return MetadataLoop(
                store: try MetaStore(path: path, now: time.now().wall, busyTimeout: .milliseconds(20)),
                planner: Planner(settings: PlanningSettings(), ids: MessageIDSource(seed: 1), now: time.now()),
                inbox: Inbox(capacity: 16), bus: bus, cloud: Silence(), time: time)
        }

        func read<Result>(_ body: (StoreTransaction) throws(StoreError) -> Result) throws -> Result {
            let store = try MetaStore(path: path, now: 1_800_000_000_000)
            return try store.transaction(writing: false, body)
        }
    }

    private static func write(_ value: String, _ name: String, expected: Int64?) -> LocalWrite {
        let request = LocalWrite.PendingRequest(
            resource: PendingBench.configMaps, namespace: "demo", name: name,
            object: PendingBench.map(value, name: name), caller: "me")
        return LocalWrite(
            .pending(request), at: ResourcePath(namespace: "demo", type: .configMap, id: name), expected: expected)
    }

    @Test("the answer comes after the commit, with the revision of the row; a process that dies loses nothing")
    func committed() async throws {
        let folder = try Folder()
        do {
            let loop = try folder.loop()
            let first = Self.write("a", "one", expected: 0)
            let second = Self.write("a", "two", expected: 0)
            loop.step([.write(first), .write(second)])
            guard case .taken(let one) = await first.ticket.value, case .taken(let two) = await second.ticket.value
            else {
                Issue.record("not taken")
                return
            }
            #expect(one > 0 && two == one + 1, "each has its own, though they share a transaction")
            let stale = Self.write("b", "one", expected: two)
            let next = Self.write("b", "one", expected: one)
            loop.step([.write(stale), .write(next)])
            #expect(await stale.ticket.value == .changed(revision: one))
            #expect(await next.ticket.value == .taken(revision: two + 1))
        }
        // No last words: what was answered is there all the same.
        let (row, entries) = try folder.read { view throws(StoreError) in
            (
                try view.object("demo/pendingwrite/configmap.one"),
                try view.outbox(about: "demo/pendingwrite/configmap.one")
            )
        }
        let pending = try #require(row.flatMap { PendingWrite($0.value) })
        #expect(pending.object?["data"]?["v"]?.text == "b" && entries.map(\.id) == pending.steps.map(\.id))
    }

    @Test("what the store cannot take is told, and not taken later behind the writer's back")
    func failed() async throws {
        let folder = try Folder()
        let loop = try folder.loop()
        let write = Self.write("a", "one", expected: 0)
        let other = try MetaStore(path: folder.path, now: 1)
        try other.transaction(writing: true) { (_) throws(StoreError) in loop.step([.write(write)]) }
        guard case .failed = await write.ticket.value else {
            Issue.record("it was taken")
            return
        }
        loop.step([.tick])
        #expect(try folder.read { view throws(StoreError) in try view.head("demo/pendingwrite/configmap.one") } == nil)
    }

    @Test("who waits for a loop that does not answer is told in the end; one that is full says so at once")
    func patience() async {
        let inbox = Inbox<Input>(capacity: 1)
        let writer = LocalWriter(inbox, limit: .milliseconds(50))
        guard case .failed = await writer.write(Self.write("a", "one", expected: nil)) else {
            Issue.record("nobody has taken it")
            return
        }
        #expect(inbox.depth == 1)
        guard case .failed = await writer.write(Self.write("a", "two", expected: nil)) else {
            Issue.record("there was no room")
            return
        }
    }
}
