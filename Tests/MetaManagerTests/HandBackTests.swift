import Beehive
import Glibc
import MetaManager
import MetaStore
import TestKit
import Testing

/// A node that was taken over, works for a while, and is handed back.
@Suite struct HandBackTests {
    static let recordings = [
        "04-pod-create", "05-updates", "10-config-delete", "12-reconnect-resync", "24-large-messages",
    ]

    /// What the node already has of the recordings' objects: one in an older version, one in a newer.
    private static let older =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"demo"}}"#

    @Test(
        "after recorded traffic the exported tables hold what a plain model of them holds",
        arguments: KubeEdgeFile.allCases, [false, true])
    func workload(_ file: KubeEdgeFile, isSealed: Bool) throws {
        var template = Array("/tmp/handback-XXXXXX".utf8CString)
        let folder = try #require(
            template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
            })
        defer {
            for name in ["edgecore.db", "edgecore.db.kubeedge", "edgecore.db-wal", "edgecore.db-shm", "key", "out.db"] {
                unlink(folder + "/" + name)
            }
            rmdir(folder)
        }
        let database = folder + "/edgecore.db"
        let columns = file.secondColumns
        try file.make(at: database)
        _ = try SQLiteTool.run(
            "INSERT INTO meta VALUES('demo/configmap/settings', 'configmap', \(SQLiteTool.quoted(Self.older)))",
            on: database)
        var model = ClassicModel(hasSecond: file.hasSecond)
        for row in KubeEdgeFile.good + KubeEdgeFile.bad { model.begin(row.key, row.type, row.value) }
        model.begin("default/pod/none", "pod", nil)
        model.begin("demo/configmap/settings", "configmap", Self.older)
        if file.hasSecond {
            let row = SecondTableRow(
                "/core/v1/configmaps/demo/settings", "/v1, Resource=configmaps", "demo", "settings", 1,
                Self.older + "\n")
            _ = try SQLiteTool.run(row.insert(columns: columns), on: database)
            model.second[row.key] = ClassicModel.Second(
                kind: "configmap", namespace: "demo", name: "settings", version: "1", value: row.value)
        }
        func sealing() -> Sealing? {
            isSealed ? Sealing(types: [.secret, .serviceAccountToken], key: .file(folder + "/key")) : nil
        }
        let store = try MetaStore(path: database, now: WireReplayTests.start.wall, sealing: sealing())
        var replay = WireReplay(store: store, start: WireReplayTests.start)
        for name in Self.recordings {
            let traffic = try WireReplayTests.traffic(name)
            for line in traffic.lines {
                switch line.body {
                case .fromCloud(let message): model.feel(message, fromCloud: true)
                case .toCloud(let message): model.feel(message, fromCloud: false)
                default: break
                }
            }
            _ = try replay.run(traffic)
        }
        let report = try StoreExport.run(database: database, to: folder + "/out.db", sealing: sealing())
        #expect(report.unreadable.isEmpty)
        let meta = "SELECT quote(key)||','||quote(type)||','||quote(value) FROM meta ORDER BY key"
        #expect(try SQLiteTool.run(meta, on: folder + "/out.db") == model.metaText)
        // Deleted and stored: the traffic has done something to the model.
        #expect(model.meta["demo/configmap/settings"]?.value != Self.older && model.meta["demo/pod/silent"] != nil)
        guard file.hasSecond else { return }
        let names = ["key", columns.0, "namespace", "name", columns.1, "value"].map { "quote(\($0))" }
        let fixture = KubeEdgeFile.second.map { SQLiteTool.quoted($0.key) }.joined(separator: ",")
        let select = "SELECT \(names.joined(separator: "||','||")) FROM meta_v2"
        #expect(
            try SQLiteTool.run("\(select) WHERE key NOT IN (\(fixture)) ORDER BY key", on: folder + "/out.db")
                == model.secondText)
        // The fixture's own rows met no message.
        #expect(
            try SQLiteTool.run("\(select) WHERE key IN (\(fixture)) ORDER BY rowid", on: folder + "/out.db")
                == SQLiteTool.run("\(select) WHERE key IN (\(fixture)) ORDER BY rowid", on: database + ".kubeedge"))
        #expect(
            try SQLiteTool.run(".dump device device_attr device_twin sub_topics target_urls", on: folder + "/out.db")
                == SQLiteTool.run(
                    ".dump device device_attr device_twin sub_topics target_urls", on: database + ".kubeedge"))
    }
}
