import Beehive
import Glibc
import Testing

@testable import MetaStore

@Suite struct KeyTests {
    let fixture = SealedStore()

    private func fill() throws {
        try fixture.open().apply([
            .put(secret("a", "hidden"), replacing: nil), .put(sample("n/pod/p"), replacing: nil),
        ])
    }

    @Test func `the key is made at the first start, closed to others, and used again`() throws {
        try fill()
        #expect(TestFolder.mode(fixture.keyFile) == 0o600)
        #expect(fixture.folder.names.filter { $0.hasPrefix("key") } == ["key"])
        let content = TestFolder.bytes(fixture.keyFile)
        #expect(content.count == 65 && KeyEncryptionKey(content) != nil)
        let sealing = fixture.sealing()
        let store = try fixture.open(sealing)
        #expect(sealing.status == .on && sealing.problem == nil)
        #expect(try store.read { try $0.object("n/secret/a") } != nil)
        #expect(TestFolder.isUnchanged(fixture.keyFile, content))
    }

    @Test func `a key of 32 bytes or of 64 digits with spaces is a key`() throws {
        let hex = String(repeating: "0aF9", count: 16)
        #expect(KeyEncryptionKey(Array(" \(hex)\r\n".utf8)) != nil)
        #expect(KeyEncryptionKey([UInt8](repeating: 0, count: 32)) != nil)
        for bad in ["", hex.dropLast() + "g", hex.dropLast() + "", hex + "0", "secret"] {
            #expect(KeyEncryptionKey(Array(bad.utf8)) == nil)
        }
    }

    @Test(
        "a key that is not usable is told with its cure, other rows are served, and nothing is stored in plain",
        arguments: [
            ("gone", "cannot read key file"), ("mode", "chmod 600"), ("short", "holds no key"),
            ("other", "is another key"), ("folder", "no regular file"),
        ])
    func unusable(_ what: String, _ told: String) throws {
        try fill()
        let key = TestFolder.bytes(fixture.keyFile)
        unlink(fixture.keyFile)
        switch what {
        case "mode":
            TestFolder.write(key, to: fixture.keyFile)
            chmod(fixture.keyFile, 0o640)
        case "short": write(Array("abc".utf8))
        case "other": write(KeyEncryptionKey().fileContent)
        case "folder": mkdir(fixture.keyFile, 0o700)
        default: break
        }
        let sealing = fixture.sealing()
        let store = try fixture.open(sealing)
        #expect(sealing.status == .locked && sealing.problem?.contains(told) == true, "\(sealing.problem ?? "")")
        #expect(try store.read { try text($0.object("n/pod/p")?.value ?? []) } == "{}")
        #expect(storeError { _ = try store.read { try $0.object("n/secret/a") } }?.code == .keyMissing)
        #expect(storeError { try store.apply([.put(secret("c", "new"), replacing: nil)]) }?.code == .keyMissing)
        #expect(storeError { try store.beginRekey(now: 1) }?.code == .keyMissing)
        #expect(try store.read { try $0.isSound("n/secret/a", type: .secret) })
        try store.apply([.put(sample("n/pod/q"), replacing: nil)])
        let reader = try StoreReader(path: store.path, sealing: sealing)
        #expect(try reader.sealedRows() == 1)
        #expect(try reader.read { view throws(StoreError) in try view.objects(ofType: .pod).count } == 2)
        let problems = try StoreCheck.run(path: store.path, sealing: fixture.sealing()).problems
        #expect(problems.count == 1 && problems[0].what.contains("1 sealed values cannot be checked"))
        // No new data key was made, and with the key back all is well.
        #expect(try fixture.number("SELECT count(*) FROM seal_key") == 1)
        rmdir(fixture.keyFile)
        unlink(fixture.keyFile)
        write(key)
        #expect(try fixture.open().read { try $0.object("n/secret/a") } != nil)
    }

    private func write(_ content: [UInt8]) {
        TestFolder.write(content, to: fixture.keyFile)
        chmod(fixture.keyFile, 0o600)
    }

    @Test func `a key that cannot be made at the first start leaves the rest working`() throws {
        let sealing = fixture.sealing(key: .file(fixture.folder.file("none/key")))
        let store = try fixture.open(sealing)
        #expect(sealing.status == .locked && sealing.problem?.contains("cannot make key file") == true)
        try store.apply([.put(sample("n/pod/p"), replacing: nil)])
        #expect(storeError { try store.apply([.put(secret("a", "x"), replacing: nil)]) }?.code == .keyMissing)
    }

    @Test func `a removal needs no key`() throws {
        try fill()
        unlink(fixture.keyFile)
        let store = try fixture.open()
        try store.apply([.delete(key: "n/secret/a", remember: true)])
        #expect(try store.read { try $0.head("n/secret/a") } == nil)
    }

    @Test func `a credential of systemd is the key, whatever its mode, and is never made`() throws {
        let folder = fixture.folder.path
        let absent = fixture.sealing(key: .credential(name: "seal", folder: folder))
        _ = try fixture.open(absent)
        #expect(absent.status == .locked && !fixture.folder.names.contains("seal"))
        TestFolder.write(KeyEncryptionKey().fileContent, to: fixture.folder.file("seal"))
        chmod(fixture.folder.file("seal"), 0o440)
        let present = fixture.sealing(key: .credential(name: "seal", folder: folder))
        try fixture.open(present).apply([.put(secret("a", "hidden"), replacing: nil)])
        #expect(present.status == .on)
        let outside = fixture.sealing(key: .credential(name: "seal", folder: nil))
        _ = try fixture.open(outside)
        #expect(outside.problem?.contains("LoadCredential") == true)
    }

    @Test(
        "a data key that was changed or moved opens nothing and makes no new one",
        arguments: [
            "UPDATE seal_key SET wrapped = zeroblob(61)", "UPDATE seal_key SET wrapped = x''",
            "UPDATE seal_key SET id = 2", "UPDATE state SET value = value - 1 WHERE name = 'database'",
        ])
    func changedKey(_ sql: String) throws {
        try fill()
        try fixture.sql(sql)
        let sealing = fixture.sealing()
        let store = try fixture.open(sealing)
        #expect(sealing.status == .locked && sealing.problem?.contains("was changed") == true)
        #expect(storeError { _ = try store.read { try $0.object("n/secret/a") } }?.code == .keyMissing)
        #expect(try fixture.number("SELECT count(*) FROM seal_key") == 1)
    }

    @Test func `without types nothing is sealed, and what was sealed still opens`() throws {
        try fill()
        let sealing = fixture.sealing([])
        let store = try fixture.open(sealing)
        #expect(sealing.status == .off && sealing.problem == nil)
        #expect(try store.read { try $0.object("n/secret/a") } != nil)
        let fresh = SealedStore()
        _ = try fresh.open(fresh.sealing([]))
        #expect(!fresh.folder.names.contains("key"))
    }
}
