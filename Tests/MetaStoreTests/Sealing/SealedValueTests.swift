import Beehive
import TestKit
import Testing

@testable import MetaStore

@Suite struct SealedValueTests {
    let fixture = SealedStore()
    static let value = #"{"kind":"Secret","data":"hidden"}"#

    private func stored() throws -> MetaStore {
        let store = try fixture.open()
        try store.apply([
            .put(secret("a", "hidden"), replacing: nil), .put(secret("b", "other"), replacing: nil),
            .put(sample("n/pod/p"), replacing: nil),
        ])
        return store
    }

    @Test func `values of the types are sealed, others are not, and all read as they were written`() throws {
        let store = try stored()
        #expect(try store.read { try text($0.object("n/secret/a")?.value ?? []) } == Self.value)
        #expect(try store.read { try $0.objects(ofType: .secret).map(\.key) } == ["n/secret/a", "n/secret/b"])
        #expect(try store.read { try text($0.object("n/pod/p")?.value ?? []) } == "{}")
        #expect(try fixture.column("SELECT value FROM object WHERE key = 'n/secret/a'")?.first == SealedValue.format)
        #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed = 1") == 2)
        #expect(try fixture.number("SELECT count(*) FROM meta WHERE type = 'secret' AND value IS NULL") == 2)
        #expect(try fixture.number("SELECT count(*) FROM meta WHERE type = 'pod' AND value = '{}'") == 1)
    }

    @Test func `the same value is sealed differently each time`() throws {
        let store = try stored()
        let first = try fixture.column("SELECT value FROM object WHERE key = 'n/secret/a'")
        let row = try store.read { try $0.head("n/secret/a")?.rowID }
        try store.apply([.put(secret("a", "hidden"), replacing: row)])
        #expect(try fixture.column("SELECT value FROM object WHERE key = 'n/secret/a'") != first)
    }

    @Test func `bytes are compared in plain`() throws {
        let store = try stored()
        #expect(try store.read { try $0.holds("n/secret/a", value: bytes(Self.value)) })
        #expect(try store.read { try !$0.holds("n/secret/a", value: bytes("{}")) })
    }

    @Test func `the feed gives the last value of a removed secret, sealed on the disk`() throws {
        let store = try stored()
        let before = store.revision
        try store.apply([.delete(key: "n/secret/a", remember: true)])
        let line = try store.read { try $0.changes(after: before, limit: 1).first }
        #expect(line?.kind == .deleted && line.map { text($0.object?.value ?? []) } == Self.value)
        #expect(try fixture.number("SELECT count(*) FROM change WHERE sealed = 1 AND written > 0") == 1)
        #expect(fixture.filesHolding(["hidden"]) == [])
    }

    @Test func `frames about the types are sealed in the outbox, also when rewritten`() throws {
        let store = try fixture.open()
        var waiting = entry("m1", key: "n/secret/a", frame: #"{"x":"hidden"}"#)
        waiting.type = .secret
        try store.apply([.enqueue(waiting, lane: .state), .enqueue(entry("m2", key: "n/pod/p"), lane: .state)])
        var read = try store.read { try $0.outbox(lane: .state, after: 0, limit: 9) }
        #expect(read.map { text($0.frame) } == [#"{"x":"hidden"}"#, "{}"])
        #expect(try fixture.number("SELECT count(*) FROM outbox WHERE sealed = 1") == 1)
        var new = read[0]
        (new.id, new.frame, new.type) = ("m3", bytes(#"{"x":"hidden again"}"#), .secret)
        try store.apply([.rewrite(new)])
        read = try store.read { try $0.outbox(about: "n/secret/a") }
        #expect(read.map { text($0.frame) } == [#"{"x":"hidden again"}"#])
        #expect(fixture.filesHolding(["hidden"]) == [])
    }

    @Test(
        "a value that was changed, in whichever part, is an error and never data",
        arguments: [
            ("format", 0), ("key number", 4), ("nonce", 5), ("nonce's end", 16), ("ciphertext", 17), ("tag", -1),
            ("tag's begin", -16),
        ])
    func changed(_ part: String, _ offset: Int) throws {
        let store = try stored()
        var value = Array(try fixture.column("SELECT value FROM object WHERE key = 'n/secret/a'") ?? [])
        value[offset < 0 ? value.count + offset : offset] ^= 0x40
        try write(value)
        try expectBroken(store)
    }

    @Test("a value that was cut or put in is an error", arguments: [0, 1, 5, 20, 32, 33, 40])
    func cut(_ count: Int) throws {
        let store = try stored()
        try write(Array(try fixture.column("SELECT value FROM object WHERE key = 'n/secret/a'")?.prefix(count) ?? []))
        try expectBroken(store)
    }

    @Test(
        "a value that was moved is an error",
        arguments: [
            "UPDATE object SET value = (SELECT value FROM object WHERE key = 'n/secret/b') WHERE key = 'n/secret/a'",
            "UPDATE object SET revision = revision + 7 WHERE key = 'n/secret/a'",
            "UPDATE object SET key = 'n/secret/x' WHERE key = 'n/secret/b'; UPDATE object SET value = "
                + "(SELECT value FROM object WHERE key = 'n/secret/x') WHERE key = 'n/secret/a'",
        ])
    func moved(_ sql: String) throws {
        let store = try stored()
        try fixture.sql(sql)
        try expectBroken(store)
    }

    private func write(_ value: [UInt8]) throws {
        let hex = value.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        try fixture.sql("UPDATE object SET value = x'\(hex)' WHERE key = 'n/secret/a'")
    }

    /// The row is an error with its key, in lists too; others are read; a check names it; a push overwrites it.
    private func expectBroken(_ store: MetaStore) throws {
        let error = storeError { _ = try store.read { try $0.object("n/secret/a") } }
        #expect(error?.code == .sealBroken && error?.description.contains("'n/secret/a'") == true)
        #expect(storeError { _ = try store.read { try $0.objects(ofType: .secret) } }?.code == .sealBroken)
        #expect(try store.read { try !$0.holds("n/secret/a", value: bytes(Self.value)) })
        #expect(try store.read { try !$0.isSound("n/secret/a", type: .secret) })
        let rows = try store.read { try $0.withFaults.objects(ofType: .secret) }
        #expect(rows.first { $0.key == "n/secret/a" }?.fault?.code == .sealBroken)
        #expect(rows.allSatisfy { ($0.fault == nil) != $0.value.isEmpty })
        let problems = try StoreCheck.run(path: fixture.folder.database, sealing: fixture.sealing()).problems
        #expect(problems.contains { $0.key == "object/n/secret/a" && $0.what.contains("changed") })
        let row = try store.read { try $0.head("n/secret/a")?.rowID }
        try store.apply([.put(secret("a", "hidden"), replacing: row)])
        #expect(try store.read { try text($0.object("n/secret/a")?.value ?? []) } == Self.value)
    }

    @Test func `a changed frame of the outbox has no bytes, and can be dropped`() throws {
        let store = try fixture.open()
        var waiting = entry("m1", key: "n/secret/a", frame: #"{"x":"hidden"}"#)
        waiting.type = .secret
        try store.apply([.enqueue(waiting, lane: .state)])
        try fixture.sql("UPDATE outbox SET id = 'm9'")
        let read = try store.read { try $0.outbox(lane: .state, after: 0, limit: 9) }
        #expect(read.count == 1 && read[0].frame.isEmpty)
        try store.apply([.dequeue(place: read[0].place)])
        #expect(try store.read { try $0.outboxDepth().states } == 0)
    }

    @Test func `keys never print themselves`() throws {
        let outer = KeyEncryptionKey()
        let hex = String(decoding: outer.fileContent.prefix(64), as: UTF8.self)
        for key in [outer as Any, DataKey(id: 1), fixture.sealing()] {
            var out = "\(key) \(String(reflecting: key))"
            dump(key, to: &out)
            #expect(!out.contains(hex) && !out.lowercased().contains("symmetrickey(") && out.utf8.count < 600)
        }
        #expect(KeyEncryptionKey(outer.fileContent)?.fingerprint == outer.fingerprint)
    }

    @Test func `any value opens at its own place alone`() throws {
        var random = SeededRandom(seed: Seeds.next())
        let key = DataKey(id: 7)
        let places =
            (0..<8).map { _ in
                SealedPlace.object(
                    type: "t", key: "\(random.below(3))/\(random.below(3))", revision: Int64(random.below(3)))
            } + [.frame(place: 1, id: "", key: "t"), .frame(place: 1, id: "t", key: "")]
        for _ in 0..<200 {
            let value = Bytes((0..<random.below(400)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            let (place, other) = (random.pick(places), random.pick(places))
            let sealed = try key.seal(value, for: place)
            #expect(sealed.count == value.count + SealedValue.overhead)
            let read = try #require(SealedValue(sealed))
            #expect(read.key == 7 && key.open(read, at: place) == value)
            #expect((key.open(read, at: other) != nil) == (place.authenticated == other.authenticated))
        }
    }
}
