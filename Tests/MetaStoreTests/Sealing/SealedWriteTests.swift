import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// Rows that hold a local write of an object whose type is sealed: they are sealed like the object itself.
struct SealedWriteTests {
    private let fixture = SealedStore()
    private static let types = SealedStore.types + [.configMap]
    private static let canary = "canary-of-a-write"
    /// Rows of writes by whether they are sealed.
    private static let rows = [
        ("n/pendingwrite/configmap.a", true), ("n/conflict/configmap.a.id-1", true),
        ("n/pendingwrite/secret.a", true), ("n/conflict/secret.a.b.c.id-2", true), ("n/pendingwrite/pod.a", false),
        ("n/conflict/pod.a.id-3", false), ("n/pendingwrite/configmaps.a", false),
        ("n/pendingwrite/configmap", false), ("n/pendingwrite/.configmap", false), ("n/conflict/configma.p", false),
        ("configmap.a/pod/configmap.a", false), ("n/podpatch/configmap.a", false), ("n/pod/secret.a", false),
    ]

    private static func value(_ isSealed: Bool) -> String {
        #"{"object":{"data":"\#(isSealed ? canary : "plain")"}}"#
    }

    private func open(_ types: [ResourceType] = types, look: MetaStore.FirstLook = .whole) throws -> MetaStore {
        try MetaStore(path: fixture.folder.database, now: startOfTests, sealing: fixture.sealing(types), look: look)
    }

    private func fill(_ store: MetaStore) throws {
        for (key, isSealed) in Self.rows {
            try store.apply([.put(sample(key, Self.value(isSealed)), replacing: nil)])
            var waiting = entry("id-of-\(key)", key: key, frame: Self.value(isSealed))
            waiting.type = try ResourcePath(parsing: key).type
            try store.apply([.enqueue(waiting, lane: .state)])
        }
    }

    private func expectAll(_ store: MetaStore, sealed: Bool = true) throws {
        for (key, isSealed) in Self.rows {
            #expect(try store.read { try text($0.object(key)?.value ?? []) } == Self.value(isSealed))
            #expect(try store.read { try $0.outbox(about: key).map { text($0.frame) } } == [Self.value(isSealed)])
            let wanted = isSealed && sealed
            for table in ["object", "outbox"] {
                let number = try fixture.number("SELECT sealed FROM \(table) WHERE key = '\(key)'") ?? -1
                #expect((number > 0) == wanted, "\(key) in \(table)")
            }
        }
        #expect((fixture.filesHolding([Self.canary]) == []) == sealed)
    }

    /// Writes all of it again, as a second write does.
    private func rewrite(_ store: MetaStore) throws {
        for (key, isSealed) in Self.rows {
            let row = try store.read { try $0.head(key)?.rowID }
            var waiting = try #require(try store.read { try $0.outbox(about: key).first })
            waiting.type = try ResourcePath(parsing: key).type
            try store.apply([
                .put(sample(key, Self.value(isSealed), version: "2"), replacing: row), .rewrite(waiting),
            ])
        }
    }

    @Test func `a row of a write, and what waits in the outbox for it, is sealed like the type that was written`()
        throws
    {
        let store = try open()
        try fill(store)
        try expectAll(store)
        try rewrite(store)
        try expectAll(store)
        let problems = try StoreCheck.run(path: store.path, sealing: fixture.sealing(Self.types)).problems
        #expect(problems.allSatisfy { $0.key.hasPrefix("outbox/") }, "the entries are no messages, in this test alone")
        try store.apply([.delete(key: "n/pendingwrite/configmap.a", remember: false)])
        #expect(try fixture.number("SELECT max(sealed) FROM change WHERE key = 'n/pendingwrite/configmap.a'") == 1)
    }

    @Test func `where nothing is sealed they are plain`() throws {
        let store = try open([])
        try fill(store)
        try expectAll(store, sealed: false)
    }

    @Test func `another data key reaches them`() throws {
        let store = try open()
        try fill(store)
        try store.beginRekey(now: startOfTests)
        while try !store.continueRekey(limit: 3).isFinished {}
        try expectAll(store)
        #expect(try fixture.number("SELECT max(sealed) + min(sealed) FROM object WHERE sealed <> 0") == 4)
    }

    /// The mark of a release that left these rows in plain: FNV-1a over the sorted names.
    private static func formerMark(of types: [ResourceType]) -> Int64 {
        let names = types.map(\.rawValue).sorted().joined(separator: ",")
        let hash = names.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return Int64(bitPattern: hash)
    }

    @Test(arguments: [MetaStore.FirstLook.short, .whole])
    func `what an earlier release stored in plain is readable, and sealed at the next start`(
        look: MetaStore.FirstLook
    ) throws {
        _ = try open()
        do {
            let former = try MetaStore(path: fixture.folder.database, now: startOfTests)
            try fill(former)
            let row = try ResourcePath(parsing: "n/pendingwrite/configmap.gone")
            try former.apply([.put(sample(row.key, Self.value(true)), replacing: nil)])
            try former.apply([.delete(key: row.key, remember: false)])
            try expectAll(former, sealed: false)
        }
        try fixture.sql("UPDATE state SET value = \(Self.formerMark(of: Self.types)) WHERE name = 'sealed_types'")
        try expectAll(try open(look: look))
        try expectAll(try open(look: look))
    }

    @Test func `one that another program wrote in plain is found, and sealed`() throws {
        let store = try open()
        try fill(store)
        try fixture.sql(
            "UPDATE object SET value = '\(Self.value(true))', sealed = 0, sum = 0 WHERE key LIKE 'n/%/configmap.a%'")
        let sealing = fixture.sealing(Self.types)
        let next = try MetaStore(path: fixture.folder.database, now: startOfTests, sealing: sealing, look: .short)
        // The two rows of writes, and neither the pod nor the patch of that name.
        #expect(StoreSurvey(path: next.path, sealing: sealing).run().plain == 2)
        try next.sealPlainValues()
        #expect(StoreSurvey(path: next.path, sealing: sealing).run().plain == 0)
        let count = "SELECT count(*) FROM object WHERE sealed <> 0 AND key LIKE 'n/%/configmap.a%'"
        #expect(try fixture.number(count) == 2)
    }

    @Test(
        "one that does not open keeps no other from a list, a page or the feed",
        arguments: ["key", "damage"], ["pendingwrite", "conflict"])
    func unreadable(how: String, type: String) throws {
        do {
            let store = try open()
            try fill(store)
        }
        if how == "key" {
            unlink(fixture.keyFile)
        } else {
            try fixture.sql("UPDATE object SET value = zeroblob(64) WHERE key LIKE 'n/\(type)/%' AND sealed <> 0")
        }
        let store = try open()
        let readable = Self.rows.filter { $0.0.hasPrefix("n/\(type)/") && !$0.1 }.map(\.0).sorted()
        let type = ResourceType(type)
        try store.read { view in
            #expect(try view.objects(ofType: type).map(\.key).sorted() == readable)
            #expect(try view.page(ofType: type, namespace: "n", after: "", limit: 100).rows.map(\.key) == readable)
            #expect(try view.withFaults.objects(ofType: type).count > readable.count)
            let lines = try view.changes(after: view.oldestRevision(), limit: 1000)
            #expect(lines.compactMap(\.object?.key).filter { $0.hasPrefix("n/\(type)/") }.sorted() == readable)
            #expect(throws: StoreError.self) {
                try view.object("n/\(type)/configmap.a\(type == "conflict" ? ".id-1" : "")")
            }
        }
    }
}
