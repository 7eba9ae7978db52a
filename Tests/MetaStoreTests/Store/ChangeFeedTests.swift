import Beehive
import Testing

@testable import MetaStore

@Suite struct ChangeFeedTests {
    let folder = TestFolder()

    private func open(now: Int64 = startOfTests) throws -> MetaStore {
        try MetaStore(path: folder.database, now: now)
    }

    private func lines(_ store: MetaStore) throws -> [FeedLine] {
        try store.read { try $0.changes(after: 0, limit: .max) }
    }

    @Test func `the first revision is the clock's milliseconds times a thousand`() throws {
        #expect(try open().revision == startOfTests * 1000)
        // It stays, whatever the clock says at the next start.
        #expect(try open(now: startOfTests * 2).revision == startOfTests * 1000)
    }

    @Test func `a clock without a battery gives revisions all the same`() throws {
        let first = try open(now: 0).revision
        #expect(first > 0)
        #expect(try open(now: 0).revision == first)
    }

    @Test func `revisions have no gap across commits, rollbacks and starts`() throws {
        var store = try open()
        let first = store.revision
        for round in 0..<5 {
            try store.apply([.put(sample("n/pod/\(round)"), replacing: nil)])
            #expect(throws: StoreError.self) {
                try store.transaction(writing: true) { transaction throws(StoreError) in
                    try transaction.apply(.delete(key: "n/pod/\(round)", remember: true), now: 1)
                    throw StoreError(.other, "on purpose")
                }
            }
            if round % 2 == 1 { store = try open(now: startOfTests * 3) }
        }
        try store.apply([.delete(key: "n/pod/3", remember: false)])
        #expect(try lines(store).map(\.revision) == Array(first + 1...first + 6))
        #expect(try lines(store).map(\.kind) == [.added, .added, .added, .added, .added, .deleted])
        #expect(store.revision == first + 6)
        #expect(store.rows == 4)
    }

    @Test func `a line holds the object unless a later one replaces it; a delete holds the last value`() throws {
        let store = try open()
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil), .put(sample("n/pod/b", "2"), replacing: nil)])
        let row = try #require(try store.read { try $0.head("n/pod/a")?.rowID })
        try store.apply([.put(sample("n/pod/a", "3"), replacing: row), .delete(key: "n/pod/b", remember: false)])
        let lines = try lines(store)
        #expect(lines.map { $0.object.map { text($0.value) } } == [nil, nil, "3", "2"])
        #expect(lines.map { $0.object?.key } == [nil, nil, "n/pod/a", "n/pod/b"])
        #expect(lines.map(\.kind) == [.added, .added, .modified, .deleted])
        #expect(lines[3].object?.type == .pod)
        #expect(lines.allSatisfy { $0.object == nil || $0.object?.head.revision == $0.revision })
    }

    @Test func `a row number that comes again leads to no wrong object`() throws {
        let store = try open()
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil)])
        try store.apply([.delete(key: "n/pod/a", remember: false)])
        try store.apply([.put(sample("n/pod/b", "2"), replacing: nil)])
        let lines = try lines(store)
        #expect(Set(lines.map(\.rowID)).count == 1)
        #expect(lines.map { $0.object?.key } == [nil, "n/pod/a", "n/pod/b"])
    }

    @Test func `behind the window the feed is pruned, and a start goes on from where it was`() throws {
        var store = try open()
        let first = store.revision
        store.feedWindow = 100
        for number in 0..<600 { try store.apply([.put(sample("n/pod/\(number)"), replacing: nil)]) }
        let kept = try lines(store).map(\.revision)
        #expect(kept.last == first + 600)
        #expect(kept.count >= 100 && kept.count <= 100 + 256)
        let oldest = try store.read { try $0.oldestRevision() }
        #expect(kept.first == oldest + 1)
        #expect(try store.read { try $0.changes(after: oldest, limit: 3) }.map(\.revision) == Array(kept.prefix(3)))
        store.feedWindow = -5
        for number in 600..<1200 { try store.apply([.put(sample("n/pod/\(number)"), replacing: nil)]) }
        // Stop where all lines but the last have just been pruned.
        var last = 1200
        while store.revision & 0xFF != 0 {
            try store.apply([.put(sample("n/pod/\(last)"), replacing: nil)])
            last += 1
        }
        #expect(try lines(store).map(\.revision) == [store.revision])
        store = try open(now: 1)
        #expect(store.revision == first + Int64(last))
    }

    @Test func `an empty feed can be followed from now on`() throws {
        let store = try open()
        #expect(try store.read { try $0.oldestRevision() } == store.revision)
        #expect(try store.read { try $0.changes(after: store.revision, limit: 5) }.isEmpty)
    }
}
