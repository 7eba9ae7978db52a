import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct LogBoundTests {
    let folder = TestFolder()

    /// Another program that reads and never ends, until it is told to.
    private final class ForeignReader {
        private let pipe: UnsafeMutablePointer<FILE>

        init(_ path: String) throws {
            pipe = try #require(popen("exec sqlite3 '\(path)' >/dev/null 2>&1", "w"))
            // The mark is made once the reader has its snapshot.
            fputs("BEGIN;\nSELECT count(*) FROM object;\n.system touch '\(path).reads'\n", pipe)
            fflush(pipe)
        }

        /// Ends it, and waits for that.
        func end() { pclose(pipe) }
    }

    private func open() throws -> MetaStore {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        store.logLimit = 1 << 20
        return store
    }

    private var log: String { folder.database + "-wal" }

    private func write(_ store: MetaStore, _ count: Int) throws {
        for number in 0..<count {
            // Of a value that stays the same SQLite writes nothing.
            let value = String(repeating: "\(number % 9) \(number)", count: 20_000)
            let row = try store.read { try $0.head("n/pod/\(number % 5)")?.rowID }
            try store.apply([.put(sample("n/pod/\(number % 5)", value), replacing: row)])
        }
    }

    private func until(_ what: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<6000 {
            if try condition() { return }
            usleep(10_000)
        }
        Issue.record("\(what): not within a minute")
    }

    @Test func `a foreign reader that never ends is named, and the log shrinks once it is gone`() throws {
        let store = try open()
        try write(store, 2)
        let reader = try ForeignReader(folder.database)
        try until("the reader's snapshot") { DatabaseFile.exists(folder.database + ".reads") }
        #expect(LogReaders.find(folder.database + "-shm").contains { $0.contains("sqlite3") })
        try write(store, 60)
        try store.boundLog(now: startOfTests)
        try store.boundLog(now: startOfTests + 7000)
        let problem = try #require(store.logProblem(now: startOfTests + 7000))
        #expect(problem.contains("(sqlite3)") && problem.contains("for 7 s") && problem.contains("over 1 MiB"))
        #expect(try store.figures(now: startOfTests + 7000).logProblem == problem)
        // What is written is stored all the same.
        try write(store, 3)
        reader.end()
        try store.boundLog(now: startOfTests + 8000)
        #expect(DatabaseFile.size(log) <= store.logLimit)
        #expect(store.logProblem(now: startOfTests + 8000) == nil)
    }

    @Test func `a read of our own ends after its limit, so that the log can be cut`() throws {
        let store = try open()
        try write(store, 2)
        let reader = try StoreReader(path: folder.database, limit: .milliseconds(50))
        let error = #expect(throws: StoreError.self) {
            try reader.read { view throws(StoreError) in
                while true { _ = try view.object("n/pod/1") }
            }
        }
        #expect(error?.code == .tookTooLong)
        try write(store, 60)
        try store.boundLog(now: startOfTests)
        #expect(DatabaseFile.size(log) <= store.logLimit && store.logProblem(now: startOfTests) == nil)
        // The connection reads again.
        #expect(try reader.read { view throws(StoreError) in try view.keys(startingWith: "n/pod/") }.count == 5)
    }

    @Test func `a statement of our own that runs for very long is ended in its middle`() throws {
        let store = try open()
        try write(store, 1)
        let reader = try MetaStore(reading: folder.database)
        reader.connection.obeyLimit()
        reader.connection.limit.begin(.milliseconds(20))
        let error = #expect(throws: StoreError.self) {
            _ = try reader.connection.integer(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        }
        #expect(error?.code == .tookTooLong)
        reader.connection.limit.end()
        #expect(try reader.connection.integer("SELECT count(*) FROM object") == 1)
    }

    @Test func `without readers the log stays small by itself`() throws {
        let store = try open()
        try write(store, 400)
        #expect(DatabaseFile.size(log) <= 16 << 20)
        try store.boundLog(now: startOfTests)
        #expect(DatabaseFile.size(log) == 0)
    }

    @Test(
        "locks are found by file, kind and byte",
        arguments: [
            ("1: POSIX  ADVISORY  READ 71 08:01:1311 124 124", [71]),
            ("1: POSIX  ADVISORY  READ 71 08:01:1312 124 124", []),
            ("1: POSIX  ADVISORY  WRITE 71 08:01:1311 120 120", []),
            ("1: POSIX  ADVISORY  READ 71 08:01:1311 128 128", []),
            ("1: FLOCK  ADVISORY  READ 71 08:01:1311 124 124", []),
            ("1: POSIX  ADVISORY  READ -1 08:01:1311 124 124", []),
            ("1: POSIX  ADVISORY  READ 71 08:01:1311 124 EOF", []),
            ("", []), ("1:", []),
        ] as [(String, [pid_t])])
    func owners(_ line: String, _ pids: [pid_t]) {
        #expect(LogReaders.owners(in: line + "\n2: x\n", inode: 1311) == pids)
    }
}
