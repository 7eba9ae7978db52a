import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// Files that cannot be opened: each says so in one line with the right code, and stays as it was.
@Suite struct OpeningTests {
    let folder = TestFolder()

    private func expectRefusal(
        _ code: StoreError.Code, naming words: String..., path: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let path = path ?? folder.database
        var info = stat()
        let isFile = stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
        let before = isFile ? TestFolder.bytes(path) : []
        let failure = #expect(throws: StoreError.self, sourceLocation: location) {
            try MetaStore(path: path, now: startOfTests, busyTimeout: .milliseconds(20))
        }
        let line = failure?.description ?? ""
        #expect(failure?.code == code, "\(line)", sourceLocation: location)
        #expect(!line.contains("\n"), sourceLocation: location)
        for word in [path] + words { #expect(line.contains(word), "\(line)", sourceLocation: location) }
        if isFile { #expect(TestFolder.isUnchanged(path, before), sourceLocation: location) }
    }

    private func fill() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        for number in 0..<200 {
            try store.apply([.put(sample("n/pod/\(number)", "{\"n\":\(number)}"), replacing: nil)])
        }
        try store.checkpoint()
    }

    @Test("a file that is no database", arguments: [2, 15, 99, 100, 512, 5000])
    func garbage(size: Int) throws {
        TestFolder.write([UInt8](repeating: 0x41, count: size), to: folder.database)
        try expectRefusal(.notADatabase, naming: "meta.database.path")
    }

    @Test func `a database of another program`() throws {
        try TestFolder.run("CREATE TABLE songs(title TEXT); INSERT INTO songs VALUES('x')", on: folder.database)
        try expectRefusal(.notADatabase, naming: "another program")
        try TestFolder.run("CREATE TABLE meta(a, b)", on: folder.database)
        try expectRefusal(.notADatabase, naming: "another program")
    }

    @Test func `a KubeEdge database with a table of ours in the way`() throws {
        try TestFolder.run(
            "CREATE TABLE meta(key PRIMARY KEY, type, value); CREATE TABLE outbox(x)", on: folder.database)
        try expectRefusal(.notADatabase, naming: "'outbox'")
    }

    @Test func `a database in another encoding`() throws {
        try TestFolder.run(
            "PRAGMA encoding = 'UTF-16'; CREATE TABLE meta(key PRIMARY KEY, type, value)", on: folder.database)
        try expectRefusal(.notADatabase, naming: "UTF-16")
    }

    @Test func `a folder, a pipe, no path, a missing folder`() throws {
        try expectRefusal(.cannotOpen, naming: "folder", path: folder.path)
        mkfifo(folder.file("pipe"), 0o600)
        try expectRefusal(.cannotOpen, naming: "no regular file", path: folder.file("pipe"))
        try expectRefusal(.cannotOpen, naming: "meta.database.path", path: "")
        try expectRefusal(
            .cannotOpen, naming: "no folder \(folder.path)/none", "make it", path: folder.file("none/a.db"))
        try expectRefusal(.cannotOpen, path: folder.file("pipe") + "/a.db")
    }

    @Test func `a newer schema`() throws {
        try fill()
        try TestFolder.run("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)", on: folder.database)
        try expectRefusal(.schemaTooNew, naming: "schema 99", "newer release")
        let failure = #expect(throws: StoreError.self) { try StoreReader(path: folder.database) }
        #expect(failure?.code == .schemaTooNew)
    }

    @Test("a file that lost its end", arguments: [0.3, 0.5, 0.9])
    func truncated(share: Double) throws {
        try fill()
        let whole = TestFolder.bytes(folder.database)
        TestFolder.write(Array(whole.prefix(Int(Double(whole.count) * share) / 4096 * 4096)), to: folder.database)
        try expectRefusal(.corrupt, naming: "store repair")
    }

    @Test func `a file that another process holds`() throws {
        try TestFolder.run("CREATE TABLE meta(key PRIMARY KEY, type, value)", on: folder.database)
        let other = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        try other.execute("BEGIN EXCLUSIVE")
        try expectRefusal(.locked, naming: "other process")
    }

    @Test func `a file that this user may not write`() throws {
        try fill()
        let before = TestFolder.bytes(folder.database)
        chmod(folder.database, 0o444)
        let failure = try asNobody {
            #expect(throws: StoreError.self) { try MetaStore(path: folder.database, now: startOfTests) }
        }
        guard let failure else { return }
        #expect([.readOnly, .cannotOpen].contains(failure.code), "\(failure)")
        #expect(failure.description.contains(folder.database) && failure.description.contains("writable"), "\(failure)")
        #expect(TestFolder.isUnchanged(folder.database, before))
    }

    @Test func `a folder that this user may not write`() throws {
        let failure = try asNobody {
            #expect(throws: StoreError.self) { try MetaStore(path: folder.database, now: startOfTests) }
        }
        guard let failure else { return }
        #expect(failure.code == .readOnly && failure.description.contains("writable"), "\(failure)")
        #expect(folder.names.isEmpty)
    }

    @Test func `a reader wants a database of this program`() throws {
        #expect(#expect(throws: StoreError.self) { try StoreReader(path: folder.database) }?.code == .cannotOpen)
        #expect(folder.names.isEmpty)
        try KubeEdgeFile.beego.make(at: folder.database)
        #expect(#expect(throws: StoreError.self) { try StoreReader(path: folder.database) }?.code == .notADatabase)
    }

    /// Runs work as a user without rights, on this thread alone; root may write whatever the mode says.
    private func asNobody<Result>(_ body: () throws -> Result?) throws -> Result? {
        guard geteuid() == 0 else { return try body() }
        typealias Change = @convention(c) (UInt32) -> Int32
        guard let symbol = dlsym(nil, "setfsuid") else { return nil }
        let change = unsafeBitCast(symbol, to: Change.self)
        _ = change(65_534)
        defer { _ = change(0) }
        return try body()
    }
}
