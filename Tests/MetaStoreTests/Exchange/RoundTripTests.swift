import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// A KubeEdge file goes in and comes out: `sqlite3` is the witness.
@Suite struct RoundTripTests {
    let fixture = SealedStore()
    var folder: TestFolder { fixture.folder }

    /// Everything that `sqlite3` can tell of a file, in its words.
    private func dump(_ path: String) throws -> [Substring] {
        try SQLiteTool.run(".dump --preserve-rowids", on: path).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Lists where two dumps differ; the dumps themselves are too long for a report.
    private func differences(_ left: [Substring], _ right: [Substring]) -> [String] {
        guard left != right else { return [] }
        return left.difference(from: right).prefix(6).map { "\($0)" }
    }

    @Test(
        "a file that was taken over and met no message comes back byte for byte in sqlite3's dump",
        arguments: KubeEdgeFile.allCases, [true, false])
    func untouched(_ file: KubeEdgeFile, isSealed: Bool) throws {
        try file.make(at: folder.database)
        let before = try dump(folder.database)
        let sealing = isSealed ? fixture.sealing() : nil
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests, sealing: sealing)
            #expect(store.rows == file.rows)
        }
        let report = try StoreExport.run(database: folder.database, to: folder.file("back.db"), sealing: sealing)
        #expect(differences(try dump(folder.file("back.db")), before) == [])
        #expect(report.unreadable.isEmpty && report.leftOut.isEmpty)
        #expect(report.foreignTables == file.foreignTables)
        #expect(report.release == (file.secondColumns.0 == "groupversionresource" ? .upTo122 : .from123))
        #expect(TestFolder.mode(folder.file("back.db")) == 0o600)
        #expect(!folder.names.contains { $0.hasSuffix(".part") })
    }

    @Test("a compacted and rekeyed database gives the same file", arguments: [KubeEdgeFile.v112, .v123])
    func afterUpkeep(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        let before = try dump(folder.database)
        let sealing = fixture.sealing()
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests, sealing: sealing)
            try store.beginRekey(now: startOfTests)
            while try !store.continueRekey().isFinished {}
            try store.connection.execute("VACUUM")
            #expect(try store.connection.integer("SELECT count(*) FROM seal_key") == 1)
        }
        _ = try StoreExport.run(database: folder.database, to: folder.file("back.db"), sealing: sealing)
        // VACUUM may number rows anew; their order stays.
        let plain = try SQLiteTool.run(".dump", on: folder.file("back.db"))
        #expect(plain == (try SQLiteTool.run(".dump", on: folder.database + ".kubeedge")))
        #expect(before.count > 20)
    }

    @Test func `what people added by hand comes back too`() throws {
        try KubeEdgeFile.v112.make(at: folder.database)
        try TestFolder.run(
            """
            CREATE INDEX meta_type ON meta(type);
            CREATE UNIQUE INDEX "odd indexs" ON meta_v2(name) WHERE name = 'nobody';
            CREATE TABLE audit(id INTEGER PRIMARY KEY, what TEXT, twice TEXT AS (what || what) STORED);
            CREATE TABLE wide(a, b, PRIMARY KEY(b, a)) WITHOUT ROWID;
            CREATE TABLE "select"("rowid" TEXT, "group" BLOB);
            INSERT INTO audit(id, what) VALUES(7, 'x');
            INSERT INTO wide VALUES(1.5, x'00ff'), ('n', 'k'), (9223372036854775807, '');
            INSERT INTO "select" VALUES('r', x''), (NULL, zeroblob(3));
            CREATE TRIGGER watch AFTER INSERT ON meta BEGIN INSERT INTO audit(what) VALUES(new.key); END;
            CREATE TRIGGER other AFTER DELETE ON audit BEGIN DELETE FROM meta WHERE key = old.what; END;
            CREATE VIEW pods AS SELECT key, value FROM meta WHERE type = 'pod';
            INSERT INTO meta VALUES('default/configmap/blob', 'configmap', x'7b7d'), (x'6162', 'pod', '{}');
            """, on: folder.database)
        let before = try dump(folder.database)
        do { _ = try MetaStore(path: folder.database, now: startOfTests, sealing: fixture.sealing()) }
        _ = try StoreExport.run(
            database: folder.database, to: folder.file("back.db"), sealing: fixture.sealing())
        #expect(differences(try dump(folder.file("back.db")), before) == [])
        #expect(try SQLiteTool.run("PRAGMA integrity_check", on: folder.file("back.db")) == "ok\n")
    }

    @Test func `a file with a log of its own is taken over with what the log holds`() throws {
        try KubeEdgeFile.v123.make(at: folder.database)
        // The connection stays open, so that the log stays.
        let other = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        #expect(try other.text("PRAGMA journal_mode = WAL") == "wal")
        try other.execute("PRAGMA wal_autocheckpoint = 0; INSERT INTO sub_topics VALUES('late')")
        try other.execute("INSERT INTO meta(key, value) VALUES('default/pod/typeless', '{}'), (NULL, 'x'), ('x', NULL)")
        let before = try dump(folder.database)
        do { _ = try MetaStore(path: folder.database, now: startOfTests) }
        _ = try StoreExport.run(database: folder.database, to: folder.file("back.db"))
        #expect(differences(try dump(folder.file("back.db")), before) == [])
        #expect(before.contains { $0.contains("late") })
    }

    @Test("the other release's form has its tables and the same rows", arguments: [KubeEdgeFile.v102, .v112, .v123])
    func converted(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        do { _ = try MetaStore(path: folder.database, now: startOfTests) }
        for release in KubeEdgeRelease.allCases {
            let path = folder.file("as-\(release.rawValue).db")
            let report = try StoreExport.run(database: folder.database, to: path, release: release)
            #expect(report.release == release)
            for table in ClassicTable.allCases {
                let sql = "SELECT sql FROM sqlite_schema WHERE name = '\(table.rawValue)'"
                #expect(try SQLiteTool.run(sql, on: path) == release.sql(table) + "\n")
            }
            let rows = "SELECT * FROM meta ORDER BY rowid"
            #expect(try SQLiteTool.run(rows, on: path) == SQLiteTool.run(rows, on: folder.database + ".kubeedge"))
            guard file.hasSecond else { continue }
            let second = "SELECT * FROM meta_v2 ORDER BY rowid"
            #expect(try SQLiteTool.run(second, on: path) == SQLiteTool.run(second, on: folder.database + ".kubeedge"))
        }
    }
}
