import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// What was stored in plain before is sealed at the first start with a key, and nothing of it stays in the file.
@Suite struct PlainValueTests {
    let fixture = SealedStore()

    /// A store without sealing: rows, a removed secret, a replaced one, entries of the outbox.
    private func fillPlain(_ canaries: [String]) throws {
        let store = try MetaStore(path: fixture.folder.database, now: startOfTests)
        for (number, canary) in canaries.enumerated() {
            try store.apply([.put(secret("s\(number)", canary), replacing: nil)])
        }
        try store.apply([.delete(key: "n/secret/s0", remember: true)])
        let row = try store.read { try $0.head("n/secret/s1")?.rowID }
        try store.apply([.put(secret("s1", "replaced"), replacing: row), .put(sample("n/pod/p"), replacing: nil)])
        let frame =
            #"{"header":{"msg_id":"m1","timestamp":1},"route":{"source":"edged","operation":"update","#
            + #""resource":"n/secret/s2"},"content":"\#(canaries[2])"}"#
        try store.apply([
            .enqueue(entry("m1", key: "n/secret/s2", frame: frame), lane: .state),
            .enqueue(entry("m2", key: "n/pod/p"), lane: .state),
        ])
    }

    @Test func `rows, removed values and frames are sealed, and no file holds them any more`() throws {
        var random = SeededRandom(seed: Seeds.next())
        let canaries = (0..<60).map { _ in canary(&random) + String(repeating: "x", count: random.below(6000)) }
        try fillPlain(canaries)
        let needles = canaries.map { String($0.prefix(40)) }
        #expect(fixture.filesHolding(needles) != [])
        let store = try fixture.open()
        #expect(fixture.filesHolding(needles) == [])
        #expect(try fixture.number("SELECT count(*) FROM object WHERE type = 'secret' AND sealed = 0") == 0)
        #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed <> 0") == 59)
        #expect(try fixture.number("SELECT count(*) FROM change WHERE sealed <> 0") == 1)
        #expect(try fixture.number("SELECT count(*) FROM outbox WHERE sealed <> 0") == 1)
        for number in 2..<60 {
            let value = try store.read { try text($0.object("n/secret/s\(number)")?.value ?? []) }
            #expect(value.contains(canaries[number]))
        }
        let lines = try store.read { try $0.changes(after: store.revision - 3, limit: 9) }
        #expect(lines.contains { $0.kind == .deleted && text($0.object?.value ?? []).contains(canaries[0]) })
        #expect(try store.read { try text($0.outbox(about: "n/secret/s2")[0].frame) }.contains(canaries[2]))
        #expect(
            try StoreCheck.run(path: store.path, sealing: fixture.sealing()).problems.map(\.key).allSatisfy {
                // The entry of the pod is no message, in this test alone.
                $0.hasPrefix("outbox/")
            })
    }

    @Test func `a wipe that could not be done is told, and done at the next start`() throws {
        try fillPlain(["canary-0", "canary-1", "canary-2"])
        do {
            let reader = try StoreReaderBeforeUpgrade(fixture.folder.database)
            let sealing = fixture.sealing()
            let store = try MetaStore(
                path: fixture.folder.database, now: startOfTests, busyTimeout: .milliseconds(20), sealing: sealing)
            #expect(sealing.status == .on && sealing.problem?.contains("plain copies") == true)
            #expect(try store.read { try $0.object("n/secret/s2") } != nil)
            withExtendedLifetime(reader) {}
        }
        let sealing = fixture.sealing()
        _ = try fixture.open(sealing)
        #expect(sealing.problem == nil && fixture.filesHolding(["canary-"]) == [])
    }

    @Test func `a type that is added later is sealed then`() throws {
        try fixture.open().apply([.put(sample("n/configmap/c", #"{"a":"canary"}"#), replacing: nil)])
        #expect(fixture.filesHolding(["canary"]) != [])
        let store = try fixture.open(fixture.sealing(SealedStore.types + [.configMap]))
        #expect(fixture.filesHolding(["canary"]) == [])
        #expect(try store.read { try text($0.object("n/configmap/c")?.value ?? []) } == #"{"a":"canary"}"#)
    }

    @Test func `a file of schema 1 is brought to the newest schema with all it holds`() throws {
        try TestFolder.run(Schema.first, on: fixture.folder.database)
        try TestFolder.run(
            """
            PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1;
            INSERT INTO state VALUES('revision', 7);
            INSERT INTO change(revision, object, kind) VALUES(7, 1, 1);
            INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, stored, \
            confirmed, value) VALUES('n/secret/a', 'secret', 'n', 'a', 'u', '1', 'v1', 'Secret', 7, 0, 1, 1, \
            '{"kind":"Secret","data":"canary"}');
            """, on: fixture.folder.database)
        #expect(storeError { _ = try StoreReader(path: fixture.folder.database) }?.code == .notADatabase)
        let store = try fixture.open()
        #expect(try store.read { try text($0.object("n/secret/a")?.value ?? []) }.contains("canary"))
        #expect(store.revision == 7 && fixture.filesHolding(["canary"]) == [])
        #expect(try StoreCheck.run(path: store.path, sealing: fixture.sealing()).problems == [])
    }

    @Test func `what a take-over brings is sealed too; the copy of the file alone is in plain`() throws {
        try KubeEdgeFile.beego.make(at: fixture.folder.database)
        let big = String(repeating: "canary-that-was-removed ", count: 20_000)
        try fixture.sql(
            """
            PRAGMA secure_delete = OFF;
            INSERT INTO meta(key, type, value) VALUES('n/secret/a', 'secret', '{"kind":"Secret","d":"canary"}');
            INSERT INTO meta(key, type, value) VALUES('n/secret/b', 'secret', '\(big)');
            DELETE FROM meta WHERE key = 'n/secret/b'
            """)
        #expect(fixture.filesHolding(["canary-that"]) == ["edgecore.db"])
        let store = try fixture.open()
        #expect(try store.read { try text($0.object("n/secret/a")?.value ?? []) }.contains("canary"))
        #expect(fixture.filesHolding(["canary"]) == ["edgecore.db.kubeedge"])
    }
}

/// A connection with a read transaction, which keeps the log from being emptied.
private struct StoreReaderBeforeUpgrade {
    let connection: Connection

    init(_ path: String) throws {
        connection = try Connection(path: path, readOnly: true, busyTimeout: .seconds(5))
        try connection.execute("BEGIN; SELECT count(*) FROM object")
    }
}
