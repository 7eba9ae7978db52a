import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct StoreBackupTests {
    let store = SealedStore()
    private var folder: TestFolder { store.folder }

    private func copy(_ name: String = "copy.db", isCancelled: @escaping @Sendable () -> Bool = { false }) throws
        -> StoreBackup.Copy
    {
        try StoreBackup(of: folder.database, sealing: store.sealing(), rests: false, isCancelled: isCancelled).write(
            to: folder.file(name))
    }

    @Test func `a copy beside an open writer is one state, sound, closed to others, and holds the same`() throws {
        let writer = try store.open()
        for number in 0..<300 {
            try writer.apply([
                .put(sample("n/pod/p\(number)", #"{"pad":"\#(String(repeating: "x", count: 500))"}"#), replacing: nil),
                .put(sample("n/secret/s\(number)", #"{"a":"canary-\#(number)"}"#), replacing: nil),
            ])
        }
        let made = try copy()
        #expect(made.rows == 600 && made.bytes == DatabaseFile.size(made.path) && made.bytes > 150_000)
        #expect(TestFolder.mode(made.path) == 0o600)
        #expect(folder.names == ["copy.db", "edgecore.db", "edgecore.db-shm", "edgecore.db-wal", "key"])
        let check = try StoreCheck.run(path: made.path, sealing: store.sealing())
        #expect(check.ok && check.rows == 600 && check.sealedRows == 300, "\(check.problems)")
        let reader = try StoreReader(path: made.path, sealing: store.sealing())
        let value = try reader.read { view throws(StoreError) in try view.object("n/secret/s7")?.value }
        #expect(value.map(text) == #"{"a":"canary-7"}"#)
        #expect(!Needles(["canary-7"]).standIn(TestFolder.bytes(made.path)))
        try writer.apply([.delete(key: "n/pod/p1", remember: true)])
        #expect(writer.rows == 599)
    }

    @Test func `a copy beside a writer that goes on is one state, each later one a newer`() async throws {
        let (path, sealing) = (folder.database, store.sealing())
        let writer = Lock(try MetaStore(path: path, now: startOfTests, sealing: sealing))
        let isDone = Lock(false)
        @Sendable func write(_ number: Int) throws {
            try writer.withLock { writer in
                let row = try writer.read { (try $0.head("n/pod/a")?.rowID, try $0.head("n/pod/b")?.rowID) }
                try writer.apply([
                    .put(sample("n/pod/a", #"{"n":\#(number)}"#), replacing: row.0),
                    .put(sample("n/pod/b", #"{"n":\#(number)}"#), replacing: row.1),
                ])
            }
        }
        @Sendable func goOn() throws {
            var number = 0
            while !isDone.withLock({ $0 }), !Task.isCancelled {
                number += 1
                try write(number)
            }
        }
        try write(0)
        async let writing: Void = goOn()
        var last = Bytes()
        for round in 0..<5 {
            let made = try copy("copy\(round).db")
            let reader = try StoreReader(path: made.path)
            let (a, b) = try reader.read { view throws(StoreError) in
                (try view.object("n/pod/a")?.value ?? [], try view.object("n/pod/b")?.value ?? [])
            }
            #expect(a == b && a.count >= last.count)
            last = a
        }
        isDone.withLock { $0 = true }
        try await writing
    }

    @Test func `what was freed is not copied`() throws {
        let writer = try MetaStore(path: folder.database, now: startOfTests)
        // As an older release left it: removed values stay in free pages.
        try writer.connection.execute("PRAGMA secure_delete = OFF")
        for number in 0..<50 {
            let value = #"{"a":"freed-value-\#(number)-\#(String(repeating: "y", count: 3000))"}"#
            try writer.apply([.put(sample("n/pod/p\(number)", value), replacing: nil)])
        }
        try writer.connection.execute("DELETE FROM object")
        try writer.connection.execute("DELETE FROM change")
        try writer.checkpoint()
        #expect(Needles(["freed-value-7"]).standIn(TestFolder.bytes(folder.database)))
        let made = try copy()
        #expect(!Needles(["freed-value-7"]).standIn(TestFolder.bytes(made.path)))
    }

    @Test func `a file that is there stays as it is`() throws {
        _ = try store.open()
        TestFolder.write(Array("mine".utf8), to: folder.file("copy.db"))
        let refused = storeError { _ = try copy() }
        #expect(refused?.code == .cannotOpen && refused?.description.contains("not overwritten") == true)
        #expect(text(TestFolder.bytes(folder.file("copy.db"))[...]) == "mine")
        symlink("/nowhere/else", folder.file("link.db"))
        #expect(storeError { _ = try copy("link.db") }?.code == .cannotOpen)
        #expect(storeError { _ = try copy("no/folder.db") }?.description.contains("no such folder") == true)
        let relative = storeError {
            _ = try StoreBackup(of: folder.database, sealing: nil).write(to: "relative.db")
        }
        #expect(relative?.description.contains("absolute") == true)
    }

    @Test(
        "a damaged database is not copied, and older generations stay",
        arguments: [
            "UPDATE object SET value = '{\"a\":' WHERE key = 'n/pod/p5'",
            "DELETE FROM object WHERE key = 'n/pod/p5'",
            "UPDATE object SET value = x'01' || zeroblob(60) WHERE key = 'n/secret/s'",
        ])
    func damaged(_ sql: String) throws {
        let writer = try store.open()
        for number in 0..<10 { try writer.apply([.put(sample("n/pod/p\(number)"), replacing: nil)]) }
        try writer.apply([.put(sample("n/secret/s"), replacing: nil)])
        let backup = StoreBackup(of: folder.database, sealing: store.sealing(), rests: false)
        let good = try backup.writeGeneration(in: folder.file("backup"), keeping: 1, now: startOfTests)
        defer { unlink(good.path) }
        try store.sql(sql)
        let refused = storeError {
            _ = try backup.writeGeneration(in: folder.file("backup"), keeping: 1, now: startOfTests)
        }
        #expect(refused?.code == .corrupt && refused?.description.contains("store check") == true, "\(refused as Any)")
        let left = Backups(folder: folder.file("backup"))
        #expect(left.generations().count == 1 && left.newest() == good.path)
        #expect(!DatabaseFile.exists(left.unfinished(of: folder.database)))
    }

    @Test func `a damaged page ends the copy`() throws {
        do {
            let writer = try MetaStore(path: folder.database, now: startOfTests)
            for number in 0..<200 {
                let value = #"{"a":"\#(String(repeating: "z", count: 2000))"}"#
                try writer.apply([.put(sample("n/pod/p\(number)", value), replacing: nil)])
            }
            try writer.checkpoint()
        }
        var bytes = TestFolder.bytes(folder.database)
        for page in stride(from: 40 * 4096, to: 80 * 4096, by: 4096) {
            for index in page..<page + 64 { bytes[index] = 0xA5 }
        }
        TestFolder.write(bytes, to: folder.database)
        let refused = storeError { _ = try copy() }
        #expect(refused?.code == .corrupt, "\(refused as Any)")
        #expect(!folder.names.contains { $0.hasPrefix("copy") })
    }

    @Test func `generations are numbered, and two stay`() throws {
        let writer = try store.open()
        let backup = StoreBackup(of: folder.database, sealing: store.sealing(), rests: false)
        let place = folder.file("backup")
        // A part that an earlier process left behind.
        mkdir(place, 0o700)
        TestFolder.write([1, 2, 3], to: place + "/edgecore.part")
        for number in 1...3 {
            try writer.apply([.put(sample("n/pod/p\(number)"), replacing: nil)])
            let made = try backup.writeGeneration(in: place, now: startOfTests + Int64(number) * 1000)
            #expect(made.rows == number)
        }
        let generations = Backups(folder: place, of: folder.database).generations()
        #expect(generations.map(\.number) == [2, 3])
        #expect(generations.map(\.time) == [startOfTests + 2000, startOfTests + 3000])
        #expect(!DatabaseFile.exists(place + "/edgecore.part"))
        #expect(TestFolder.mode(generations[0].path) == 0o600)
        for generation in generations { unlink(generation.path) }
    }

    @Test func `a folder that is made is closed to others`() throws {
        _ = try store.open()
        let place = folder.file("backup")
        let made = try StoreBackup(of: folder.database, sealing: nil).writeGeneration(in: place, now: startOfTests)
        #expect(TestFolder.mode(place) == 0o700)
        unlink(made.path)
    }

    @Test func `a copy that is cancelled, or takes too long, leaves nothing`() throws {
        let writer = try store.open()
        for number in 0..<300 { try writer.apply([.put(sample("n/pod/p\(number)"), replacing: nil)]) }
        #expect(storeError { _ = try copy { true } }?.description.contains("cancelled") == true)
        let slow = StoreBackup(of: folder.database, sealing: nil, limit: .zero)
        #expect(storeError { _ = try slow.write(to: folder.file("copy.db")) }?.description.contains("longer") == true)
        #expect(!folder.names.contains { $0.hasPrefix("copy") })
    }

    @Test func `without the key sealed values are copied as they are`() throws {
        try store.open().apply([.put(sample("n/secret/s", #"{"a":1}"#), replacing: nil)])
        let locked = store.sealing(key: .file(folder.file("nowhere")))
        let made = try StoreBackup(of: folder.database, sealing: locked).write(to: folder.file("copy.db"))
        #expect(made.rows == 1 && locked.status == .locked)
        let reader = try StoreReader(path: made.path, sealing: store.sealing())
        #expect(
            try reader.read { view throws(StoreError) in try view.object("n/secret/s")?.value } == bytes(#"{"a":1}"#))
    }

    @Test func `a file of another program is refused`() throws {
        try TestFolder.run("CREATE TABLE t(a)", on: folder.database)
        #expect(storeError { _ = try copy() }?.code == .notADatabase)
    }
}
