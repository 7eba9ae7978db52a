import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

@Suite struct TakeoverTests {
    let folder = TestFolder()

    private func rows(_ sql: String, _ path: String) throws -> [String] {
        let statement = try Connection(path: path, readOnly: true, busyTimeout: .zero).prepare(sql)
        var rows: [String] = []
        while try statement.step() { rows.append("\(statement.text(0))|\(statement.text(1))") }
        return rows
    }

    @Test(
        "every row that is an object is taken over, the rest is counted and kept in the copy",
        arguments: KubeEdgeFile.allCases)
    func all(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        let foreign = try file.foreignTables.map { try rows("SELECT * FROM \($0)", folder.database) }
        let before = try rows("SELECT key, value FROM meta ORDER BY key", folder.database)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let copy = folder.database + ".kubeedge"
        #expect(store.opening == .takenOver(rows: file.rows, skipped: file.skipped, copy: copy))
        #expect(store.rows == file.rows)
        #expect(folder.names.contains("edgecore.db.kubeedge") && !folder.names.contains { $0.hasSuffix(".part") })
        #expect(TestFolder.mode(copy) == 0o600)
        #expect(try rows("SELECT key, value FROM meta ORDER BY key", copy) == before)
        for (table, expected) in zip(file.foreignTables, foreign) {
            #expect(try rows("SELECT * FROM \(table)", folder.database) == expected, "\(table)")
            #expect(try rows("SELECT * FROM \(table)", copy) == expected, "\(table)")
        }
        #expect(
            try rows("SELECT name, type FROM sqlite_schema WHERE name IN ('meta', 'meta_v2')", store.path)
                == ["meta|view"])
        #expect(try StoreCheck.run(path: store.path).problems == [])
    }

    @Test("keys, columns and values are as before", arguments: KubeEdgeFile.allCases)
    func values(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.read { view throws in
            for row in KubeEdgeFile.good where row.key != "default/pod/web" {
                let object = try #require(try view.object(row.key), "\(row.key)")
                #expect(text(object.value) == row.value)
                #expect(object.type.rawValue == row.type)
                #expect(object.head.origin == .takenOver && object.head.stored == startOfTests)
            }
            let pod = try #require(try view.object("default/pod/web"))
            #expect(pod.head.version == (file == .oldest ? "100" : "101") && pod.head.uid == "u1" && pod.head.hasKind)
            #expect(text(pod.value).contains(#""resourceVersion":"\#(pod.head.version)""#))
            // The node in `meta` is newer than the one in `meta_v2`.
            #expect(try view.head("null/node/edge-1")?.version == "7")
            #expect(try view.objects(ofType: .serviceAccountToken).map(\.key) == [KubeEdgeFile.tokenKey])
            guard file != .oldest else { return }
            #expect(try view.head("default/cronjob/one")?.uid == "c1")
            #expect(try view.head("default/persistentvolume/pv") != nil)
        }
        let token = "SELECT namespace, name FROM object WHERE type = 'serviceaccounttoken'"
        #expect(try rows(token, store.path) == ["demo|default"])
    }

    @Test func `revisions start above the clock and above every version in the file`() throws {
        try KubeEdgeFile.beego.make(at: folder.database)
        try TestFolder.run(
            "INSERT INTO meta VALUES('a/pod/b', 'pod', '\(KubeEdgeFile.object("Pod", "b", version: "4000000000"))')",
            on: folder.database)
        let store = try MetaStore(path: folder.database, now: 1)
        #expect(store.revision >= 4_000_000_000)
        try store.apply([.put(sample("n/pod/new"), replacing: nil)])
        #expect(try store.read { try $0.changes(after: 0, limit: 9).count } == 1)
    }

    @Test func `a file that was taken over opens like any other`() throws {
        try KubeEdgeFile.gorm.make(at: folder.database)
        let first = try MetaStore(path: folder.database, now: startOfTests).revision
        let store = try MetaStore(path: folder.database, now: startOfTests * 2)
        #expect(store.opening == .opened && store.revision == first && store.rows == KubeEdgeFile.gorm.rows)
    }

    @Test("a disk that fills up on the way leaves the file as it was", arguments: [0, 1, 2, 4, 8])
    func fullDisk(_ room: Int) throws {
        try KubeEdgeFile.beego.make(at: folder.database)
        let before = TestFolder.bytes(folder.database)
        var connection: Connection? = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        let pages = try #require(try connection?.integer("PRAGMA page_count"))
        _ = try connection?.integer("PRAGMA max_page_count = \(pages + Int64(room))")
        if let open = connection {
            let failure = #expect(throws: StoreError.self) { try MetaStore(writing: open, now: startOfTests) }
            #expect(failure?.code == .full)
        }
        connection = nil
        #expect(TestFolder.isUnchanged(folder.database, before))
        #expect(!folder.names.contains("edgecore.db.kubeedge"))
        // With room again it is taken over, and the one copy is whole.
        let store = try MetaStore(path: folder.database, now: startOfTests)
        #expect(store.rows == KubeEdgeFile.beego.rows)
        #expect(folder.names.filter { $0.contains("kubeedge") } == ["edgecore.db.kubeedge"])
    }

    @Test func `no copy, no take-over`() throws {
        try KubeEdgeFile.beego.make(at: folder.database)
        let before = TestFolder.bytes(folder.database)
        // A folder stands where the copy would be written.
        mkdir(folder.file("edgecore.db.kubeedge.part"), 0o700)
        let failure = #expect(throws: StoreError.self) { try MetaStore(path: folder.database, now: startOfTests) }
        #expect(failure?.description.contains("edgecore.db.kubeedge.part") == true)
        #expect(TestFolder.isUnchanged(folder.database, before))
    }

    @Test func `a kill between commit and naming leaves a copy that the next start names`() throws {
        try KubeEdgeFile.beego.make(at: folder.database)
        let copy = folder.database + ".kubeedge"
        do { _ = try MetaStore(path: folder.database, now: startOfTests) }
        rename(copy, copy + ".part")
        _ = try MetaStore(path: folder.database, now: startOfTests)
        #expect(folder.names.filter { $0.contains("kubeedge") } == ["edgecore.db.kubeedge"])
    }

    @Test func `a second take-over keeps the first one's copy`() throws {
        for _ in 0..<2 {
            for name in folder.names where !name.contains("kubeedge") { unlink(folder.file(name)) }
            try KubeEdgeFile.beego.make(at: folder.database)
            _ = try MetaStore(path: folder.database, now: startOfTests)
        }
        let copies = folder.names.filter { $0.contains("kubeedge") }
        #expect(copies == ["edgecore.db.kubeedge", "edgecore.db.kubeedge.1"])
    }

    @Test func `a running edgecore is told of`() throws {
        try KubeEdgeFile.beego.make(at: folder.database)
        let before = TestFolder.bytes(folder.database)
        let other = try Connection(path: folder.database, readOnly: false, busyTimeout: .zero)
        try other.execute("BEGIN EXCLUSIVE")
        let failure = #expect(throws: StoreError.self) {
            try MetaStore(path: folder.database, now: startOfTests, busyTimeout: .milliseconds(20))
        }
        #expect(failure?.code == .locked)
        try other.execute("ROLLBACK")
        #expect(TestFolder.isUnchanged(folder.database, before))
    }
}
