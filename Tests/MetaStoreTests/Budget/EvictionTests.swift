import Beehive
import TestKit
import Testing

@testable import MetaStore

@Suite struct EvictionTests {
    let folder = TestFolder()

    private func open(budget: Int64 = 256 << 20) throws -> MetaStore {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        store.cacheBudget = budget
        return store
    }

    private func cached(_ number: Int, bytes: Int = 100) throws -> NewObject {
        try sample("n/configmap/\(number)", Self.value(bytes), uid: "u\(number)", origin: .cached)
    }

    /// JSON of so many bytes.
    private static func value(_ bytes: Int) -> String {
        #"{"x":""# + String(repeating: "x", count: bytes % 2) + String(repeating: "ü", count: (bytes - 8) / 2) + #""}"#
    }

    private func keys(_ store: MetaStore) throws -> Set<String> {
        Set(try store.read { try $0.keys(startingWith: "") })
    }

    @Test func `over the budget the oldest cached rows go, and no others`() throws {
        let store = try open(budget: 1000)
        for (number, origin) in [ObjectOrigin.delivered, .local, .takenOver].enumerated() {
            try store.apply([
                .put(sample("n/pod/\(number)", String(repeating: "y", count: 5000), origin: origin), replacing: nil)
            ])
        }
        for number in 0..<20 {
            try store.apply([.put(cached(number), replacing: nil)], now: startOfTests + Int64(number))
        }
        // 113 or 114 bytes each, with their keys: eight fit.
        let kept = Set((12..<20).map { "n/configmap/\($0)" } + (0..<3).map { "n/pod/\($0)" })
        #expect(try keys(store) == kept)
        #expect(try store.cached().bytes <= 1000 && store.cached().rows == 8)
        #expect(store.evictedRows == 12 && store.rows == 11)
        #expect(store.takeEvictedKeys() == (0..<12).map { "n/configmap/\($0)" } && store.takeEvictedKeys().isEmpty)
    }

    @Test func `an eviction stands in the feed as what it is, and leaves no tombstone`() throws {
        let store = try open(budget: 120)
        try store.apply([.put(cached(1), replacing: nil), .put(sample("n/pod/p"), replacing: nil)])
        let before = store.revision
        try store.apply([.put(cached(2), replacing: nil)], now: startOfTests + 1)
        let lines = try store.read { try $0.changes(after: before, limit: 9) }
        #expect(lines.map(\.kind) == [.added, .evicted] && lines.map(\.revision) == [before + 1, before + 2])
        #expect(lines[1].object?.key == "n/configmap/1" && lines[1].object?.type == .configMap)
        #expect(lines[1].object?.value.isEmpty == true)
        #expect(try store.read { try $0.tombstone("n/configmap/1") } == nil)
        #expect(try StoreCheck.run(path: folder.database).problems == [])
    }

    @Test func `what the cloud pushes afterwards is delivered, and stays`() throws {
        let store = try open(budget: 250)
        try store.apply([.put(cached(1), replacing: nil), .put(cached(2), replacing: nil)])
        let first = try #require(try store.read { try $0.head("n/configmap/1") })
        let second = try #require(try store.read { try $0.head("n/configmap/2") })
        var pushed = try cached(2)
        pushed.origin = .delivered
        try store.apply([.adopt(rowID: first.rowID), .put(pushed, replacing: second.rowID)], now: startOfTests + 9)
        #expect(try store.cached() == (0, 0))
        let head = try #require(try store.read { try $0.head("n/configmap/1") })
        #expect(head.origin == .delivered && head.confirmed == startOfTests + 9 && head.revision == first.revision)
        for number in 3..<9 { try store.apply([.put(cached(number), replacing: nil)], now: startOfTests + 10) }
        #expect(try keys(store).isSuperset(of: ["n/configmap/1", "n/configmap/2"]))
    }

    @Test func `a smaller budget is reached in bounded steps, without anything being stored`() throws {
        let store = try open()
        for start in stride(from: 0, to: 1000, by: 100) {
            try store.apply((start..<start + 100).map { .put(try cached($0), replacing: nil) })
        }
        store.cacheBudget = 0
        var steps = 0
        while try store.keepUp(now: startOfTests) { steps += 1 }
        #expect(steps == 3)
        #expect(try store.cached() == (0, 0) && store.rows == 0)
        #expect(try StoreCheck.run(path: folder.database).problems == [])
    }

    @Test func `a count that somebody wrote by hand ends in no endless eviction`() throws {
        let store = try open(budget: 10)
        try TestFolder.run("UPDATE state SET value = 99999 WHERE name = 'cached_bytes'", on: folder.database)
        #expect(try StoreCheck.run(path: folder.database).problems.map(\.key) == ["state/cached_bytes"])
        #expect(try !store.keepUp(now: startOfTests))
        #expect(try store.cached() == (0, 0))
        #expect(try StoreCheck.run(path: folder.database).problems == [])
    }

    @Test func `a database of an earlier release is counted when it is opened first`() throws {
        let value = String(repeating: "z", count: 77)
        try TestFolder.run(
            Schema.first + Schema.second + """
                INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, \
                stored, confirmed, value) VALUES('n/configmap/é', 'configmap', 'n', 'é', '', '', '', '', 5, 1, 1, 1, \
                '\(value)'), ('n/configmap/b', 'configmap', 'n', 'b', '', '', '', '', 6, 0, 1, 1, '\(value)');
                PRAGMA application_id = \(Schema.applicationID);
                PRAGMA user_version = 2;
                """, on: folder.database)
        #expect(try open().cached() == (1, Int64(77 + "n/configmap/é".utf8.count)))
    }

    @Test func `nothing is evicted by a transaction that is rolled back`() throws {
        let store = try open(budget: 120)
        try store.apply([.put(cached(1), replacing: nil)])
        let (rows, revision) = (store.rows, store.revision)
        #expect(throws: StoreError.self) {
            try store.transaction(writing: true) { view throws(StoreError) in
                store.mayExceedBudget = true
                store.cacheBudget = 0
                try store.keepBudget()
                throw StoreError(.other, "on purpose")
            }
        }
        #expect(store.rows == rows && store.revision == revision && store.evictedRows == 0)
        #expect(store.takeEvictedKeys().isEmpty)
        #expect(try store.cached().rows == 1)
    }

    private struct Work {
        let object: NewObject
        let what: Int
    }

    private func work(_ random: inout SeededRandom) throws -> Work {
        let number = Int.random(in: 0..<40, using: &random)
        let origin = ObjectOrigin(rawValue: Int64.random(in: 0...3, using: &random)) ?? .cached
        let object = try sample(
            "n/\(number % 3 == 0 ? "secret" : "configmap")/\(number)é",
            Self.value(Int.random(in: 8...600, using: &random)),
            origin: Bool.random(using: &random) ? .cached : origin)
        return Work(object: object, what: Int.random(in: 0..<5, using: &random))
    }

    private static func carryOut(_ works: [Work], on store: MetaStore, now: Int64, keeps: Bool = true) throws {
        try store.transaction(writing: true) { view throws(StoreError) in
            for work in works { try carryOut(work, in: view, now: now) }
            if !keeps { throw StoreError(.other, "on purpose") }
        }
    }

    private static func carryOut(_ work: Work, in view: StoreTransaction, now: Int64) throws(StoreError) {
        let row = try view.head(work.object.key)?.rowID
        switch work.what {
        case 0: try view.apply(.delete(key: work.object.key, remember: false), now: now)
        case 1: if let row { try view.apply(.adopt(rowID: row), now: now) }
        default: try view.apply(.put(work.object, replacing: row), now: now)
        }
    }

    @Test func `the count is that of the rows after any changes, seals, rollbacks and starts`() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let keys = Sealing(types: [.secret], key: .file(folder.file("key")))
        func fresh() throws -> MetaStore {
            let store = try MetaStore(path: folder.database, now: startOfTests, sealing: keys)
            store.cacheBudget = 6000
            return store
        }
        var store = try fresh()
        for round in 0..<400 {
            var works: [Work] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) { works.append(try work(&random)) }
            let isKept = Int.random(in: 0..<4, using: &random) > 0
            let now = startOfTests + Int64(round)
            if isKept {
                try Self.carryOut(works, on: store, now: now)
            } else {
                #expect(throws: StoreError.self) { try Self.carryOut(works, on: store, now: now, keeps: false) }
            }
            if round % 50 == 49 { store = try fresh() }
            let rows = try store.connection.integer("SELECT count(*) FROM object WHERE origin = 1") ?? 0
            let bytes = try store.connection.integer("SELECT \(CacheCount.bytes) FROM object WHERE origin = 1") ?? 0
            try #require(try store.cached() == (rows, bytes), "seed \(seed), round \(round)")
            try #require(bytes <= 6000, "seed \(seed), round \(round)")
            let all = try store.connection.integer("SELECT count(*) FROM object") ?? 0
            try #require(Int64(store.rows) == all, "seed \(seed), round \(round)")
        }
        #expect(try StoreCheck.run(path: folder.database, sealing: keys).problems == [])
    }
}
