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

    /// Requests whose text is the bulk: of the route, of unknown fields, of the content.
    private static func large(_ number: Int, _ size: Int, in bench: inout PlanBench, to destination: String) -> Message
    {
        let bulk = String(repeating: "x", count: size)
        var message = bench.message(
            .edged, destination.isEmpty ? .query : "ask", "demo/configmap/c\(number)", group: .meta,
            destination: destination, sync: true)
        switch number % 3 {
        case 0: message.route.resource += bulk
        case 1: message.route.extras = [ExtraField(name: "extra", json: Bytes("\"\(bulk)\"".utf8))]
        default:
            message.header.type = bulk
            message.content = Content(text: bulk)
            message.route.extras = [ExtraField(name: bulk, json: Bytes("1".utf8))]
        }
        return message
    }

    @Test(arguments: ["", "eventbus"])
    func `requests that wait have a bound in bytes, and leave nothing of it used`(destination: String) {
        var bench = PlanBench([PlanBench.edged, Self.bus])
        bench.connect()
        for round in 0..<3 {
            var taken = 0
            for number in 0..<60 {
                let message = Self.large(number, 1 << 20, in: &bench, to: destination)
                let plan = bench.feed(.fromModule(message, PlanBench.edged))
                taken += plan.deliveries(to: .edged).isEmpty ? 1 : 0
            }
            #expect(taken >= 4 && taken <= 18, "round \(round)")
            let answered = bench.wait(.seconds(61)).deliveries(to: .edged).count
            #expect(answered == taken)
            #expect(bench.planner.waitingBytes == 0)
        }
    }

    @Test func `callers of one request count as well`() {
        var bench = PlanBench()
        bench.connect()
        var taken = 0
        for _ in 0..<60 {
            var message = bench.message(.edged, .query, "demo/configmap/c", group: .meta, sync: true)
            message.route.extras = [
                ExtraField(name: "extra", json: Bytes("\"\(String(repeating: "x", count: 1 << 20))\"".utf8))
            ]
            let plan = bench.feed(.fromModule(message, PlanBench.edged))
            taken += plan.deliveries(to: .edged).isEmpty ? 1 : 0
        }
        #expect(taken >= 14 && taken <= 16)
        #expect(bench.wait(.seconds(61)).deliveries(to: .edged).count == taken)
        #expect(bench.planner.waitingBytes == 0)
    }

    @Test
    func `callers of entries of the outbox have a bound in bytes, over it they are answered as with the link down`() {
        var bench = PlanBench()
        for number in 0..<3 {
            bench.cloud(.insert, "demo/pod/web\(number)", Sample.object("web\(number)", version: 1))
        }
        bench.connect(credit: 0)
        for round in 0..<2 {
            var answered = 0
            for number in 0..<40 {
                var message = bench.message(
                    .edged, .patch, "demo/podpatch/web\(number % 3)", Sample.patch(#"{"status":{"phase":"Running"}}"#),
                    group: .meta, sync: true)
                message.route.extras = [
                    ExtraField(name: "extra", json: Bytes("\"\(String(repeating: "x", count: 1 << 20))\"".utf8))
                ]
                answered += bench.feed(.fromModule(message, PlanBench.edged)).deliveries(to: .edged).count
            }
            #expect(answered == 40 - 16, "round \(round)")
            #expect(bench.wait(.seconds(61)).deliveries(to: .edged).count == 16)
            #expect(bench.planner.waitingBytes == 0)
        }
    }
}
