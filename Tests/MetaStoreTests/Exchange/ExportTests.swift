import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

/// What an export does beside giving rows back.
@Suite struct ExportTests {
    let fixture = SealedStore()
    var folder: TestFolder { fixture.folder }
    var output: String { folder.file("out.db") }

    private func sql(_ text: String) throws -> String { try SQLiteTool.run(text, on: output) }

    private func pod(_ name: String, version: String, origin: ObjectOrigin = .delivered) throws -> NewObject {
        NewObject(
            path: try ResourcePath(parsing: "demo/pod/\(name)"),
            value: bytes(
                #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)","namespace":"demo","#
                    + #""uid":"u-\#(name)","resourceVersion":"\#(version)"}}"#),
            uid: "u-\(name)", version: version, apiVersion: "v1", kind: "Pod", origin: origin)
    }

    @Test("a database that was made here is written in the form asked for", arguments: [nil, "1.22", "1.23"])
    func made(_ name: String?) throws {
        let store = try fixture.open()
        try store.apply([
            .put(try pod("web", version: "12"), replacing: nil),
            .put(try pod("asked", version: "13", origin: .cached), replacing: nil),
            .put(try sample("demo/podstatus/web", #"{"apiVersion":"v1","kind":"PodStatus"}"#), replacing: nil),
            .put(try secret("s", "canary-value"), replacing: nil),
        ])
        let release = name.flatMap(KubeEdgeRelease.init(rawValue:))
        let report = try StoreExport.run(
            database: folder.database, to: output, release: release, sealing: fixture.sealing())
        #expect(report.release.rawValue == name ?? "1.23" && report.rows == 4 && report.secondRows == 1)
        #expect(try sql("SELECT key, type FROM meta ORDER BY rowid").split(separator: "\n").count == 4)
        #expect(try sql("SELECT value FROM meta WHERE type = 'secret'").contains("canary-value"))
        let columns =
            name == "1.22"
            ? "groupversionresource, namespace, name, resourceversion"
            : "group_version_resource, namespace, name, resource_version"
        #expect(
            try sql("SELECT key, \(columns) FROM meta_v2")
                == "/core/v1/pods/demo/web|/v1, Resource=pods|demo|web|12\n")
        #expect(try sql("SELECT count(*) FROM sqlite_schema WHERE type <> 'index'") == "2\n")
        #expect(try sql("PRAGMA journal_mode; PRAGMA application_id; PRAGMA user_version") == "delete\n0\n0\n")
    }

    @Test func `what messages changed and deleted since is changed and gone in both tables`() throws {
        try KubeEdgeFile.v112.make(at: folder.database)
        let store = try fixture.open()
        let row = try #require(try store.read { try $0.head("default/pod/web") }).rowID
        let value = KubeEdgeFile.object("Pod", "web", uid: "u1", version: "200")
        var changed = try sample("default/pod/web", value, uid: "u1", version: "200")
        changed.origin = .delivered
        try store.apply([
            .put(changed, replacing: row), .delete(key: "default/secret/it's", remember: true),
            .delete(key: "default/cronjob/one", remember: false),
        ])
        _ = try StoreExport.run(database: folder.database, to: output, sealing: fixture.sealing())
        #expect(try sql("SELECT value FROM meta WHERE key = 'default/pod/web'") == value + "\n")
        // The object names no namespace: that is its key in `meta_v2` then, and the old one goes with it.
        #expect(try sql("SELECT resourceversion, value FROM meta_v2 WHERE name = 'web'") == "200|\(value)\n")
        #expect(try sql("SELECT count(*) FROM meta WHERE type = 'secret'") == "0\n")
        #expect(try sql("SELECT count(*) FROM meta_v2 WHERE name IN ('it''s', 'one')") == "0\n")
        #expect(try sql("SELECT count(*) FROM meta_v2") == "5\n")
    }

    @Test func `a row that was none becomes one when its object arrives`() throws {
        try KubeEdgeFile.v123.make(at: folder.database)
        let store = try fixture.open()
        try store.apply([.put(try sample("default/pod/empty", #"{"kind":"Pod"}"#), replacing: nil)])
        _ = try StoreExport.run(database: folder.database, to: output, sealing: fixture.sealing())
        #expect(try sql("SELECT value FROM meta WHERE key = 'default/pod/empty'") == "{\"kind\":\"Pod\"}\n")
    }

    @Test func `rows that do not open are listed, the rest is written`() throws {
        try KubeEdgeFile.v112.make(at: folder.database)
        do { _ = try fixture.open() }
        let report = try StoreExport.run(database: folder.database, to: output)
        // The secret in `meta`, its other form in `meta_v2`, the token, and the token's row that is no object.
        #expect(report.unreadable.count == 4)
        #expect(report.unreadable.contains { $0.hasPrefix("meta default/secret/it's: ") })
        #expect(report.unreadable.contains { $0.hasPrefix("meta_v2 /core/v1/secrets/default/it's: ") })
        #expect(try sql("SELECT count(*) FROM meta") == "\(KubeEdgeFile.good.count + KubeEdgeFile.bad.count + 1 - 3)\n")
    }

    @Test func `an existing file is not overwritten`() throws {
        do { _ = try fixture.open() }
        TestFolder.write([1, 2, 3], to: output)
        for path in [output, folder.database, folder.path] {
            let failure = storeError { _ = try StoreExport.run(database: folder.database, to: path) }
            #expect(failure?.description.contains("is not overwritten") == true)
        }
        #expect(TestFolder.isUnchanged(output, [1, 2, 3]))
        let nowhere = storeError { _ = try StoreExport.run(database: folder.database, to: "/nowhere/at/all.db") }
        #expect(nowhere?.code == .cannotOpen)
    }

    @Test func `what waits for the cloud is counted`() throws {
        let store = try fixture.open()
        try store.apply([
            .enqueue(entry("1", key: "a/podstatus/b"), lane: .state), .enqueue(entry("2", kind: .fact), lane: .fact),
            .enqueue(entry("3", kind: .fact), lane: .fact),
        ])
        let report = try StoreExport.run(database: folder.database, to: output)
        #expect(report.states == 1 && report.facts == 2)
    }

    @Test func `a writer goes on while an export reads its snapshot`() throws {
        let store = try fixture.open()
        try store.apply([.put(try pod("one", version: "1"), replacing: nil)])
        var told = 0
        let names = Lock(["two", "three"])
        _ = try StoreExport.run(database: folder.database, to: output, sealing: fixture.sealing()) { count in
            told = count
            guard let name = names.withLock({ $0.popLast() }) else { return }
            try? store.apply([.put(try pod(name, version: "2"), replacing: nil)])
        }
        #expect(told == 1 && store.rows == 3)
        #expect(try sql("SELECT key FROM meta") == "demo/pod/one\n")
    }

    @Test(
        "after a take-over no page, log or journal holds a secret in plain; the copy does",
        arguments: KubeEdgeFile.allCases)
    func wiped(_ file: KubeEdgeFile) throws {
        try file.make(at: folder.database)
        let canaries = (0..<40).map { "canary-\($0)-\($0 * 7919)-\(file.rawValue)" }
        var inserts = "BEGIN;"
        for (number, text) in canaries.enumerated() {
            let value = #"{"kind":"Secret","data":"\#(text)\#(String(repeating: "x", count: number * 300))"}"#
            inserts += "INSERT INTO meta VALUES('n/secret/\(number)', 'secret', '\(value)');"
            guard file.hasSecond else { continue }
            // The other form of half of them, and those of which only this one is here.
            inserts +=
                SecondTableRow(
                    "/core/v1/secrets/n/\(number + 20)", "/v1, Resource=secrets", "n", "\(number + 20)", 1,
                    #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(number + 20)","namespace":"n"},"#
                        + #""data":"\#(text)"}"# + "\n"
                ).insert(columns: file.secondColumns) + ";"
        }
        inserts += "INSERT INTO meta VALUES('odd', 'secret', 'canary-odd');"
        _ = try SQLiteTool.run(inserts + "DELETE FROM meta WHERE key = 'n/secret/7'; COMMIT", on: folder.database)
        let needles = canaries + ["canary-odd"]
        let store = try fixture.open()
        #expect(fixture.filesHolding(needles) == ["edgecore.db.kubeedge"])
        withExtendedLifetime(store) {}
        _ = try StoreExport.run(database: folder.database, to: output, sealing: fixture.sealing())
        #expect(try SQLiteTool.run(".dump", on: output) == SQLiteTool.run(".dump", on: folder.database + ".kubeedge"))
        #expect(fixture.filesHolding(needles) == ["edgecore.db.kubeedge", "out.db"])
    }
}
