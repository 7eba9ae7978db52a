import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct TransactionTests {
    let folder = TestFolder()

    private func small(pages: Int) throws -> (store: MetaStore, connection: Connection) {
        try DatabaseFile.prepare(folder.database)
        let connection = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        let store = try MetaStore(writing: connection, now: startOfTests)
        _ = try connection.integer("PRAGMA max_page_count = \(pages)")
        return (store, connection)
    }

    @Test func `the log and the strict sync are really in force`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(try store.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try store.connection.integer("PRAGMA synchronous") == 2)
        #expect(try store.connection.integer("PRAGMA auto_vacuum") == 2)
    }

    @Test func `nothing is promised in a file that was moved away, and all is well when it is back`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        rename(folder.database, folder.file("moved"))
        let error = #expect(throws: StoreError.self) { try store.apply([.put(sample("n/pod/b"), replacing: nil)]) }
        #expect(error?.code == .cannotOpen && store.rows == 1)
        rename(folder.file("moved"), folder.database)
        try store.apply([.put(sample("n/pod/b"), replacing: nil)])
        #expect(store.rows == 2)
    }

    @Test func `the file, its log and its index are closed to other users`() throws {
        let before = umask(0)
        defer { umask(before) }
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/secret/a"), replacing: nil)])
        #expect(folder.names == ["edgecore.db", "edgecore.db-shm", "edgecore.db-wal"])
        for name in folder.names { #expect(TestFolder.mode(folder.file(name)) == 0o600, "\(name)") }
    }

    @Test func `a file that stood open is closed to other users`() throws {
        try TestFolder.run("CREATE TABLE meta(key PRIMARY KEY, type, value)", on: folder.database)
        chmod(folder.database, 0o644)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/secret/a"), replacing: nil)])
        for name in folder.names { #expect(TestFolder.mode(folder.file(name)) == 0o600, "\(name)") }
    }

    @Test func `what throws changes nothing, neither rows nor numbers`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([
            .put(sample("n/pod/a", "1"), replacing: nil), .enqueue(entry("s", key: "k"), lane: .state),
        ])
        let revision = store.revision
        #expect(throws: StoreError.self) {
            try store.apply([
                .put(sample("n/pod/b"), replacing: nil), .enqueue(entry("t", key: "k"), lane: .state),
                .dequeueAll(key: "k"), .delete(key: "n/pod/a", remember: true),
                .put(sample("n/pod/c"), replacing: 99),
            ])
        }
        #expect(store.revision == revision && store.rows == 1)
        #expect(try store.read { try $0.outboxDepth() } == OutboxDepth(states: 1, facts: 0, oldest: 1))
        #expect(try store.read { try $0.keys(startingWith: "") } == ["n/pod/a"])
        #expect(try store.read { try $0.tombstone("n/pod/a") } == nil)
        // The places of the outbox go on without a gap, too.
        try store.apply([.enqueue(entry("u", key: "k"), lane: .state)])
        let places = try store.read { try $0.outbox(about: "k").map(\.place) }
        #expect(places.count == 2 && places[1] == places[0] + 1)
    }

    @Test func `a write that meets nothing is an error, not a loss`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(throws: StoreError.self) { try store.apply([.put(sample("n/pod/a"), replacing: 1)]) }
        #expect(throws: StoreError.self) { try store.apply([.rewrite(entry("a"))]) }
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        #expect(throws: StoreError.self) { try store.apply([.put(sample("n/pod/a"), replacing: nil)]) }
        try store.apply([.put(sample("n/pod/b"), replacing: nil)])
        #expect(store.rows == 2)
    }

    @Test func `a full disk fails one transaction, and the store works on when there is room`() throws {
        let (store, connection) = try small(pages: 40)
        let big = String(repeating: "x", count: 20_000)
        var stored = 0
        var failure: StoreError?
        while failure == nil, stored < 100 {
            let object = try sample("n/pod/\(stored)", big)
            do throws(StoreError) {
                try store.transaction(writing: true) { transaction throws(StoreError) in
                    try transaction.apply(.enqueue(entry("e\(stored)", kind: .fact), lane: .fact), now: 1)
                    try transaction.apply(.put(object, replacing: nil), now: 1)
                }
                stored += 1
            } catch {
                failure = error
            }
        }
        #expect(failure?.code == .full)
        #expect(failure?.description.contains(folder.database) == true)
        #expect(failure?.description.contains("free space") == true)
        #expect(stored > 0 && store.rows == stored && connection.isIdle)
        #expect(try store.read { try $0.outboxDepth().facts } == stored)
        #expect(try store.read { try $0.keys(startingWith: "").count } == stored)
        _ = try connection.integer("PRAGMA max_page_count = 4000")
        try store.apply([.put(sample("n/pod/later", big), replacing: nil)])
        #expect(try store.read { try $0.changes(after: 0, limit: .max).count } == stored + 1)
    }

    @Test func `after SQLite ended a transaction by itself nothing more is written in it`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let objects = try [sample("n/pod/a"), sample("n/pod/b")]
        #expect(throws: StoreError.self) {
            try store.transaction(writing: true) { transaction throws(StoreError) in
                try transaction.apply(.put(objects[0], replacing: nil), now: 1)
                // What a full disk or a failing one does.
                try store.connection.execute("ROLLBACK")
                try? transaction.apply(.put(objects[1], replacing: nil), now: 1)
            }
        }
        #expect(store.rows == 0)
        #expect(try store.read { try $0.keys(startingWith: "") }.isEmpty)
    }

    @Test func `another writer's lock is waited for, then told`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests, busyTimeout: .milliseconds(20))
        let other = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        try other.execute("BEGIN IMMEDIATE")
        let failure = #expect(throws: StoreError.self) {
            try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        }
        #expect(failure?.code == .locked)
        // Reading goes on.
        #expect(try store.read { try $0.keys(startingWith: "") }.isEmpty)
        try other.execute("ROLLBACK")
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        #expect(store.rows == 1)
    }

    @Test func `what a tool commits beside the store is noticed`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.enqueue(entry("a", kind: .fact), lane: .fact)])
        let other = try MetaStore(path: folder.database, now: startOfTests)
        try other.apply([
            .put(sample("n/pod/b"), replacing: nil), .enqueue(entry("b", kind: .fact), lane: .fact),
        ])
        try store.apply([
            .put(sample("n/pod/c"), replacing: nil), .enqueue(entry("c", kind: .fact), lane: .fact),
        ])
        #expect(store.rows == 2 && store.revision == startOfTests * 1000 + 2)
        #expect(try store.read { try $0.outbox(lane: .fact, after: 0, limit: 9).map(\.id) } == ["a", "b", "c"])
        #expect(try store.read { try $0.outboxDepth().facts } == 3)
    }

    @Test func `a transaction is of no use after its closure`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let escaped = try store.transaction(writing: true) { $0 }
        #expect(throws: StoreError.self) { try escaped.keys(startingWith: "") }
        #expect(throws: StoreError.self) { try escaped.apply(.forgetDeleted(before: 1), now: 1) }
    }

    @Test func `the delivered mark and what waits survive a start`() throws {
        var store = try MetaStore(path: folder.database, now: startOfTests)
        try store.transaction(writing: true) { transaction throws(StoreError) in try transaction.setDelivered(77) }
        try store.apply([
            .enqueue(entry("s", key: "k", created: 3), lane: .state),
            .enqueue(entry("f", kind: .fact, created: 4), lane: .fact),
        ])
        store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(store.opening == .opened)
        #expect(try store.read { $0.deliveredRevision } == 77)
        #expect(try store.read { try $0.outboxDepth() } == OutboxDepth(states: 1, facts: 1, oldest: 3))
        try store.apply([.enqueue(entry("g", kind: .fact), lane: .fact)])
        #expect(try store.read { try $0.outbox(lane: .fact, after: 0, limit: 9).map(\.id) } == ["f", "g"])
    }
}
