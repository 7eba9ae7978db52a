import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

@Suite struct StoreCheckTests {
    let folder = TestFolder()

    private func fill(_ count: Int = 40) throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        for number in 0..<count {
            let value = #"{"kind":"Pod","pad":"\#(String(repeating: "x", count: 300))"}"#
            try store.apply([.put(sample("n/pod/p\(number)", value), replacing: nil)])
        }
        let frame = #"{"header":{"msg_id":"m1","timestamp":1},"route":{"resource":"n/pod/a"},"content":"x"}"#
        try store.apply([
            .enqueue(entry("m1", kind: .fact, frame: frame), lane: .fact), .delete(key: "n/pod/p0", remember: false),
        ])
        try store.checkpoint()
    }

    private func damaged(by sql: String) throws -> [CheckReport.Problem] {
        try fill()
        try TestFolder.run(sql, on: folder.database)
        let report = try StoreCheck.run(path: folder.database)
        #expect(report.ok == report.problems.isEmpty)
        return report.problems
    }

    @Test func `a sound store has no problem`() throws {
        try fill()
        var told: [StoreCheck.Progress] = []
        let lock = Lock(told)
        let report = try StoreCheck.run(path: folder.database) { step in lock.withLock { $0.append(step) } }
        told = lock.withLock { $0 }
        #expect(report.ok && report.schema == Schema.version && report.rows == 39)
        #expect(report.sealing == .off && report.sealedRows == 0)
        #expect(told.first == .pages)
        #expect(told.contains(.rows(table: "object", done: 39, total: 39)))
    }

    @Test func `it runs beside an open store`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        #expect(try StoreCheck.run(path: folder.database).rows == 1)
    }

    @Test(
        "a row that is wrong is named",
        arguments: [
            (
                "UPDATE object SET key = 'nonsense', sum = 0 WHERE key = 'n/pod/p5'", "object/nonsense",
                "the key is no resource"
            ),
            ("UPDATE object SET type = 'secret' WHERE key = 'n/pod/p5'", "object/n/pod/p5", "columns say n/secret/p5"),
            ("UPDATE object SET namespace = 'x' WHERE key = 'n/pod/p5'", "object/n/pod/p5", "columns say x/pod/p5"),
            ("UPDATE object SET value = '{\"a\":', sum = 0 WHERE key = 'n/pod/p5'", "object/n/pod/p5", "no JSON"),
            ("UPDATE object SET value = '7', sum = 0 WHERE key = 'n/pod/p5'", "object/n/pod/p5", "no object"),
            ("UPDATE object SET value = '', kind = '', sum = 0 WHERE key = 'n/pod/p5'", "object/n/pod/p5", "empty"),
            (
                "UPDATE object SET value = x'ff41', kind = '', sum = 0 WHERE key = 'n/pod/p5'", "object/n/pod/p5",
                "no UTF-8"
            ),
            ("UPDATE object SET origin = 9 WHERE key = 'n/pod/p5'", "object/n/pod/p5", "origin 9"),
            ("UPDATE outbox SET frame = x'7b', sum = 0", "outbox/562949953421314", "does not decode"),
            ("UPDATE outbox SET id = 'other', sum = 0", "outbox/562949953421314", "id"),
            ("UPDATE outbox SET place = 1 << 55, sum = 0", "outbox/36028797018963968", "lane"),
            ("UPDATE outbox SET class = 5", "outbox/562949953421314", "class 5"),
            ("DELETE FROM change WHERE revision = 1700000000000003", "change/1700000000000004", "gap"),
            ("UPDATE change SET kind = 8 WHERE revision = 1700000000000003", "change/1700000000000003", "kind 8"),
            ("UPDATE change SET key = NULL WHERE kind = 3", "change/1700000000000041", "a delete"),
            ("DELETE FROM object WHERE key = 'n/pod/p5'", "change/1700000000000006", "does not exist"),
            (
                "UPDATE object SET revision = revision + 1, sum = 0 WHERE key = 'n/pod/p5'", "object/n/pod/p5",
                "not in the feed"
            ),
        ])
    func row(_ sql: String, _ key: String, _ what: String) throws {
        let problems = try damaged(by: sql)
        #expect(problems.contains { $0.key == key && $0.what.contains(what) }, "\(problems)")
        #expect(problems.count <= 2, "\(problems)")
    }

    @Test func `values are not told`() throws {
        let problems = try damaged(
            by: #"UPDATE object SET value = '{"password":"canary', sum = 0 WHERE key = 'n/pod/p5'"#)
        #expect(problems.count == 1 && !problems.contains { $0.what.contains("canary") })
    }

    @Test func `sealed rows are counted and their bytes left alone`() throws {
        let problems = try damaged(by: "UPDATE object SET sealed = 1, value = x'00ff' WHERE key = 'n/pod/p5'")
        #expect(problems.isEmpty)
        let report = try StoreCheck.run(path: folder.database)
        #expect(report.sealedRows == 1 && report.sealing == .on)
    }

    @Test func `very many problems are counted, not listed`() throws {
        try fill(StoreCheck.problemLimit + 200)
        try TestFolder.run("UPDATE object SET origin = 9", on: folder.database)
        let problems = try StoreCheck.run(path: folder.database).problems
        #expect(problems.count == StoreCheck.problemLimit + 1)
        #expect(problems.last?.what == "199 more problems")
    }

    @Test func `flipped bytes are found wherever they are, and the check never fails`() throws {
        try fill()
        let whole = TestFolder.bytes(folder.database)
        var found = 0
        // The header of each page but the first, which says what the file is, and the second, which only helps to
        // give pages back and is not looked at.
        for page in 2..<whole.count / 4096 {
            var flipped = whole
            for offset in 0..<8 { flipped[page * 4096 + offset] ^= 0xFF }
            TestFolder.write(flipped, to: folder.database)
            do throws(StoreError) {
                found += try StoreCheck.run(path: folder.database).ok ? 0 : 1
            } catch {
                #expect([.corrupt, .notADatabase].contains(error.code), "\(error)")
                found += 1
            }
        }
        #expect(found == whole.count / 4096 - 2)
    }

    @Test func `a file of another kind is refused`() throws {
        TestFolder.write([UInt8](repeating: 0x41, count: 5000), to: folder.database)
        #expect(#expect(throws: StoreError.self) { try StoreCheck.run(path: folder.database) }?.code == .notADatabase)
        #expect(#expect(throws: StoreError.self) { try StoreCheck.run(path: folder.path) }?.code == .cannotOpen)
        #expect(#expect(throws: StoreError.self) { try StoreCheck.run(path: folder.file("x")) }?.code == .cannotOpen)
        let kube = folder.file("kube.db")
        try KubeEdgeFile.beego.make(at: kube)
        #expect(#expect(throws: StoreError.self) { try StoreCheck.run(path: kube) }?.code == .notADatabase)
    }
}
