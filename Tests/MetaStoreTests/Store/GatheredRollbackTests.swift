import CSQLite
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// What a transaction that is given up has left in the log stays behind what others write there.
@Suite struct GatheredRollbackTests {
    let folder = TestFolder()

    private var path: String { folder.file("shared.db") }

    /// A connection; of its small cache pages go to the log before the end of a transaction.
    private func open(gathering: Bool) throws -> Connection {
        if access(path, F_OK) != 0 { try DatabaseFile.makeEmpty(path) }
        let connection = try Connection(
            path: path, readOnly: false, busyTimeout: .seconds(5), gathersWrites: gathering)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = 12;
            PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;
            CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, value TEXT);
            CREATE TABLE IF NOT EXISTS other(id INTEGER PRIMARY KEY, value TEXT);
            """)
        return connection
    }

    private func insert(_ count: Int, into table: String) -> String {
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
        INSERT INTO \(table)(value) SELECT hex(zeroblob(1900)) FROM n
        """
    }

    /// Gives up a transaction after some of its pages went to the log.
    private func giveUp(_ rows: Int, on connection: Connection) throws {
        try connection.execute("BEGIN IMMEDIATE; \(insert(rows, into: "t"))")
        try connection.execute("ROLLBACK")
    }

    @Test(
        "the next writer's pages stand after a rollback",
        arguments: ["INSERT INTO t(value) VALUES('x')", "SELECT sum(length(value)) FROM other", "checkpoint", "close"])
    func nextWriter(then: String) throws {
        var gathered = try open(gathering: true)
        let plain = try open(gathering: false)
        try plain.execute(insert(20, into: "other"))
        for count in 1...50 {
            try giveUp(count, on: gathered)
            try plain.execute("DELETE FROM other WHERE id % 3 = 0; \(insert(5 + count % 7, into: "other"))")
            let rows = try plain.text("SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(value)) FROM other")
            switch then {
            case "checkpoint": _ = try gathered.text("PRAGMA wal_checkpoint(PASSIVE)")
            case "close": gathered = try open(gathering: true)
            default: try gathered.execute(then)
            }
            let reader = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
            #expect(try reader.text("PRAGMA integrity_check") == "ok", "after \(count) rows given up")
            for connection in [reader, plain, gathered] {
                let now = try connection.text(
                    "SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(value)) FROM other")
                #expect(now == rows, "after \(count) rows given up")
            }
        }
    }

    @Test("two who write in turn, and give up now and then, leave what both committed", arguments: 1...8)
    func inTurn(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let writers = [try open(gathering: true), try open(gathering: true), try open(gathering: false)]
        var rows = 0
        for _ in 0..<60 {
            let (writer, isKept, count) = (writers[random.below(3)], random.below(2) == 0, 1 + random.below(60))
            try writer.execute("BEGIN IMMEDIATE; \(insert(count, into: "t"))")
            try writer.execute(isKept ? "COMMIT" : "ROLLBACK")
            rows += isKept ? count : 0
            if random.below(8) == 0 { _ = try writers[random.below(3)].text("PRAGMA wal_checkpoint(RESTART)") }
            let one = writers[random.below(3)]
            #expect(try one.integer("SELECT count(*) FROM t") == Int64(rows), "seed \(seed)")
            #expect(try one.text("PRAGMA integrity_check") == "ok", "seed \(seed)")
        }
    }

    @Test("what cannot be written at a rollback is told by the next use of the log, once, and harms nobody")
    func failedFlush() throws {
        let gathered = try open(gathering: true)
        // Before the other has its own: which number is lower says nothing.
        let log = try #require(descriptors(of: path + "-wal").first)
        let plain = try open(gathering: false)
        var told = 0
        for count in 1...50 {
            try gathered.execute("BEGIN IMMEDIATE; \(insert(count, into: "t"))")
            let kept = dup(log)
            let readOnly = Glibc.open(path + "-wal", O_RDONLY)
            dup2(readOnly, log)
            try gathered.execute("ROLLBACK")
            dup2(kept, log)
            for descriptor in [kept, readOnly] { close(descriptor) }
            try plain.execute(insert(5, into: "other"))
            do {
                try gathered.execute("INSERT INTO t(value) VALUES('x')")
            } catch {
                told += 1
                #expect("\(error)".contains("I/O"), "after \(count) rows given up")
                try gathered.execute("INSERT INTO t(value) VALUES('x')")
            }
            #expect(try plain.integer("SELECT count(*) FROM t") == Int64(count))
            #expect(try plain.text("PRAGMA integrity_check") == "ok", "after \(count) rows given up")
        }
        // Not each transaction leaves something: the small ones stay in the cache, and others end with the last page.
        #expect(told > 10)
    }

    @Test("where a write can tear what lies beside it, nothing is held back", arguments: [false, true])
    func withoutPowersafeOverwrite(isPowersafe: Bool) throws {
        // Makes the tables, and the VFS known.
        _ = try open(gathering: true)
        var opened: OpaquePointer?
        defer { sqlite3_close(opened) }
        let name = "file:\(path)?psow=\(isPowersafe ? 1 : 0)"
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI
        try #require(sqlite3_open_v2(name, &opened, flags, "gathered-writes") == SQLITE_OK)
        func run(_ sql: String) { #expect(sqlite3_exec(opened, sql, nil, nil, nil) == SQLITE_OK) }
        run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 12")
        let reader = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
        var behind = 0
        for count in 1...20 {
            run("BEGIN IMMEDIATE; \(insert(count, into: "t")); COMMIT")
            #expect(try reader.text("PRAGMA integrity_check") == "ok", "after \(count)")
            #expect(try reader.integer("SELECT count(*) FROM t") == Int64(count * (count + 1) / 2))
            // What is held shows when it reaches the file with the lock.
            run("BEGIN IMMEDIATE; \(insert(40 + count, into: "t"))")
            let before = DatabaseFile.size(path + "-wal")
            run("ROLLBACK")
            behind += DatabaseFile.size(path + "-wal") > before ? 1 : 0
        }
        #expect(isPowersafe ? behind > 0 : behind == 0, "\(behind) times something was held")
    }

    /// The process's own descriptors of a file.
    private func descriptors(of path: String) -> [Int32] {
        var known = stat()
        guard stat(path, &known) == 0 else { return [] }
        return (0..<1024).filter { descriptor in
            var one = stat()
            return fstat(descriptor, &one) == 0 && one.st_ino == known.st_ino && one.st_dev == known.st_dev
        }
    }
}
