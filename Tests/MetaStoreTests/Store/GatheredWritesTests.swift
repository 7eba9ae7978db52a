import CSQLite
import TestKit
import Testing

@testable import MetaStore

/// Writes that are gathered leave the file as SQLite's own would, whatever is rolled back, spilled or moved in between.
@Suite struct GatheredWritesTests {
    let folder = TestFolder()

    private func open(_ name: String, gathering: Bool) throws -> Connection {
        let path = "\(folder.path)/\(name).db"
        try DatabaseFile.makeEmpty(path)
        let connection = try Connection(
            path: path, readOnly: false, busyTimeout: .seconds(5), gathersWrites: gathering)
        // A small cache: pages of a transaction go to the log, and are read from there again, before its end.
        try connection.execute(
            """
            PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA cache_size = 12; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;
            CREATE TABLE t(id INTEGER PRIMARY KEY, key TEXT UNIQUE, value BLOB);
            """)
        return connection
    }

    /// All rows, and what SQLite thinks of the file.
    private func contents(_ connection: Connection) throws -> [String] {
        let rows = try connection.prepare("SELECT id, key, length(value), hex(substr(value, 1, 8)) FROM t ORDER BY id")
        var lines = [try connection.text("PRAGMA integrity_check") ?? ""]
        while try rows.step() {
            lines.append("\(rows.integer(0)) \(rows.text(1)) \(rows.integer(2)) \(rows.text(3))")
        }
        return lines
    }

    private func statement(_ random: inout SeededRandom) -> String {
        let (id, size) = (random.below(60), random.below(5) == 0 ? 30_000 : random.below(6000))
        switch random.below(12) {
        case 0...5:
            let byte = String(random.below(256), radix: 16)
            let blob = "CAST(replace(hex(zeroblob(\(size / 2))), '0', '\(byte.first ?? "f")') AS BLOB)"
            return "INSERT OR REPLACE INTO t VALUES(\(id), 'k\(random.below(80))', \(blob))"
        case 6, 7: return "DELETE FROM t WHERE id BETWEEN \(id) AND \(id + 3)"
        case 8: return "SAVEPOINT s; UPDATE t SET value = value || value WHERE id < 20; ROLLBACK TO s; RELEASE s"
        case 9: return "UPDATE t SET value = substr(value, 3) WHERE id % 3 = 0"
        default: return "SELECT sum(length(value)) FROM t"
        }
    }

    @Test("the same statements leave the same rows", arguments: 1...12 as ClosedRange<UInt64>)
    func sameRows(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (gathered, plain) = (try open("gathered", gathering: true), try open("plain", gathering: false))
        let reader = try Connection(path: gathered.path, readOnly: true, busyTimeout: .seconds(5))
        for _ in 0..<40 {
            let before = try contents(reader)
            let script = (0..<random.below(25)).map { _ in statement(&random) }
            let isKept = random.below(4) > 0
            for connection in [gathered, plain] {
                try connection.execute("BEGIN IMMEDIATE")
                for line in script { try connection.execute(line) }
            }
            #expect(try contents(reader) == before, "seed \(seed): nobody sees what is not committed")
            for connection in [gathered, plain] { try connection.execute(isKept ? "COMMIT" : "ROLLBACK") }
            let after = try contents(plain)
            #expect(try contents(gathered) == after, "seed \(seed)")
            #expect(try contents(reader) == after, "seed \(seed): another connection sees a commit at once")
            let move = ["PASSIVE", "FULL", "RESTART", "TRUNCATE", nil, nil][random.below(6)]
            if let move {
                for connection in [gathered, plain] { _ = try connection.text("PRAGMA wal_checkpoint(\(move))") }
                #expect(try contents(reader) == after, "seed \(seed): behind a \(move) checkpoint")
                try gathered.execute("PRAGMA incremental_vacuum(2)")
                try plain.execute("PRAGMA incremental_vacuum(2)")
            }
        }
        // What a process that ends here has left is whole.
        let copy = "\(folder.path)/copy.db"
        for end in ["", "-wal"] { TestFolder.write(TestFolder.bytes(gathered.path + end), to: copy + end) }
        let left = try Connection(path: copy, readOnly: false, busyTimeout: .zero)
        #expect(try contents(left) == contents(plain), "seed \(seed)")
    }
}
