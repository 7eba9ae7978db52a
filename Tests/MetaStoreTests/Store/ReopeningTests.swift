import Beehive
import Glibc
import Testing

@testable import MetaStore

/// A writer that opens its file anew, and what it finds in the log when it opens one.
@Suite struct ReopeningTests {
    let folder = TestFolder()

    @Test func `a reader follows when the writer opens its file anew`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let reader = try StoreReader(path: folder.database, beside: store.readers)
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil)])
        #expect(try reader.types().map(\.count) == [1])
        try store.reopen()
        try store.apply([.put(sample("n/pod/b", "2"), replacing: nil)])
        #expect(try reader.types().map(\.count) == [2])
        #expect(store.revision == startOfTests * 1000 + 2 && store.rows == 2)
    }

    @Test func `what stands in the log at the start is moved into the file before anything is added`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil)])
        let copy = folder.file("copy.db")
        for end in ["", "-wal"] { TestFolder.write(TestFolder.bytes(folder.database + end), to: copy + end) }
        #expect(TestFolder.bytes(copy + "-wal").count > 0)
        let second = try MetaStore(path: copy, now: startOfTests)
        #expect(TestFolder.bytes(copy + "-wal").count == 0)
        #expect(try second.read { try $0.object("n/pod/a") }?.value == bytes("1"))
    }

    @Test func `a log that grows is moved into the file by the commits themselves`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let value = "\"\(String(repeating: "x", count: 60_000))\""
        for number in 0..<400 { try store.apply([.put(sample("n/pod/\(number)", value), replacing: nil)]) }
        #expect(TestFolder.bytes(folder.database + "-wal").count < 3000 * 4096)
        #expect(TestFolder.bytes(folder.database).count > 300 * 60_000)
    }

    @Test func `after a failed sync nothing is written until the log is in the file`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a", "1"), replacing: nil)])
        store.isLogSuspect = true
        // Another process that reads keeps the log from being emptied.
        let other = try StoreReader(path: folder.database)
        let second = [StoreChange.put(try sample("n/pod/b", "2"), replacing: nil)]
        let failure = #expect(throws: StoreError.self) {
            try other.read { view throws(StoreError) in
                _ = try view.object("n/pod/a")
                try store.transaction(writing: true) { transaction throws(StoreError) in
                    for change in second { try transaction.apply(change, now: 1) }
                }
            }
        }
        #expect(failure?.code == .locked)
        #expect(store.isLogSuspect)
        store.lastRenewal = nil
        try store.apply(second)
        #expect(!store.isLogSuspect && store.rows == 2)
    }
}
