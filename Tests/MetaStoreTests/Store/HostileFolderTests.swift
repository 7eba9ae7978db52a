import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// Files that somebody planted, moved or broke around a database.
@Suite struct HostileFolderTests {
    let folder = TestFolder()

    @Test func `a database behind a link keeps its log, and the link stays one, also through a repair`() throws {
        let real = TestFolder()
        _ = try MetaStore(path: real.database, now: startOfTests)
        symlink(real.database, folder.database)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        #expect(store.path == StorePath.resolved(real.database) && !folder.names.contains("edgecore.db-wal"))
        // The log holds the row when the repair begins.
        let copy = TestFolder()
        for end in ["", "-wal"] { TestFolder.write(TestFolder.bytes(real.database + end), to: copy.database + end) }
        unlink(folder.database)
        symlink(copy.database, folder.database)
        let report = try #require(try Repair.run(path: folder.database, now: startOfTests))
        #expect(report.objects == 1 && copy.names.contains("edgecore.db.damaged"))
        #expect(folder.names == ["edgecore.db"])
        #expect(
            try StoreReader(path: folder.database).read { view throws(StoreError) in try view.head("n/pod/a") } != nil)
    }

    @Test(arguments: ["-wal", "-shm", "-journal"])
    func `a link or a pipe beside a database is refused and named`(_ end: String) throws {
        _ = try MetaStore(path: folder.database, now: startOfTests)
        let victim = folder.file("victim")
        TestFolder.write([1, 2, 3], to: victim)
        chmod(victim, 0o644)
        unlink(folder.database + end)
        symlink(victim, folder.database + end)
        #expect(
            storeError { _ = try MetaStore(path: folder.database, now: startOfTests) }?.description.contains(
                "edgecore.db\(end) is no regular file") == true)
        #expect(TestFolder.mode(victim) == 0o644 && TestFolder.bytes(victim) == [1, 2, 3])
        unlink(folder.database + end)
    }

    @Test func `what lies in the place of a finished repair and is none is not taken for the database`() throws {
        _ = try MetaStore(path: folder.database, now: startOfTests)
        TestFolder.write(Array(repeating: 7, count: 8192), to: folder.database + ".repaired")
        #expect(storeError { _ = try MetaStore(path: folder.database, now: startOfTests) }?.code == .cannotOpen)
        #expect(folder.names.contains("edgecore.db"))
    }

    @Test func `a log that is removed in use is moved into the file before the next commit`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        try store.apply([.put(sample("n/pod/b"), replacing: nil)])
        unlink(folder.database + "-wal")
        try store.apply([.put(sample("n/pod/c"), replacing: nil)])
        // As a kill would leave it.
        let copy = TestFolder()
        for end in ["", "-wal"] {
            TestFolder.write(TestFolder.bytes(folder.database + end), to: copy.database + end)
        }
        let left = try MetaStore(path: copy.database, now: startOfTests)
        #expect(left.rows == 3)
    }

    @Test func `of several backups the newest that opens stands in, by its number`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        let kept = TestFolder()
        let copy = try StoreBackup(of: folder.database, sealing: nil).writeGeneration(in: kept.path, now: startOfTests)
        for name in [
            "edgecore-000099-20261121T000000Z.db", "edgecore-9223372036854775807-20261121T000000Z.db", "readme.db",
        ] {
            TestFolder.write(Array("junk".utf8), to: kept.file(name))
        }
        let backups = Backups(folder: kept.path, of: folder.database)
        #expect(backups.newestUsable() == copy.path)
        #expect(backups.newest() == kept.file("edgecore-000099-20261121T000000Z.db"))
        #expect(backups.next(of: folder.database, now: startOfTests).contains("edgecore-000100-"))
    }

    @Test func `a row with the largest number there is does not end a repair`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil), .put(sample("n/pod/b"), replacing: nil)])
        try store.checkpoint()
        try TestFolder.run("UPDATE object SET id = 9223372036854775807 WHERE key = 'n/pod/a'", on: folder.database)
        #expect(try Repair.run(path: folder.database, now: startOfTests)?.objects == 2)
    }

    @Test(arguments: KubeEdgeFile.allCases)
    func `what was taken over has check sums`(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        _ = try MetaStore(path: folder.database, now: startOfTests)
        let connection = try Connection(path: folder.database, readOnly: true, busyTimeout: .zero)
        #expect(try connection.integer("SELECT count(*) FROM object WHERE sum = 0 AND sealed = 0") == 0)
        #expect(try StoreCheck.run(path: folder.database).problems == [])
        try TestFolder.run(
            "UPDATE object SET value = replace(value, 'web', 'wab') WHERE key = 'default/pod/web'", on: folder.database)
        #expect(
            storeError {
                _ = try StoreReader(path: folder.database).read { view throws(StoreError) in
                    try view.object("default/pod/web")
                }
            }?.code
                == .damaged)
        let export = folder.file("export.db")
        let report = try StoreExport.run(database: folder.database, to: export)
        #expect(report.unreadable.contains { $0.contains("default/pod/web") })
    }

    @Test func `a KubeEdge file whose pages lead in circles is refused, and costs no disk`() throws {
        let file = folder.file("circle.db")
        let values = (0..<400).map { "('n/pod/p\($0)', 'pod', '\(String(repeating: "x", count: 900))')" }
        try TestFolder.run(
            "CREATE TABLE meta(key TEXT PRIMARY KEY, type TEXT, value TEXT); INSERT INTO meta VALUES \(values.joined(separator: ","))",
            on: file)
        let root = try #require(
            try Connection(path: file, readOnly: true, busyTimeout: .zero).integer(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'meta'"))
        var bytes = TestFolder.bytes(file)
        let start = Int(root - 1) * 4096
        #expect(bytes[start] == 5)
        // The last child of the root is the root.
        for offset in 0..<4 { bytes[start + 8 + offset] = UInt8(truncatingIfNeeded: root >> Int64(24 - 8 * offset)) }
        TestFolder.write(bytes, to: file)
        #expect(
            storeError { _ = try StoreImport.make(folder.database, from: file, now: startOfTests) }?.code
                == .notADatabase)
        #expect(storeError { _ = try MetaStore(path: file, now: startOfTests) }?.code == .notADatabase)
        #expect(folder.names == ["circle.db"])
    }

    @Test func `what a killed import left in plain goes with the next one`() throws {
        let file = folder.file("theirs.db")
        try KubeEdgeFile.allCases[0].make(at: file)
        for end in [".part", ".part.kubeedge", ".part-journal"] {
            TestFolder.write(Array("plain".utf8), to: folder.database + end)
        }
        _ = try StoreImport.make(folder.database, from: file, now: startOfTests)
        #expect(!folder.names.contains { $0.contains(".part") })
    }
}
