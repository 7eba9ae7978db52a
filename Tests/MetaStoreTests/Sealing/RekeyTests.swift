import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

@Suite struct RekeyTests {
    let fixture = SealedStore()

    private func filled(_ count: Int) throws -> MetaStore {
        let store = try fixture.open()
        for number in 0..<count { try store.apply([.put(secret("s\(number)", "v\(number)"), replacing: nil)]) }
        try store.apply([.delete(key: "n/secret/s0", remember: false)])
        var waiting = entry("m1", key: "n/secret/s1", frame: "frame")
        waiting.type = .secret
        try store.apply([.enqueue(waiting, lane: .state)])
        return store
    }

    private func expectAll(_ store: MetaStore, _ count: Int) throws {
        for number in 1..<count {
            #expect(
                try store.read { try text($0.object("n/secret/s\(number)")?.value ?? []) }.contains("\"v\(number)\""))
        }
        let line = try store.read { try $0.changes(after: store.revision - 1, limit: 1).first }
        #expect(line.map { text($0.object?.value ?? []) }?.contains("v0") == true)
        #expect(try store.read { try $0.outbox(about: "n/secret/s1").map { text($0.frame) } } == ["frame"])
    }

    private var sealedWith: [Int64?] {
        get throws {
            try ["object", "change", "outbox"].map { table in
                try fixture.number("SELECT sum(sealed <> 2) FROM \(table) WHERE sealed <> 0")
            }
        }
    }

    @Test(arguments: [1, 2, 7, 1000])
    func `all values are sealed anew, without a line in the feed, and the old key goes`(limit: Int) throws {
        let store = try filled(12)
        let revision = store.revision
        try store.beginRekey(now: startOfTests)
        var steps = 0
        var progress = RekeyProgress()
        while !progress.isFinished {
            progress = try store.continueRekey(limit: limit)
            try expectAll(store, 12)
            steps += 1
            try #require(steps < 40)
        }
        #expect(progress.done == 13 && progress.total == 13 && progress.unreadable == 0)
        #expect(store.revision == revision)
        #expect(try sealedWith == [0, 0, 0])
        #expect(try fixture.number("SELECT min(id) + count(*) FROM seal_key") == 3)
        try expectAll(try fixture.open(), 12)
        #expect(try !store.needsRekey())
    }

    @Test func `a crash after any number of steps loses nothing, and the rest is done after the next start`() throws {
        for steps in 0..<8 {
            let fixture = SealedStore()
            do {
                let store = try fixture.open()
                for number in 0..<6 { try store.apply([.put(secret("s\(number)", "v\(number)"), replacing: nil)]) }
                try store.beginRekey(now: startOfTests)
                for _ in 0..<steps { _ = try store.continueRekey(limit: 1) }
            }
            let store = try fixture.open()
            #expect(try store.needsRekey() == (steps < 6))
            try store.apply([.put(secret("new", "new"), replacing: nil)])
            while try !store.continueRekey(limit: 2).isFinished {}
            for number in 0..<6 {
                let value = try store.read { try text($0.object("n/secret/s\(number)")?.value ?? []) }
                #expect(value.contains("v\(number)"))
            }
            #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed <> 2") == 0)
            #expect(try fixture.number("SELECT count(*) FROM seal_key") == 1)
        }
    }

    @Test func `a step that fails changes nothing, and the next goes on`() throws {
        let store = try filled(5)
        try store.beginRekey(now: startOfTests)
        _ = try store.continueRekey(limit: 2)
        let other = try Connection(path: store.path, readOnly: false, busyTimeout: .zero)
        let done = try #require(try other.integer("SELECT max(id) FROM object WHERE sealed = 2"))
        // A number that has no positive counterpart: writing such a row into this index is an error.
        try other.execute("CREATE INDEX full ON object(abs(-9223372036854775807 - (sealed = 2 AND id > \(done))))")
        #expect(storeError { _ = try store.continueRekey(limit: 2) } != nil)
        try other.execute("DROP INDEX full")
        while try !store.continueRekey(limit: 2).isFinished {}
        try expectAll(store, 5)
        #expect(try sealedWith == [0, 0, 0])
    }

    @Test func `a value that does not open is left as it is, with its key`() throws {
        let store = try filled(4)
        try fixture.sql("UPDATE object SET value = zeroblob(64) WHERE key = 'n/secret/s2'")
        try store.beginRekey(now: startOfTests)
        let progress = try store.continueRekey(limit: 100)
        #expect(progress.isFinished && progress.unreadable == 1 && progress.done == 4)
        #expect(try fixture.number("SELECT count(*) FROM seal_key") == 2)
        #expect(try fixture.number("SELECT sealed FROM object WHERE key = 'n/secret/s2'") == 1)
        #expect(try store.read { try $0.object("n/secret/s3") } != nil)
    }

    @Test func `a new key-encryption key opens the database, the old one no more`() throws {
        let store = try filled(4)
        let new = fixture.folder.file("key2")
        try store.beginRekey(newKey: .file(new), now: startOfTests)
        // In the middle of it the new key opens what is sealed with either data key.
        let middle = fixture.sealing(key: .file(new))
        try expectAll(try fixture.open(middle), 4)
        #expect(middle.status == .on && TestFolder.mode(new) == 0o600)
        while try !store.continueRekey(limit: 2).isFinished {}
        try store.apply([.put(secret("s9", "v9"), replacing: nil)])
        let old = fixture.sealing()
        _ = try fixture.open(old)
        #expect(old.status == .locked && old.problem?.contains("another key") == true)
        let again = try fixture.open(fixture.sealing(key: .file(new)))
        try #expect(again.read { try $0.object("n/secret/s9") } != nil)
    }

    @Test func `a new key that cannot be read changes nothing`() throws {
        let store = try filled(3)
        #expect(
            storeError {
                try store.beginRekey(newKey: .file(fixture.folder.file("none/key")), now: startOfTests)
            }?.code == .keyMissing)
        #expect(try fixture.number("SELECT count(*) FROM seal_key") == 1)
        try expectAll(try fixture.open(), 3)
    }

    @Test func `a reader of another process follows a new key`() throws {
        let store = try filled(3)
        let reader = try StoreReader(path: store.path, sealing: fixture.sealing())
        try store.beginRekey(now: startOfTests)
        while try !store.continueRekey().isFinished {}
        #expect(try reader.read { view throws(StoreError) in try view.objects(ofType: .secret).count } == 2)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a thousand secrets that are stored, read, replaced, removed and sealed anew are in no file`() throws {
        var random = SeededRandom(seed: Seeds.next())
        let store = try fixture.open()
        let reader = try StoreReader(path: store.path, sealing: fixture.sealing())
        var canaries: [String] = []
        var latest: [Int: String] = [:]
        func put(_ number: Int) throws {
            let text = canary(&random)
            canaries.append(text)
            // As a Secret carries it, and as a module sends it; long ones leave the page of their row.
            let padded = text + String(repeating: "=", count: random.one(in: 4) ? 5000 : 0)
            let row = try store.read { try $0.head("n/secret/s\(number)")?.rowID }
            try store.apply([.put(secret("s\(number)", padded, version: "\(canaries.count)"), replacing: row)])
            latest[number] = text
        }
        for number in 0..<500 { try put(number) }
        var most = 0
        for round in 0..<500 {
            if round % 100 == 0 { try store.beginRekey(now: startOfTests) }
            if round % 7 == 0 { most = max(most, try store.continueRekey(limit: 40).done) }
            let number = random.below(500)
            if round % 50 == 49, latest[number] != nil {
                try store.apply([.delete(key: "n/secret/s\(number)", remember: true)])
                latest[number] = nil
                canaries.append(canary(&random))
            } else {
                try put(number)
            }
            let asked = random.below(500)
            let value = try reader.read { view throws(StoreError) in try view.object("n/secret/s\(asked)")?.value }
            #expect(latest[asked].map { text(value ?? []).contains($0) } ?? (value == nil))
        }
        #expect(most > 400 && canaries.count == 1000)
        #expect(fixture.filesHolding(canaries + ["canary"]) == [])
        try store.checkpoint()
        #expect(fixture.filesHolding(canaries + ["canary"]) == [])
        #expect(try StoreCheck.run(path: store.path, sealing: fixture.sealing()).problems == [])
    }
}
