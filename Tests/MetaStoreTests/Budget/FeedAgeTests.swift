import Beehive
import Testing

@testable import MetaStore

@Suite struct FeedAgeTests {
    let folder = TestFolder()
    private static let minute: Int64 = 60_000

    private func lines(_ store: MetaStore) throws -> [Int64] {
        try store.read { try $0.changes(after: 0, limit: .max) }.map(\.revision)
    }

    private func put(_ store: MetaStore, _ name: Int, at now: Int64) throws {
        let row = try store.read { try $0.head("n/pod/\(name)")?.rowID }
        try store.apply([.put(sample("n/pod/\(name)"), replacing: row)], now: now)
    }

    @Test func `lines older than the age go, a minute more or less, and the newest stays`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let first = store.revision
        var now = startOfTests
        for number in 1...100 {
            now += Self.minute
            try put(store, number, at: now)
            _ = try store.keepUp(now: now)
        }
        // The default hour: a line of 60 min ago is at its end.
        #expect(try lines(store) == Array(first + 41...first + 100))
        #expect(try store.read { try $0.oldestRevision() } == first + 40)
        let figures = try store.figures(now: now)
        #expect(figures.feedLines == 60 && figures.feedSince == startOfTests + 41 * Self.minute)
        _ = try store.keepUp(now: now + 1000 * Self.minute)
        #expect(try lines(store) == [first + 100])
        #expect(try store.connection.integer("SELECT count(*) FROM feed_mark") == 1)
        #expect(try StoreCheck.run(path: folder.database).problems == [])
    }

    @Test func `the value of what was removed goes with its line`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a", "\"gone for good\""), replacing: nil)])
        try store.apply([.delete(key: "n/pod/a", remember: false)])
        _ = try store.keepUp(now: startOfTests)
        try put(store, 1, at: startOfTests + 1)
        _ = try store.keepUp(now: startOfTests + 61 * Self.minute)
        #expect(try store.connection.integer("SELECT count(*) FROM change WHERE value IS NOT NULL") == 0)
    }

    @Test func `many old lines go in bounded steps`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        for round in 0..<13 {
            try store.apply(
                (0..<250).map { .put(try sample("n/pod/\(round)-\($0)"), replacing: nil) }, now: startOfTests)
        }
        let later = startOfTests + 120 * Self.minute
        _ = try store.keepUp(now: startOfTests + 1)
        var steps = 0
        while try store.keepUp(now: later) { steps += 1 }
        #expect(steps == 3)
        #expect(try lines(store) == [store.revision])
    }

    @Test func `age and count both bound the feed, whichever is reached first`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        store.feedWindow = 10
        for number in 1...50 { try put(store, number, at: startOfTests) }
        _ = try store.keepUp(now: startOfTests)
        #expect(try lines(store).count == 10)
    }

    @Test func `the age of lines outlives a start`() throws {
        var store = try MetaStore(path: folder.database, now: startOfTests)
        try put(store, 1, at: startOfTests)
        _ = try store.keepUp(now: startOfTests)
        store = try MetaStore(path: folder.database, now: startOfTests)
        // Another start marks nothing that was marked before.
        _ = try store.keepUp(now: startOfTests + 30 * Self.minute)
        try put(store, 2, at: startOfTests + 60 * Self.minute)
        _ = try store.keepUp(now: startOfTests + 60 * Self.minute)
        #expect(try lines(store) == [store.revision])
    }

    @Test func `a clock that is set back leaves the feed bounded by count, and marked again`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try put(store, 1, at: startOfTests)
        _ = try store.keepUp(now: startOfTests)
        let early: Int64 = 5_000_000
        try put(store, 2, at: early)
        _ = try store.keepUp(now: early)
        try put(store, 3, at: early + 1)
        _ = try store.keepUp(now: early + 60 * Self.minute)
        // By the new clock the first two are an hour old.
        #expect(try lines(store) == [store.revision])
    }
}
