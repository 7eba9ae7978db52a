import Beehive
import Testing

@testable import MetaStore

@Suite struct FreePagesTests {
    let folder = TestFolder()

    /// Fills a store and empties it again.
    private func emptied(_ store: MetaStore) throws {
        let value = String(repeating: "x", count: 16_000)
        for start in stride(from: 0, to: 1000, by: 100) {
            try store.apply((start..<start + 100).map { .put(try sample("n/pod/\($0)", value), replacing: nil) })
        }
        try store.checkpoint()
        for number in 0..<1000 { try store.apply([.delete(key: "n/pod/\(number)", remember: false)]) }
        // The removed values are in the feed as long as that reaches back.
        store.feedWindow = 1
        while try store.ageFeed(now: startOfTests) {}
        try store.checkpoint()
    }

    @Test func `a file that has become mostly empty is made smaller in small steps`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try emptied(store)
        let before = DatabaseFile.size(folder.database)
        #expect(before > 12 << 20)
        var steps = 0
        var last = try store.freePages()
        while try store.giveBackPages() {
            steps += 1
            let free = try store.freePages()
            #expect(last - free <= 256)
            last = free
        }
        #expect(steps > 5)
        try store.checkpoint()
        #expect(DatabaseFile.size(folder.database) < 6 << 20)
        #expect(try StoreCheck.run(path: folder.database).problems == [])
    }

    @Test func `few free pages are kept for what comes next`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a", String(repeating: "x", count: 1 << 20)), replacing: nil)])
        try store.apply([.delete(key: "n/pod/a", remember: false)])
        store.feedWindow = 1
        try store.apply([.put(sample("n/pod/b"), replacing: nil)])
        while try store.ageFeed(now: startOfTests) {}
        let free = try store.freePages()
        #expect(free > 100)
        #expect(try !store.giveBackPages())
        #expect(try store.freePages() == free)
    }

    @Test func `a file that cannot give pages back is left as it is`() throws {
        try TestFolder.run("CREATE TABLE meta(key TEXT PRIMARY KEY, type TEXT, value TEXT)", on: folder.database)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try emptied(store)
        #expect(try !store.giveBackPages())
        #expect(try store.freePages() > 3000)
    }
}
