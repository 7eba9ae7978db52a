import Beehive
import Glibc
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Which rows are merely cached, and what keeps them few.
struct BudgetTests {
    private static let key = "demo/configmap/x"

    /// A bench whose configmap came as the answer to a query of another module than its consumer.
    private func cached() -> PlanBench {
        var bench = PlanBench([PlanBench.edged, ModuleInfo(name: "lamp")])
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, Self.key, module: ModuleInfo(name: "lamp")))[0]
        bench.cloud(.response, Self.key, Sample.object("x", version: 3), parent: asked.id)
        return bench
    }

    @Test func `what a query brought is cached, and delivered once the cloud pushes the same`() {
        var bench = cached()
        #expect(bench.store.rows[Self.key]?.head.origin == .cached)
        let revision = bench.store.revision
        let plan = bench.cloud(.insert, Self.key, Sample.object("x", version: 3))
        #expect(plan.outcome == .unchanged && bench.store.rows[Self.key]?.head.origin == .delivered)
        #expect(bench.store.revision == revision, "the object is the same")
        #expect(plan.deliveries.count == 1, "its consumer has not had it")
        // And a later answer does not make it a cached one again.
        bench.cloud(.update, Self.key, Sample.object("x", version: 4))
        #expect(bench.store.rows[Self.key]?.head.origin == .delivered)
    }

    @Test func `a newer push makes it delivered as well`() {
        var bench = cached()
        bench.cloud(.update, Self.key, Sample.object("x", version: 4))
        #expect(bench.store.rows[Self.key]?.head.origin == .delivered)
    }

    @Test func `what was taken over from KubeEdge is never merely cached`() throws {
        var bench = PlanBench()
        let path = try ResourcePath(parsing: "demo/node/edge")
        bench.store.apply(
            .put(
                NewObject(
                    path: path, value: Bytes(Sample.object("edge", version: 3).utf8), version: "3", origin: .takenOver),
                replacing: nil), now: bench.now.wall)
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, path.key, module: PlanBench.classicEdged))[0]
        bench.cloud(.response, path.key, Sample.object("edge", version: 5), parent: asked.id)
        #expect(bench.store.rows[path.key]?.head.version == "5")
        #expect(bench.store.rows[path.key]?.head.origin == .takenOver)
    }

    @Test func `an evicted object is asked for again, and owed to nobody`() throws {
        var bench = cached()
        #expect(bench.planner.state.owed == [Self.key])
        // As the store evicts: without a tombstone.
        bench.store.apply(.delete(key: Self.key, remember: false), now: bench.now.wall)
        bench.planner.forget([Self.key])
        #expect(bench.planner.state.owed.isEmpty)
        #expect(bench.local(.query, Self.key).cloud.count == 1)
    }

    @Test func `the loop holds the budget between its batches, whoever lowered it`() async throws {
        var template = Array("/tmp/metamanager-budget-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let folder = String(cString: made)
        defer {
            for end in ["", "-wal", "-shm"] { unlink("\(folder)/edgecore.db\(end)") }
            rmdir(folder)
        }
        let now = SystemTime().now()
        let store = try MetaStore(path: "\(folder)/edgecore.db", now: now.wall)
        try store.transaction(writing: true) { view throws(StoreError) in
            for number in 0..<600 {
                let path = ResourcePath(namespace: "demo", type: .configMap, id: "\(number)")
                try view.apply(
                    .put(NewObject(path: path, value: Bytes("{}".utf8), origin: .cached), replacing: nil), now: now.wall
                )
            }
        }
        let inbox = Inbox<Input>(capacity: 16)
        let route = Route(source: .metaManager, group: .meta, operation: .relist, resource: "module")
        let bus = ModuleBus(
            intake: FakeIntake(), owed: { _ in [] },
            relist: { _, _ in Message(header: Header(id: "relist", timestamp: 1), route: route, content: .null) })
        let loop = MetadataLoop(
            store: store, planner: Planner(settings: PlanningSettings(), now: now), inbox: inbox, bus: bus,
            cloud: NoCloud())
        var settings = StoreUpkeep.Settings()
        settings.cacheBudget = 1000
        let upkeep = StoreUpkeep(
            loop: loop, settings: settings, wake: { inbox.insist(.tick) }, now: { SystemTime().now().wall })
        let thread = LoopThread()
        thread.start { loop.run() }
        upkeep.tick()
        upkeep.tick()
        for _ in 0..<6000 where upkeep.report == nil { try await Task.sleep(for: .milliseconds(10)) }
        let report = try #require(upkeep.report)
        #expect(report.problems == [] && report.figures.cacheBudget == 1000)
        #expect(report.figures.cachedBytes <= 1000 && report.figures.cachedRows > 40)
        #expect(report.figures.evictedRows == 600 - Int(report.figures.cachedRows))
        inbox.close()
        await thread.join()
    }

    private struct NoCloud: CloudPort { func send(_ frames: [CloudFrame]) {} }
}
