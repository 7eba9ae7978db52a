import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// What is saved of a damaged file, and that nothing but what was written comes out of it.
@Suite struct RepairTests {
    let folder = TestFolder()

    /// A value that says whose it is.
    private func value(_ name: String, _ size: Int, _ fill: Int) -> String {
        #"{"kind":"Pod","name":"\#(name)","pad":"\#(String(repeating: Character(UnicodeScalar(UInt8(97 + fill % 26))), count: size))"}"#
    }

    /// Rows of many sizes, some on overflow pages; entries; a deletion; a table of another program.
    @discardableResult
    private func fill(_ count: Int, random: inout SeededRandom, checkpoint: Bool = true) throws -> [String: Bytes] {
        var rows: [String: Bytes] = [:]
        let store = try MetaStore(path: folder.database, now: startOfTests)
        if !checkpoint { try store.connection.execute("PRAGMA wal_autocheckpoint = 0") }
        for number in 0..<count {
            let size = random.one(in: 10) ? random.below(20_000) : random.below(900)
            let new = value("p\(number)", size, number)
            rows["n/pod/p\(number)"] = bytes(new)
            try store.apply([.put(sample("n/pod/p\(number)", new, uid: "u\(number)", version: "7"), replacing: nil)])
        }
        let frame = #"{"header":{"msg_id":"m1","timestamp":1},"route":{"resource":"n/pod/a"},"content":"x"}"#
        try store.apply([
            .enqueue(entry("m1", kind: .fact, frame: frame), lane: .fact), .delete(key: "n/pod/p0", remember: true),
        ])
        rows["n/pod/p0"] = nil
        try store.connection.execute(
            """
            CREATE TABLE device(id TEXT PRIMARY KEY, state TEXT); CREATE INDEX device_state ON device(state);
            INSERT INTO device VALUES('d1', 'on'), ('d2', NULL);
            """)
        if checkpoint { try store.checkpoint() }
        return rows
    }

    private func repair(_ sealing: Sealing? = nil) throws -> RepairReport? {
        try Repair.run(path: folder.database, sealing: sealing, now: startOfTests + 5)
    }

    private func stored() throws -> [String: Bytes] {
        let store = try MetaStore(path: folder.database, now: startOfTests + 5)
        let rows = try store.read { try $0.objects(ofType: .pod) }
        return Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first }
    }

    private var pageCount: Int { TestFolder.bytes(folder.database).count / 4096 }

    @Test("a sound file comes through whole", arguments: [true, false])
    func sound(isCheckpointed: Bool) throws {
        var random = SeededRandom(seed: 1)
        let saved = folder.file("saved")
        let rows = try { () -> [String: Bytes] in
            let store = try MetaStore(path: folder.database, now: startOfTests)
            let rows = try fill(300, random: &random, checkpoint: isCheckpointed)
            // As a crash leaves it: the log stays.
            for end in ["", "-wal"] { TestFolder.write(TestFolder.bytes(folder.database + end), to: saved + end) }
            _ = store.revision
            return rows
        }()
        for end in ["", "-wal", "-shm"] { unlink(folder.database + end) }
        for end in ["", "-wal"] { rename(saved + end, folder.database + end) }
        let report = try #require(try repair())
        #expect(report.isComplete && report.objects == 299 && report.outbox == 1, "\(report)")
        #expect(report.foreign == ["device": 2] && report.notes.isEmpty, "\(report)")
        #expect(report.kept == folder.database + ".damaged")
        #expect(try stored() == rows)
        let check = try StoreCheck.run(path: folder.database)
        #expect(check.ok, "\(check.problems)")
        let store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(store.revision > (startOfTests + 5) * 1000)
        #expect(try store.read { try $0.tombstone("n/pod/p0")?.uid } == "u0")
        #expect(try store.connection.integer("SELECT count(*) FROM device") == 2)
        #expect(try store.connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'device_state'") == 1)
        #expect(try store.read { try $0.outbox(lane: .fact, after: 0, limit: 9) }.map(\.id) == ["m1"])
        #expect(TestFolder.mode(folder.database) == 0o600)
        #expect(folder.names.filter { $0.contains("repair") }.isEmpty)
    }

    @Test func `random damage: what is given is what was written, and the rest is listed`() throws {
        let seed = Seeds.next()
        var random = SeededRandom(seed: seed)
        let rows = try fill(400, random: &random)
        let whole = TestFolder.bytes(folder.database)
        for round in 0..<20 {
            var damaged = whole
            var pages: Set<Int> = []
            // The header and the schema have tests of their own.
            for _ in 0..<max(1, random.below(whole.count / 4096 / 10)) {
                pages.insert(1 + random.below(whole.count / 4096 - 1))
            }
            for page in pages {
                for _ in 0...random.below(12) {
                    damaged[page * 4096 + random.below(4096)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            for end in ["-wal", "-shm"] { unlink(folder.database + end) }
            TestFolder.write(damaged, to: folder.database)
            let report = try #require(try repair(), "round \(round)")
            let stored = try stored()
            for (key, value) in stored { #expect(rows[key] == value, "round \(round): \(key)") }
            let lost = Set(report.lost)
            let silent = rows.keys.filter { stored[$0] == nil && !lost.contains($0) }
            // A key that was damaged in the index itself is listed by a name that no row had.
            let misnamed = lost.subtracting(rows.keys)
            #expect(
                silent.count <= report.unnamed + misnamed.count,
                "seed \(seed), round \(round): \(silent), but \(report.unnamed) and \(misnamed)")
            #expect(stored.count == report.objects && lost.isDisjoint(with: stored.keys))
            // A page holds a dozen rows, or a part of one.
            #expect(stored.count >= rows.count - 14 * pages.count)
            #expect(try StoreCheck.run(path: folder.database).ok)
            let store = try MetaStore(path: folder.database, now: startOfTests)
            #expect(try store.lostKeys() == report.lost && store.lostCount == report.lost.count)
        }
    }

    @Test func `any bytes end in an answer`() throws {
        var random = SeededRandom(seed: Seeds.next())
        let rows = try fill(120, random: &random)
        let whole = TestFolder.bytes(folder.database)
        for round in 0..<60 {
            var damaged = whole
            switch round % 4 {
            case 0: damaged.removeLast(random.below(damaged.count))
            case 1:
                for _ in 0..<random.below(3000) {
                    damaged[random.below(damaged.count)] = UInt8.random(in: 0...255, using: &random)
                }
            case 2:
                // A piece of the file in another place.
                let (from, to) = (random.below(damaged.count / 2), random.below(damaged.count / 2))
                let length = random.below(damaged.count / 2)
                damaged.replaceSubrange(to..<to + length, with: damaged[from..<from + length])
            default:
                let start = random.below(damaged.count)
                for index in start..<min(damaged.count, start + random.below(20_000)) { damaged[index] = 0 }
            }
            for end in ["-wal", "-shm"] { unlink(folder.database + end) }
            TestFolder.write(damaged, to: folder.database)
            guard try repair() != nil else { continue }
            for (key, value) in try stored() { #expect(rows[key] == value, "round \(round): \(key)") }
        }
    }

    @Test func `a destroyed first page hides nothing but tables of others`() throws {
        var random = SeededRandom(seed: 3)
        let rows = try fill(200, random: &random)
        var damaged = TestFolder.bytes(folder.database)
        for index in 0..<4096 { damaged[index] = 0x55 }
        TestFolder.write(damaged, to: folder.database)
        #expect(storeError { _ = try MetaStore(path: folder.database, now: 1) }?.code == .notADatabase)
        let report = try #require(try repair())
        #expect(report.objects == 199 && report.lost.isEmpty && report.outbox == 1, "\(report)")
        #expect(report.notes.contains { $0.contains("tables of other programs") })
        #expect(try stored() == rows)
    }

    @Test func `what stands in a damaged log is saved`() throws {
        var random = SeededRandom(seed: 4)
        let saved = folder.file("saved")
        var rows: [String: Bytes] = [:]
        do {
            let store = try MetaStore(path: folder.database, now: startOfTests)
            rows = try fill(100, random: &random, checkpoint: false)
            for end in ["", "-wal"] { TestFolder.write(TestFolder.bytes(folder.database + end), to: saved + end) }
            _ = store.revision
        }
        for end in ["", "-wal", "-shm"] { unlink(folder.database + end) }
        rename(saved, folder.database)
        var log = TestFolder.bytes(saved + "-wal")
        // In the middle: SQLite itself would forget all that was committed later.
        log[32 + 4120 * 30 + 500] ^= 0xFF
        TestFolder.write(log, to: folder.database + "-wal")
        let report = try #require(try repair())
        #expect(report.notes.contains { $0.contains("pages of the log were damaged") })
        let stored = try stored()
        for (key, value) in stored { #expect(rows[key] == value) }
        #expect(stored.count >= 90, "\(stored.count)")
        #expect(DatabaseFile.exists(report.kept + "-wal"))
    }

    @Test func `files of others are left alone`() throws {
        for content in [[UInt8](repeating: 0x41, count: 9000), [], Array("SQLite format 3\0".utf8)] {
            TestFolder.write(content, to: folder.database)
            #expect(try repair() == nil && TestFolder.isUnchanged(folder.database, content))
        }
        unlink(folder.database)
        try KubeEdgeFile.beego.make(at: folder.database)
        let before = TestFolder.bytes(folder.database)
        #expect(try repair() == nil && TestFolder.isUnchanged(folder.database, before))
        unlink(folder.database)
        #expect(storeError { _ = try repair() }?.code == .cannotOpen)
    }

    @Test func `kept files are numbered, and their logs with them`() throws {
        var random = SeededRandom(seed: 5)
        try fill(5, random: &random)
        #expect(try repair()?.kept == folder.database + ".damaged")
        TestFolder.write([1], to: folder.database + "-wal")
        let report = try #require(try repair())
        #expect(report.kept == folder.database + ".damaged.1")
        #expect(TestFolder.bytes(report.kept + "-wal") == [1])
    }

    @Test func `an exchange that a crash interrupted is finished`() throws {
        var random = SeededRandom(seed: 6)
        let rows = try fill(20, random: &random)
        let path = folder.database
        let whole = TestFolder.bytes(path)
        for step in 0..<3 {
            for name in folder.names { unlink(folder.file(name)) }
            TestFolder.write(whole, to: Repair.whole(path))
            if step < 1 { TestFolder.write([7], to: path) } else { TestFolder.write([7], to: path + ".damaged") }
            TestFolder.write([8], to: (step < 2 ? path : path + ".damaged") + "-wal")
            #expect(try Repair.finish(path) == path + ".damaged")
            #expect(TestFolder.bytes(path + ".damaged") == [7] && TestFolder.bytes(path + ".damaged-wal") == [8])
            #expect(try stored() == rows)
        }
        #expect(try Repair.finish(path) == nil)
    }

    @Test func `sealed values are saved with their keys, and a changed one is lost`() throws {
        let sealed = SealedStore()
        do {
            let store = try sealed.open()
            for number in 0..<50 { try store.apply([.put(secret("s\(number)", "text \(number)"), replacing: nil)]) }
            try store.checkpoint()
        }
        try sealed.sql("UPDATE object SET value = zeroblob(80) WHERE key = 'n/secret/s7'")
        try sealed.sql("UPDATE object SET revision = revision + 1 WHERE key = 'n/secret/s8'")
        let report = try Repair.run(path: sealed.folder.database, sealing: sealed.sealing(), now: startOfTests)
        #expect(report?.lost == ["n/secret/s7", "n/secret/s8"])
        let store = try sealed.open()
        #expect(try store.read { try $0.objects(ofType: .secret) }.count == 48)
    }

    @Test("with the data key all that it sealed is lost, unless a backup has the key", arguments: [false, true])
    func dataKey(hasBackup: Bool) throws {
        let sealed = SealedStore()
        let backup = sealed.folder.file("last.db")
        do {
            let store = try sealed.open()
            for number in 0..<5 { try store.apply([.put(secret("s\(number)", "text \(number)"), replacing: nil)]) }
            try store.apply([.put(sample("n/pod/a"), replacing: nil)])
            try store.checkpoint()
        }
        TestFolder.write(TestFolder.bytes(sealed.folder.database), to: backup)
        try sealed.sql("UPDATE seal_key SET wrapped = zeroblob(61)")
        let report = try Repair.run(
            path: sealed.folder.database, sealing: sealed.sealing(), backup: hasBackup ? backup : nil, now: startOfTests
        )
        #expect(report?.lost.count == (hasBackup ? 0 : 5) && report?.objects == (hasBackup ? 6 : 1))
        let sealing = sealed.sealing()
        let store = try sealed.open(sealing)
        #expect(sealing.status == .on)
        #expect(try store.read { try $0.objects(ofType: .secret) }.count == (hasBackup ? 5 : 0))
        try store.apply([.put(secret("new", "text"), replacing: nil)])
        #expect(StoreSurvey(path: sealed.folder.database, sealing: sealing).run().damaged.isEmpty)
    }

    @Test func `without the outer key sealed values are taken as they are`() throws {
        let sealed = SealedStore()
        do {
            let store = try sealed.open()
            for number in 0..<5 { try store.apply([.put(secret("s\(number)", "text \(number)"), replacing: nil)]) }
        }
        let key = TestFolder.bytes(sealed.keyFile)
        unlink(sealed.keyFile)
        let report = try Repair.run(path: sealed.folder.database, sealing: sealed.sealing(), now: startOfTests)
        #expect(report?.objects == 5 && report?.notes.isEmpty == false)
        TestFolder.write(key, to: sealed.keyFile)
        chmod(sealed.keyFile, 0o600)
        #expect(try sealed.open().read { try $0.objects(ofType: .secret) }.count == 5)
    }

    @Test func `a backup stands in for what was lost, until the cloud has answered`() throws {
        var random = SeededRandom(seed: 8)
        let rows = try fill(100, random: &random)
        let backup = folder.file("last.db")
        TestFolder.write(TestFolder.bytes(folder.database), to: backup)
        try TestFolder.run(
            "UPDATE object SET value = '{}' WHERE key IN ('n/pod/p3', 'n/pod/p4'); DELETE FROM object WHERE key = 'n/pod/p5'",
            on: folder.database)
        let report = try #require(try Repair.run(path: folder.database, backup: backup, now: startOfTests))
        #expect(report.lost == ["n/pod/p3", "n/pod/p4"] && report.filled == 2)
        let stored = try stored()
        #expect(stored["n/pod/p3"] == rows["n/pod/p3"] && stored["n/pod/p5"] == nil)
        #expect(try StoreReader(path: folder.database).lostKeys().count == 2)
        TestFolder.write([1, 2, 3], to: backup)
        try TestFolder.run("UPDATE object SET value = '{}' WHERE key = 'n/pod/p9'", on: folder.database)
        let other = try #require(try Repair.run(path: folder.database, backup: backup, now: startOfTests))
        #expect(other.lost == ["n/pod/p9"] && other.notes.contains { $0.contains("backup") })
    }
}
