import Beehive
import Glibc
import Testing

@testable import MetaManagerApp

/// What a bench may replace: only what a bench made.
@Suite struct BenchDatabaseTests {
    @Test func `a second run replaces what the first left, its key with it`() throws {
        try BenchFolder.with { folder in
            let first = try folder.bench().run()
            #expect(first["messages"] == 3)
            let key = folder.read("bench.db.key")
            #expect(key?.utf8.count == 65)
            let second = try folder.bench().run()
            #expect(second["messages"] == 3)
            #expect(folder.read("bench.db.key") != key)
        }
    }

    @Test(arguments: ["db", "db-wal", "db-shm", "db-journal", "db.key", "db.bench"])
    func `a file that no bench made stays as it is`(_ name: String) throws {
        try BenchFolder.with { folder in
            try folder.write("precious", to: name)
            let refused = try folder.refusal(of: folder.bench(database: "db"))
            #expect(refused.code == 73 && refused.description.contains("\(folder / name) is there"), "\(refused)")
            #expect(folder.read(name) == "precious")
            #expect(name == "db" || !folder.holds("db"))
        }
    }

    @Test(arguments: ["db", "db.key"])
    func `a file that took the place of a bench's stays as it is`(_ name: String) throws {
        try BenchFolder.with { folder in
            _ = try folder.bench(database: "db").run()
            for suffix in ["", "-wal", "-shm"] where name == "db" { unlink(folder / ("db" + suffix)) }
            unlink(folder / name)
            try folder.write("precious", to: name)
            #expect(try folder.refusal(of: folder.bench(database: "db")).code == 73)
            #expect(folder.read(name) == "precious")
        }
    }

    @Test func `a link is a stranger's, whatever it points to`() throws {
        try BenchFolder.with { folder in
            _ = try folder.bench(database: "real").run()
            try #require(symlink(folder / "real", folder / "db") == 0)
            #expect(try folder.refusal(of: folder.bench(database: "db")).code == 73)
            #expect(folder.holds("real") && folder.holds("db"))
        }
    }

    @Test func `a database that somebody works on is refused, even a bench's own`() throws {
        try BenchFolder.with { folder in
            _ = try folder.bench(database: "db").run()
            let key = folder.read("db.key")
            let lock = try DatabaseLock(database: folder / "db")
            try withExtendedLifetime(lock) {
                let refused = try folder.refusal(of: folder.bench(database: "db"))
                #expect(refused.code == 73 && refused.description.contains("(pid \(getpid())) works on database"))
                #expect(refused.description.hasSuffix("name another file with --database"))
            }
            #expect(folder.read("db.key") == key)
        }
    }

    @Test(arguments: ["messages", "preload"])
    func `files that are to be read are not replaced`(_ name: String) throws {
        try BenchFolder.with { folder in
            try folder.write(BenchFolder.inserts(2), to: "preload")
            let before = folder.read(name)
            let refused = try folder.refusal(of: folder.bench(preload: "preload", database: name))
            #expect(refused.code == 64 && refused.description.hasPrefix("--\(name) \(folder / name) is the file"))
            #expect(folder.read(name) == before)
        }
    }

    @Test func `messages under the name of the lock are not replaced`() throws {
        try BenchFolder.with { folder in
            try folder.write(BenchFolder.inserts(2), to: "db.lock")
            #expect(try folder.refusal(of: folder.bench(messages: "db.lock", database: "db")).code == 64)
            #expect(folder.read("db.lock") == BenchFolder.inserts(2))
        }
    }

    @Test(arguments: [("nowhere/db", "there is no folder"), ("sub", "is a folder"), ("", "is a folder")])
    func `a place that cannot be a database is named`(_ name: String, _ cause: String) throws {
        try BenchFolder.with { folder in
            mkdir(folder / "sub", 0o700)
            let refused = try folder.refusal(of: folder.bench(database: name))
            #expect(refused.code == 73 && refused.description.contains(cause), "\(refused)")
            #expect(refused.description.contains("--database"))
        }
    }
}
