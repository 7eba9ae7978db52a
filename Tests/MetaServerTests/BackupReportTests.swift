import Beehive
import MetaManager
import MetaStore
import Testing

@testable import MetaServer

@Suite(.timeLimit(.minutes(5)))
struct BackupReportTests {
    private final class Backup: BackupControl {
        let report = Lock(BackupReport())
        let last = Lock<BackupRequest?>(nil)
        var status: BackupReport { report.withLock { $0 } }
        var lastRequest: BackupRequest? { last.withLock { $0 } }
        func request(_ path: String) -> Bool {
            last.withLock { last in
                guard last?.state != .running else { return false }
                last = BackupRequest(path: path)
                return true
            }
        }
    }

    private final class Compact: CompactControl {
        let last = Lock<CompactReport?>(nil)
        var lastReport: CompactReport? { last.withLock { $0 } }
        func start() -> CompactReport {
            last.withLock { $0 = CompactReport() }
            return CompactReport()
        }
    }

    private static func with(_ backup: Backup) -> (inout ServerContext) -> Void { { $0.backup = backup } }

    private static func with(_ compact: Compact) -> (inout ServerContext) -> Void { { $0.compact = compact } }

    @Test func `status and metrics tell how backups stand`() async throws {
        let backup = Backup()
        try await Fixture.serve(context: Self.with(backup)) { fixture in
            let none = try await fixture.get("/metamanager/v1/status").json
            #expect(none?["backup"] == ["state": "waiting"] && none?["problems"] == [])
            backup.report.withLock {
                ($0.state, $0.reason, $0.result, $0.problem) = (.off, "no room", .failed, "it is damaged")
                $0.counts = [.done: 2, .failed: 1]
            }
            let status = try await fixture.get("/metamanager/v1/status").json
            #expect(status?["backup"] == ["state": "off", "reason": "no room", "result": "failed"])
            #expect(status?["problems"] == ["backup: it is damaged"] && status?["ready"] == true)
            let metrics = String(decoding: try await fixture.get("/metrics").body, as: UTF8.self)
            #expect(metrics.contains("metamanager_backups_total{result=\"done\"} 2\n"))
            #expect(metrics.contains("metamanager_backups_total{result=\"failed\"} 1\n"))
            #expect(!metrics.contains("backup_age"))
        }
    }

    @Test func `a backup is asked for by an absolute path, one at a time`() async throws {
        let backup = Backup()
        try await Fixture.serve(context: Self.with(backup)) { fixture in
            let path = "/metamanager/v1/backup"
            #expect(try await fixture.get(path).status == 404)
            #expect(try await fixture.post(path).status == 400)
            #expect(try await fixture.post(path + "?path=here.db").status == 400)
            let begun = try await fixture.post(path + "?path=%2Ftmp%2Fa%20b.db")
            #expect(begun.status == 202 && begun.json?["state"] == "running" && begun.json?["path"] == "/tmp/a b.db")
            #expect(try await fixture.post(path + "?path=/tmp/c.db").status == 409)
            backup.last.withLock {
                $0?.state = .failed
                $0?.failure = StoreError(.full, "no room; make some")
            }
            let failed = try await fixture.get(path).json
            #expect(failed?["state"] == "failed" && failed?["code"] == "full")
            #expect(failed?["problem"] == "no room; make some")
        }
    }

    @Test func `compaction tells its figures`() async throws {
        let compact = Compact()
        try await Fixture.serve(context: Self.with(compact)) { fixture in
            let path = "/metamanager/v1/compact"
            #expect(try await fixture.get(path).status == 404)
            #expect(try await fixture.post(path).status == 202)
            compact.last.withLock {
                $0?.state = .done
                $0?.progress.before = 9
                $0?.progress.after = 4
                $0?.progress.kept = 1
            }
            let report = try await fixture.get(path).json
            #expect(report == ["state": "done", "before": 9, "after": 4, "kept": 1])
        }
    }

    @Test func `a daemon without them says so`() async throws {
        try await Fixture.serve { fixture in
            #expect(try await fixture.post("/metamanager/v1/backup?path=/tmp/x").status == 404)
            #expect(try await fixture.post("/metamanager/v1/compact").status == 404)
            let status = try await fixture.get("/metamanager/v1/status").json
            #expect(status?["ready"] == true && status?["backup"] == nil)
        }
    }
}
