import Beehive
import Glibc
import Testing

@testable import MetaStore

/// A backup in the database's place.
@Suite struct RestoreTests {
    let store = SealedStore()
    private var folder: TestFolder { store.folder }

    private func restore(_ copy: StoreBackup.Copy) {
        for end in ["", "-wal", "-shm"] { unlink(folder.database + end) }
        rename(copy.path, folder.database)
    }

    private func copy() throws -> StoreBackup.Copy {
        try StoreBackup(of: folder.database, sealing: store.sealing(), rests: false).write(to: folder.file("copy.db"))
    }

    private func open(now: Int64) throws -> MetaStore {
        try MetaStore(path: folder.database, now: now, sealing: store.sealing())
    }

    /// A store with objects and an outbox, its backup, and what was written after that.
    private func lose(after changes: Int) throws -> (revision: Int64, copy: StoreBackup.Copy) {
        let writer = try store.open()
        let status = #"{"status":"Running"}"#
        let frame = #"{"header":{"msg_id":"ID","timestamp":1},"route":{"resource":"n/pod/a"},"content":"x"}"#
        func queued(_ id: String, _ kind: OutboxClass) -> OutboxEntry {
            entry(id, kind: kind, key: kind == .state ? "k" : "", frame: frame.replacing("ID", with: id))
        }
        try writer.apply([
            .put(sample("n/pod/a", #"{"kind":"Pod"}"#), replacing: nil),
            .put(sample("n/secret/s", #"{"kind":"Secret"}"#), replacing: nil),
            .put(sample("n/podstatus/a", status, origin: .local), replacing: nil),
            .delete(key: "n/pod/none", remember: true),
            .enqueue(queued("s1", .state), lane: .state), .enqueue(queued("f1", .fact), lane: .fact),
        ])
        let made = try copy()
        for number in 0..<changes { try writer.apply([.put(sample("n/pod/b\(number)"), replacing: nil)]) }
        return (writer.revision, made)
    }

    @Test(
        "it begins above every revision of the old store, whatever the clock says",
        arguments: [0, 1000, startOfTests - 86_400_000, startOfTests + 86_400_000])
    func revision(now: Int64) throws {
        let (last, copy) = try lose(after: 20)
        restore(copy)
        let restored = try open(now: now)
        #expect(restored.isRestored && restored.opening == .opened)
        #expect(restored.revision > last && restored.revision >= now * 1000)
        #expect(restored.deliveredRevision == restored.revision)
        let first = restored.revision
        // Who knows a revision of the old store is told to list again.
        #expect(try restored.read { try $0.oldestRevision() } == first)
        try restored.apply([.put(sample("n/pod/c"), replacing: nil)])
        #expect(restored.revision == first + 1)
        #expect(try restored.read { try $0.changes(after: first, limit: 10).count } == 1)
        #expect(try restored.read { try $0.oldestRevision() } == first)
        #expect(try StoreCheck.run(path: folder.database, sealing: store.sealing()).problems == [])
    }

    @Test func `objects and facts are there, states and pod statuses are not`() throws {
        let (_, copy) = try lose(after: 1)
        restore(copy)
        let restored = try open(now: startOfTests)
        #expect(restored.rows == 2)
        #expect(try restored.read { try $0.object("n/secret/s")?.value } == bytes(#"{"kind":"Secret"}"#))
        #expect(try restored.read { try $0.object("n/pod/a") } != nil)
        #expect(try restored.read { try $0.podStatuses().isEmpty })
        #expect(try restored.read { try $0.outbox(id: "s1") } == nil)
        #expect(try restored.read { try $0.outbox(id: "f1") } != nil)
        let depth = try restored.read { try $0.outboxDepth() }
        #expect(depth.states == 0 && depth.facts == 1)
    }

    @Test func `it happens once`() throws {
        let (_, copy) = try lose(after: 1)
        restore(copy)
        let first = try open(now: startOfTests).revision
        let again = try open(now: startOfTests + 1)
        #expect(!again.isRestored && again.revision == first)
    }

    @Test func `a copy of a copy is one, too`() throws {
        let (_, first) = try lose(after: 1)
        restore(first)
        let revision = try open(now: startOfTests).revision
        let second = try copy()
        restore(second)
        let again = try open(now: startOfTests)
        #expect(again.isRestored && again.revision > revision)
    }
}
