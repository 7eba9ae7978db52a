import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct CompactTests {
    let folder = TestFolder()

    private func fillAndEmpty(_ store: MetaStore) throws {
        try store.connection.execute("DELETE FROM object")
        for number in 0..<400 {
            let value = #"{"pad":"\#(String(repeating: "x", count: 3000))"}"#
            try store.apply([.put(sample("n/pod/p\(number)", value), replacing: nil)])
        }
        try store.connection.execute("DELETE FROM object WHERE key <> 'n/pod/p7'")
        try store.connection.execute("DELETE FROM change")
        try store.checkpoint()
    }

    @Test func `in use, whole free pages are given back step by step, and the log`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try fillAndEmpty(store)
        let before = DatabaseFile.size(folder.database)
        var progress = CompactProgress()
        var steps = 0
        while !progress.isFinished {
            progress = try store.continueCompact(progress, pages: 64)
            steps += 1
        }
        #expect(steps > 3 && before > 1 << 20)
        #expect(progress.before == before && progress.after < 200_000 && progress.kept == 0)
        #expect(DatabaseFile.size(folder.database) + DatabaseFile.size(folder.database + "-wal") == progress.after)
        #expect(try store.read { try $0.object("n/pod/p7") } != nil)
        #expect(try StoreCheck.run(path: folder.database).rows == 1)
        #expect(try store.continueCompact().isFinished)
    }

    @Test func `a file that KubeEdge made says what it keeps, and is cured when nobody uses it`() throws {
        try TestFolder.run("PRAGMA auto_vacuum = NONE; CREATE TABLE device(a)", on: folder.database)
        try TestFolder.run("CREATE TABLE meta(key TEXT PRIMARY KEY, type TEXT, value TEXT)", on: folder.database)
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests)
            try fillAndEmpty(store)
            let progress = try store.continueCompact()
            #expect(progress.isFinished && progress.kept > 1 << 20 && progress.after > 1 << 20)
        }
        let progress = try MetaStore.compact(file: folder.database)
        #expect(progress.before > 1 << 20 && progress.after < 200_000)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(try store.connection.integer("PRAGMA auto_vacuum") == 2)
        try fillAndEmpty(store)
        var again = try store.continueCompact()
        while !again.isFinished { again = try store.continueCompact(again) }
        #expect(again.kept == 0 && again.after < 200_000)
    }

    @Test func `a file of another program is not touched`() throws {
        try TestFolder.run("CREATE TABLE t(a)", on: folder.database)
        let before = TestFolder.bytes(folder.database)
        #expect(throws: StoreError.self) { try MetaStore.compact(file: folder.database) }
        #expect(TestFolder.isUnchanged(folder.database, before))
        #expect(throws: StoreError.self) { try MetaStore.compact(file: folder.file("nowhere.db")) }
        #expect(folder.names == ["edgecore.db"])
    }
}
