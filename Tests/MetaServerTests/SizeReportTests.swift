import Beehive
import MetaManager
import MetaStore
import Testing

@testable import MetaServer

@Suite(.timeLimit(.minutes(5)))
struct SizeReportTests {
    private static var report: StoreUpkeep.Report {
        var report = StoreUpkeep.Report()
        report.figures.cachedRows = 7
        report.figures.cachedBytes = 4096
        report.figures.cacheBudget = 8192
        report.figures.evictedRows = 5
        report.figures.logBytes = 70 << 20
        report.figures.logProblem = "the log has grown"
        report.figures.freeBytes = 12_288
        report.figures.feedLines = 33
        report.figures.feedSince = SystemTime().now().wall - 60_000
        return report
    }

    @Test func `status and metrics say how large the store's parts are`() async throws {
        let report = Self.report
        let context: (inout ServerContext) -> Void = { $0.upkeep = { report } }
        try await Fixture.serve(context: context) { fixture in
            let status = try await fixture.get("/metamanager/v1/status").json
            let store = try #require(status?["store"])
            #expect(store["cached"] == ["rows": 7, "bytes": 4096, "budget": 8192, "evicted": 5])
            #expect(store["log_bytes"]?.integer == 70 << 20 && store["free_bytes"] == 12288)
            #expect(store["feed"]?["lines"] == 33 && (store["feed"]?["seconds"]?.integer ?? 0) >= 60)
            // It is told, and nobody is restarted for it.
            #expect(status?["problems"] == ["store: the log has grown"] && status?["ready"] == true)
            let metrics = String(decoding: try await fixture.get("/metrics").body, as: UTF8.self)
            for line in [
                "metamanager_cached_objects 7", "metamanager_cached_bytes 4096", "metamanager_cached_budget_bytes 8192",
                "metamanager_cache_evictions_total 5", "metamanager_database_log_bytes 73400320",
                "metamanager_database_free_bytes 12288", "metamanager_feed_lines 33", "metamanager_feed_seconds ",
            ] {
                #expect(metrics.contains("\n\(line)"), "\(line)")
            }
        }
    }
}
