import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// The program's own modules that ask like others: the node agent and the resync.
struct OwnModuleTests {
    static let agent = ModuleInfo(name: .nodeAgent)
    static let resync = ModuleInfo(name: .resync)

    static func ask(_ bench: inout PlanBench, _ resource: String, toCloud: Bool, id: String = "q1") -> Plan {
        bench.feed(
            .fromModule(
                Message(
                    header: Header(id: id, timestamp: 0, sync: true),
                    route: Route(
                        source: .resync, destination: toCloud ? "websocket" : "", group: .meta, operation: .query,
                        resource: resource),
                    content: .null), resync))
    }

    @Test("a status of the node agent is a state for the cloud, nothing else of its is")
    func nodeStatus() {
        var bench = PlanBench([Self.agent])
        func update(_ resource: String) -> Plan {
            bench.feed(
                .fromModule(
                    Message(
                        header: Header(id: resource, timestamp: 0, sync: true),
                        route: Route(source: .nodeAgent, group: .meta, operation: .update, resource: resource),
                        content: Content(["UID": "u"])), Self.agent))
        }
        let plan = update("default/nodestatus/n1")
        #expect(plan.outcome == .stored && plan.deliveries(to: .nodeAgent).first?.content.isOK == true)
        #expect(bench.store.entries.map(\.lane) == [.node])
        #expect(update("demo/podstatus/web").outcome == .unknown)
    }

    @Test("what is stored is asked of the cloud when the cloud is named, and answered from the store when not")
    func destination() {
        var bench = PlanBench([PlanBench.edged, Self.resync])
        bench.connect()
        bench.cloud(.insert, "demo/configmap/a", Sample.object("a", version: 3))
        #expect(Self.ask(&bench, "demo/configmap/a", toCloud: false).cloud.isEmpty)
        let frames = PlanBench.frames(Self.ask(&bench, "demo/configmap/a", toCloud: true, id: "q2"))
        #expect(frames.map(\.route.operation) == [.query])
        // Nothing of the node's own words goes up.
        #expect(frames.first?.route.destination == "" && frames.first?.header.sync == false)
    }

    @Test("what a resync brings that is new goes to its consumer too, what is not does not")
    func consumer() {
        var bench = PlanBench([PlanBench.edged, Self.resync])
        bench.connect()
        bench.cloud(.insert, "demo/configmap/a", Sample.object("a", version: 3))
        for (version, isNew) in [(3, false), (4, true)] {
            let asked = PlanBench.frames(
                Self.ask(&bench, "demo/configmap/a", toCloud: true, id: "q\(version)"))[0]
            let plan = bench.cloud(
                .response, "demo/configmap/a", Sample.object("a", version: version), parent: asked.id)
            #expect(plan.deliveries(to: .resync).map(\.header.parentID) == ["q\(version)"])
            let told = plan.deliveries(to: .edged)
            #expect(told.map(\.route.operation) == (isNew ? [.update] : []))
            #expect(told.allSatisfy { $0.header.parentID.isEmpty })
        }
        #expect(bench.cloud(.update, "demo/configmap/a", Sample.object("a", version: 4)).deliveries.isEmpty)
    }

    @Test("an edged that waits for the same answer gets it once")
    func joined() {
        var bench = PlanBench([PlanBench.edged, Self.resync])
        bench.connect()
        let asked = PlanBench.frames(Self.ask(&bench, "demo/configmap/a", toCloud: true))[0]
        bench.local(.query, "demo/configmap/a")
        let caller = bench.lastID
        let plan = bench.cloud(.response, "demo/configmap/a", Sample.object("a", version: 4), parent: asked.id)
        #expect(plan.deliveries(to: .edged).map(\.header.parentID) == [caller])
    }
}
