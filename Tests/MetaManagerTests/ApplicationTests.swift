import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// What the local API asks the cloud's dynamic controller.
struct ApplicationTests {
    static let server = ModuleInfo(name: .metaServer)

    static func ask(_ bench: inout PlanBench, _ resource: String = "null") -> Plan {
        bench.local(.null, resource, #"{"ID":"a"}"#, module: server, group: .dynamicController)
    }

    @discardableResult
    static func answer(_ bench: inout PlanBench, to id: String, _ content: String = #"{"Status":"Approved"}"#) -> Plan {
        bench.cloud(
            .applicationResponse, "ignore/Application/ignore", content, source: .dynamicController, parent: id)
    }

    @Test("goes to the cloud at once as KubeEdge writes it, and the answer to who asked, unacknowledged and unstored")
    func asked() throws {
        var bench = PlanBench([PlanBench.edged, Self.server])
        bench.connect()
        let plan = Self.ask(&bench)
        let caller = bench.lastID
        let frame = try #require(PlanBench.frames(plan).first)
        #expect(plan.cloud.map(\.kind) == [.request] && plan.changes.isEmpty && plan.deliveries.isEmpty)
        #expect(frame.header == Header(id: frame.id, timestamp: bench.now.wall) && frame.id != caller)
        #expect(
            frame.route
                == Route(source: .metaServer, group: .dynamicController, operation: .null, resource: "null"))
        #expect(frame.json == #"{"ID":"a"}"#)
        let answer = Self.answer(&bench, to: frame.id)
        #expect(answer.cloud.isEmpty && answer.changes.isEmpty)
        #expect(answer.deliveries(to: .metaServer).map(\.header.parentID) == [caller])
        // Once: a second answer finds nobody.
        let second = Self.answer(&bench, to: frame.id)
        #expect(second.outcome == .dropped && second.deliveries.isEmpty && second.cloud.isEmpty)
        #expect(bench.planner.remoteRequests == 0)
    }

    @Test("is refused at once while the link is down")
    func down() {
        var bench = PlanBench([Self.server])
        let plan = Self.ask(&bench)
        #expect(plan.cloud.isEmpty)
        #expect(plan.deliveries(to: .metaServer).map(\.route.operation) == [.error])
        #expect(plan.deliveries(to: .metaServer).first?.header.parentID == bench.lastID)
    }

    @Test("is ended by a cut, and not asked again on the next connection")
    func cut() {
        var bench = PlanBench([Self.server])
        bench.connect()
        _ = Self.ask(&bench)
        let caller = bench.lastID
        let plan = bench.feed(.linkDown(connection: 1))
        let errors = plan.deliveries(to: .metaServer).filter { $0.route.operation == .error }
        #expect(errors.map(\.header.parentID) == [caller])
        #expect(bench.connect(2).cloud.isEmpty)
    }

    @Test("is ended by its deadline; an error of the cloud is passed on as the cloud's")
    func ends() throws {
        var bench = PlanBench([Self.server])
        bench.connect()
        _ = Self.ask(&bench)
        let late = bench.wait(.seconds(56)).deliveries(to: .metaServer)
        #expect(late.map(\.route.operation) == [.error] && late.first?.route.source == .metaManager)
        let frame = try #require(PlanBench.frames(Self.ask(&bench)).first)
        let told = bench.cloud(.error, "null", #""no such module""#, source: .cloudHub, parent: frame.id)
        #expect(told.deliveries(to: .metaServer).map(\.route.source) == [.cloudHub] && told.cloud.isEmpty)
    }

    @Test("an applicationResponse completes nothing but an application")
    func othersRequest() throws {
        var bench = PlanBench([PlanBench.edged, Self.server])
        bench.connect()
        let query = try #require(PlanBench.frames(bench.local(.query, "demo/configmap/a")).first)
        let plan = Self.answer(&bench, to: query.id)
        #expect(plan.outcome == .dropped && bench.planner.remoteRequests == 1)
    }

    @Test("too many are refused like any other request")
    func full() {
        var bench = PlanBench([Self.server])
        bench.connect()
        for _ in 0..<4096 { _ = Self.ask(&bench) }
        let plan = Self.ask(&bench)
        #expect(plan.cloud.isEmpty && plan.deliveries(to: .metaServer).map(\.route.operation) == [.error])
    }

    @Test("another module cannot ask in this way")
    func others() {
        var bench = PlanBench()
        bench.connect()
        let plan = bench.local(.null, "null", "{}", group: .dynamicController)
        #expect(plan.outcome == .unknown && plan.cloud.isEmpty)
        #expect(ModuleName.ownNames.contains(.metaServer))
    }

    @Test(
        "a push of the dynamic controller is stored and acked; edged hears of what it uses",
        arguments: [
            ("demo/service/web", "Service", []), ("demo/endpointslice/web", "EndpointSlice", []),
            ("null/customresourcedefinition/a", "CustomResourceDefinition", []),
            ("demo/configmap/web", "ConfigMap", [Beehive.Operation.insert, .update, .delete]),
        ])
    func pushes(key: String, kind: String, edged: [Beehive.Operation]) {
        var bench = PlanBench([PlanBench.edged, Self.server])
        bench.connect()
        var told: [Beehive.Operation] = []
        for (version, operation) in [Beehive.Operation.insert, .update, .delete].enumerated() {
            let plan = bench.cloud(
                operation, key, Sample.object("web", version: version + 3, kind: kind), source: .dynamicController,
                version: "\(version + 3)")
            #expect(plan.answers(to: bench.lastID).map(\.json) == [#""OK""#])
            #expect((bench.store.text(key) != nil) == (operation != .delete))
            told += plan.deliveries(to: .edged).map(\.route.operation)
        }
        #expect(told == edged)
    }

    @Test("services go to an edgemesh that is attached, whoever pushes them")
    func mesh() {
        var bench = PlanBench([PlanBench.edged, ModuleInfo(name: .edgeMesh)])
        bench.connect()
        let plan = bench.cloud(
            .insert, "demo/service/web", Sample.object("web", version: 3, kind: "Service"),
            source: .dynamicController, version: "3")
        #expect(plan.deliveries(to: .edgeMesh).count == 1 && plan.deliveries(to: .edged).isEmpty)
    }

    @Test("what the API keeps of answers is stored by version, without a word to consumers or to the cloud")
    func kept() {
        var bench = PlanBench([PlanBench.edged, Self.server])
        let key = "null/customresourcedefinition/a"
        func keep(_ version: Int) -> Plan {
            bench.local(.update, key, Sample.object("a", version: version, namespace: ""), module: Self.server)
        }
        #expect([4, 3, 4, 5].map { keep($0).outcome } == [.stored, .unchanged, .unchanged, .stored])
        let plan = bench.local(
            .update, "null/discovery/apis~apps~v1", #"{"kind":"APIResourceList"}"#, module: Self.server)
        #expect(plan.outcome == .stored && plan.cloud.isEmpty)
        #expect(plan.deliveries(to: .metaServer).first?.content.isOK == true && plan.deliveries.count == 1)
        #expect(bench.store.entries.isEmpty && bench.planner.state.owed.isEmpty)
        // What the cloud deleted while its list was on its way does not come back.
        bench.cloud(
            .delete, key, Sample.object("a", version: 6, namespace: ""), source: .dynamicController, version: "6")
        #expect(keep(5).outcome == .unchanged && bench.store.text(key) == nil)
        #expect(keep(7).outcome == .unchanged && bench.store.text(key) == nil)
        bench.local(.update, key, Sample.object("a", uid: "u2", version: 8, namespace: ""), module: Self.server)
        #expect(bench.local(.delete, key, module: Self.server).outcome == .deleted && bench.store.text(key) == nil)
        #expect(bench.local(.delete, key, module: Self.server).outcome == .absent)
        #expect(bench.local(.update, "demo/pod/web", "{}", module: Self.server).outcome == .unknown)
    }

    @Test("the recording: applications and pushes of a real cloud come to what they came to")
    func recording() throws {
        let (replay, reports) = try WireReplayTests.replay(["17-metaserver-application"])
        #expect(reports[0].divergences.isEmpty && reports[0].unreadable.isEmpty)
        #expect(Set(replay.store.rows.keys) == ["demo/service/web"])
        let answered = replay.delivered.filter {
            $0.recipient == .module(.metaServer) && $0.message.route.operation == .applicationResponse
        }
        #expect(answered.count == 7)
        #expect(!replay.delivered.contains { $0.recipient == .module(.edged) })
    }
}
