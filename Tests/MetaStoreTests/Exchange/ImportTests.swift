import Beehive
import Glibc
import TestKit
import Testing

@testable import MetaStore

@Suite struct ImportTests {
    let fixture = SealedStore()
    var folder: TestFolder { fixture.folder }
    var file: String { folder.file("kube.db") }

    private func run(into store: MetaStore) throws -> StoreImport.Report {
        let source = try StoreImport(file: file)
        var steps = 0
        while true {
            let report = try source.step(into: store, now: startOfTests + 5, limit: 3)
            steps += 1
            if report.isFinished {
                #expect(steps > 2)
                return report
            }
        }
    }

    @Test("every object of the file comes in, sealed where it has to be", arguments: KubeEdgeFile.allCases)
    func all(_ release: KubeEdgeFile) throws {
        try release.make(at: file)
        let before = TestFolder.bytes(file)
        let store = try fixture.open()
        let report = try run(into: store)
        #expect(report.added == release.rows && report.skipped == release.skipped)
        #expect(report.foreignTables == release.foreignTables)
        #expect(report.total == report.added + report.replaced + report.kept + report.skipped)
        try store.read { view throws in
            for row in KubeEdgeFile.good where row.key != "default/pod/web" {
                #expect(try view.object(row.key).map { text($0.value) } == row.value, "\(row.key)")
            }
            #expect(try view.head("default/pod/web")?.version == (release.hasSecond ? "101" : "100"))
            #expect(try view.head("default/pod/web")?.origin == .takenOver)
        }
        #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed <> 0") == 2)
        #expect(TestFolder.isUnchanged(file, before))
        #expect(try StoreCheck.run(path: store.path, sealing: fixture.sealing()).problems == [])
        // Once more: nothing is newer.
        let again = try run(into: store)
        #expect(again.added == 0 && again.replaced == 0 && again.kept == report.total - report.skipped)
    }

    @Test func `newer versions win, and what was deleted since stays so`() throws {
        try KubeEdgeFile.v112.make(at: file)
        let store = try fixture.open()
        try store.apply([
            .put(try sample("default/pod/web", "{\"mine\":1}", uid: "u1", version: "500"), replacing: nil),
            .put(try sample("kube-system/configmap/root", "{\"mine\":2}", version: "4"), replacing: nil),
            .put(try sample("default/podpatch/web", "{\"mine\":3}"), replacing: nil),
            .put(try sample("default/cronjob/one", "{\"mine\":4}", uid: "c1", version: "8"), replacing: nil),
            .delete(key: "default/cronjob/one", remember: true),
        ])
        let report = try run(into: store)
        #expect(report.replaced == 1)
        try store.read { view throws in
            #expect(try view.object("default/pod/web").map { text($0.value) } == "{\"mine\":1}")
            #expect(try view.head("kube-system/configmap/root")?.version == "5")
            #expect(try view.object("default/podpatch/web").map { text($0.value) } == "{\"mine\":3}")
            #expect(try view.head("default/cronjob/one") == nil)
        }
    }

    @Test("a new database is made of a file, which stays", arguments: KubeEdgeFile.allCases)
    func made(_ release: KubeEdgeFile) throws {
        try release.make(at: file)
        let before = TestFolder.bytes(file)
        let made = try StoreImport.make(folder.database, from: file, now: startOfTests, sealing: fixture.sealing())
        #expect(made.rows == release.rows && made.skipped == release.skipped)
        #expect(TestFolder.isUnchanged(file, before))
        #expect(folder.names.sorted() == ["edgecore.db", "key", "kube.db"])
        #expect(TestFolder.mode(folder.database) == 0o600)
        _ = try StoreExport.run(
            database: folder.database, to: folder.file("back.db"), sealing: fixture.sealing())
        #expect(try SQLiteTool.run(".dump", on: folder.file("back.db")) == SQLiteTool.run(".dump", on: file))
        let failure = storeError {
            _ = try StoreImport.make(folder.database, from: file, now: startOfTests)
        }
        #expect(failure?.description.contains("is not overwritten") == true)
    }

    @Test func `what is no KubeEdge file is refused by name`() throws {
        do { _ = try fixture.open() }
        try TestFolder.run("CREATE TABLE other(a)", on: folder.file("other.db"))
        TestFolder.write(Array("nothing of the kind, and long enough to be looked at".utf8), to: folder.file("text.db"))
        for name in ["edgecore.db", "other.db", "text.db", "absent.db"] {
            let failure = storeError { _ = try StoreImport(file: folder.file(name)) }
            #expect(failure?.description.contains(name) == true)
            #expect(
                storeError { _ = try StoreImport.make(folder.file("new.db"), from: folder.file(name), now: 1) } != nil)
        }
        #expect(!folder.names.contains { $0.hasPrefix("new.db") })
    }
}
