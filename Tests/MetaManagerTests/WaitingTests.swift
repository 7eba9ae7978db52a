import Beehive
import MetaManager
import TestKit
import Testing

/// Who waits for an answer gets one, and what waits has a bound.
struct WaitingTests {
    private static let bus = ModuleInfo(name: .eventBus)
    private static let twin = ModuleInfo(name: .twin)

    @Test func `an answer that comes after its request was given up is not a second one`() {
        var bench = PlanBench([PlanBench.edged, Self.bus])
        bench.local("ask", "demo/x/y", "{}", destination: "eventbus")
        let id = bench.lastID
        #expect(bench.wait(.seconds(61)).deliveries(to: .edged).map(\.route.operation) == [.error])
        let late = bench.local(
            .response, "demo/x/y", #""done""#, module: Self.bus, destination: "edged", parent: id, sync: false)
        #expect(late.deliveries.isEmpty && late.cloud.isEmpty && late.outcome == .dropped)
    }

    @Test func `a group's second answer goes neither to who asked nor to the cloud`() {
        let other = ModuleInfo(name: "bus2", group: .bus)
        var bench = PlanBench([PlanBench.edged, Self.bus, other])
        bench.connect()
        bench.local("ask", "demo/x/y", "{}", destination: "bus")
        let id = bench.lastID
        for (module, count) in [(Self.bus, 1), (other, 0)] {
            for destination in ["", "edged"] where destination.isEmpty || count == 0 {
                let plan = bench.local(
                    .response, "demo/x/y", #""done""#, module: module, destination: destination, parent: id,
                    sync: false)
                #expect(plan.deliveries.count == count && plan.cloud.isEmpty)
            }
        }
    }

    @Test func `an id that another module waits under is refused, and the first gets its answer`() {
        var bench = PlanBench([PlanBench.edged, Self.bus, Self.twin])
        let ask = bench.message(.edged, "ask", "demo/x/y", "{}", destination: "eventbus", sync: true)
        var imitation = ask
        imitation.route.source = .twin
        bench.feed(.fromModule(ask, PlanBench.edged))
        let refused = bench.feed(.fromModule(imitation, Self.twin))
        #expect(refused.deliveries(to: .twin).map(\.route.operation) == [.error])
        #expect(refused.deliveries(to: .eventBus).isEmpty)
        let answer = bench.local(.response, "demo/x/y", #""done""#, module: Self.bus, parent: ask.id, sync: false)
        #expect(answer.deliveries(to: .edged).map(\.header.parentID) == [ask.id])
    }

    @Test func `requests to modules that never answer have a bound, over it each is refused at once`() {
        var bench = PlanBench([PlanBench.edged, Self.bus])
        var refused = 0
        for _ in 0..<5000 {
            let plan = bench.local("ask", "demo/x/y", destination: "eventbus")
            refused += plan.deliveries(to: .edged).count
        }
        #expect(refused == 5000 - 4096)
        let late = bench.wait(.seconds(61))
        #expect(late.deliveries(to: .edged).count == 4096)
        #expect(bench.local("ask", "demo/x/y", destination: "eventbus").deliveries(to: .edged).isEmpty)
    }

    @Test func `requests to a cloud that never answers have a bound, over it each is refused at once`() {
        var bench = PlanBench()
        bench.connect()
        var refused = 0
        for number in 0..<5000 {
            refused += bench.local(.query, "demo/configmap/c\(number)").deliveries(to: .edged).count
        }
        #expect(refused == 5000 - 4096 && bench.planner.remoteRequests == 4096)
        #expect(bench.wait(.seconds(56)).deliveries(to: .edged).count == 4096)
        for _ in 0..<20_000 { refused += bench.local(.query, "demo/configmap/c").deliveries(to: .edged).count }
        #expect(refused == 5000 - 4096 + 20_000 - 16_384 && bench.planner.remoteRequests == 1)
        #expect(bench.wait(.seconds(56)).deliveries(to: .edged).count == 16_384)
        #expect(bench.planner.remoteRequests == 0)
    }

    @Test func `over so many callers a patch is answered as with the link down`() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect(credit: 0)
        var answered = 0
        for _ in 0..<1030 {
            let plan = bench.local(.patch, "demo/podpatch/web", Sample.patch(#"{"status":{"phase":"Running"}}"#))
            answered += plan.deliveries(to: .edged).count
        }
        #expect(answered == 6)
        #expect(bench.wait(.seconds(61)).deliveries(to: .edged).count == 1024)
    }
}
