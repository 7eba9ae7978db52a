import Beehive
import TestKit
import Testing

@testable import MetaStore

/// Rows whose value the disk changed: an error of that row, never data.
@Suite struct DamagedValueTests {
    let folder = TestFolder()
    private let value = #"{"kind":"Pod","spec":"as it was written"}"#

    private func damaged(_ sql: String) throws -> MetaStore {
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests)
            try store.apply([
                .put(sample("n/pod/a", value, uid: "u", version: "5"), replacing: nil),
                .put(sample("n/pod/b", value, uid: "w", version: "6"), replacing: nil),
                .put(sample("n/podstatus/a", value), replacing: nil),
                .enqueue(entry("m1", kind: .fact, frame: "frame"), lane: .fact),
            ])
        }
        try TestFolder.run(sql, on: folder.database)
        return try MetaStore(path: folder.database, now: startOfTests)
    }

    static let changes = [
        "UPDATE object SET value = replace(value, 'as', 'os') WHERE key = 'n/pod/a'",
        "UPDATE object SET version = '99' WHERE key = 'n/pod/a'", "UPDATE object SET uid = 'x' WHERE key = 'n/pod/a'",
        "UPDATE object SET sum = sum + 1 WHERE key = 'n/pod/a'",
        "UPDATE object SET value = '{}', sum = (SELECT sum FROM object WHERE key = 'n/pod/b') WHERE key = 'n/pod/a'",
    ]

    @Test("a value that was changed or moved is an error of its row, and all others are served", arguments: changes)
    func changed(_ sql: String) throws {
        let store = try damaged(sql)
        #expect(storeError { _ = try store.read { try $0.object("n/pod/a") } }?.code == .damaged)
        #expect(try store.read { try $0.readableObject("n/pod/a") } == nil)
        #expect(try store.read { try !$0.holds("n/pod/a", value: bytes(value)) })
        #expect(try store.read { try !$0.isSound("n/pod/a", type: .pod) && $0.isSound("n/pod/b", type: .pod) })
        #expect(try store.read { try $0.objects(ofType: .pod) }.map(\.key) == ["n/pod/b"])
        let shown = try store.read { try $0.withFaults.objects(ofType: .pod) }
        #expect(shown.map { $0.fault?.code } == [.damaged, nil] && shown.first?.value.isEmpty == true)
        let feed = try store.read { try $0.changes(after: $0.oldestRevision(), limit: 10) }
        #expect(feed.map { $0.object != nil } == [false, true, true])
        let problems = try StoreCheck.run(path: folder.database).problems.filter { !$0.key.hasPrefix("outbox") }
        #expect(problems == [.init(key: "object/n/pod/a", what: StoreCheck.wrongSum)])
    }

    @Test func `a newer put makes the row sound again`() throws {
        let store = try damaged(Self.changes[0])
        let row = try #require(try store.read { try $0.head("n/pod/a") }?.rowID)
        try store.apply([.put(sample("n/pod/a", value, uid: "u", version: "6"), replacing: row)])
        #expect(try store.read { try $0.object("n/pod/a")?.value } == bytes(value))
    }

    @Test func `a damaged pod status is left out, and a damaged frame is never sent`() throws {
        let store = try damaged(
            "UPDATE object SET value = '{}' WHERE type = 'podstatus'; UPDATE outbox SET frame = x'00'")
        #expect(try store.read { try $0.podStatuses() }.isEmpty)
        let entries = try store.read { try $0.outbox(lane: .fact, after: 0, limit: 10) }
        #expect(entries.map(\.frame) == [[]] && entries.first?.id == "m1")
    }

    @Test func `rows without a sum are served as they are`() throws {
        let store = try damaged("UPDATE object SET value = '{}', sum = 0")
        #expect(try store.read { try $0.object("n/pod/a")?.value } == bytes("{}"))
    }

    @Test func `lost keys stand in a list until something is said of them`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.noteLost(["n/pod/a", "n/pod/b", "n/pod/c", "n/pod/a"], now: 1)
        #expect(store.lostCount == 3)
        try store.apply([.put(sample("n/pod/a"), replacing: nil), .delete(key: "n/pod/b", remember: true)])
        #expect(try store.lostKeys() == ["n/pod/c"])
        let reader = try StoreReader(path: folder.database)
        #expect(try reader.lostKeys().count == 1 && reader.lostKeys(limit: 5).keys == ["n/pod/c"])
        try store.forgetLost("n/pod/c")
        #expect(try store.lostCount == 0 && store.lostKeys().isEmpty)
    }
}
