import Beehive
import KubeAPI
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

/// `GET /metamanager/v1/explain`: why an object is as it is.
@Suite(.timeLimit(.minutes(5)))
struct ExplainReportTests {
    private static let target = "/metamanager/v1/explain?type=configmap&namespace=demo&name=settings"

    private static func fill(_ store: MetaStore) throws {
        let now = SystemTime().now().wall
        let path = try ResourcePath(parsing: "demo/configmap/settings")
        let value = Bytes(#"{"metadata":{"name":"settings"},"data":{"x":"canary"}}"#.utf8)
        try store.transaction(writing: true) { view throws(StoreError) in
            try view.apply(
                .put(NewObject(path: path, value: value, uid: "u1", version: "12", origin: .delivered), replacing: nil),
                now: now)
        }
    }

    private static func decision(
        _ id: String, version: String, outcome: Outcome, reason: String = "", operation: Beehive.Operation = .update,
        source: String = "cloud"
    ) -> Decision {
        Decision(
            time: SystemTime().now().wall, id: id, source: source,
            route: Route(
                source: .edgeController, group: .resource, operation: operation, resource: "demo/configmap/settings"),
            outcome: outcome, reason: reason, version: version)
    }

    @Test func `an object that is as the cloud told has the contract's members and no value`() async throws {
        let trace = DecisionTrace()
        trace.record([
            Self.decision("m1", version: "12", outcome: .stored),
            Self.decision("q1", version: "", outcome: .answered, operation: .query, source: "edged"),
            Self.decision("m2", version: "9", outcome: .older),
        ])
        try await Fixture.serve(trace: trace, fill: Self.fill) { fixture in
            let answer = try await fixture.get(Self.target)
            let report = try #require(answer.json)
            #expect(report["key"] == "demo/configmap/settings" && report["divergent"] == false)
            #expect(report["stored"]?["version"] == "12" && report["stored"]?["uid"] == "u1")
            #expect(report["stored"]?["origin"] == "delivered" && report["stored"]?["sealed"] == false)
            #expect(report["stored"]?["revision"]?.integer != nil && report["stored"]?["age"]?.integer != nil)
            // The newest that was seen, not the last.
            #expect(report["cloud"]?["version"] == "12" && report["cloud"]?["outcome"] == "older")
            #expect(report["messages"]?.elements.map { $0["id"] } == ["m1", "q1", "m2"])
            for key in ["id", "time", "operation", "source", "outcome"] {
                #expect(report["messages"]?.elements.first?[key] != nil, "\(key)")
            }
            #expect(report["asked"]?.elements.first?["source"] == "edged")
            #expect(report["pending"] == [] && report["watchers"] == 0 && report["why"] == [])
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("canary"))
        }
    }

    static let divergences: [(decisions: [Decision], cause: String)] = [
        ([decision("m1", version: "13", outcome: .failed, reason: "the disk is full")], "the disk is full"),
        ([decision("m1", version: "13", outcome: .refused, reason: "no object")], "refused"),
        ([decision("m1", version: "13", outcome: .passed)], "version 13"),
    ]

    @Test(arguments: divergences.indices)
    func `a word of the cloud that was not taken is a divergence`(index: Int) async throws {
        let (decisions, cause) = Self.divergences[index]
        let trace = DecisionTrace()
        trace.record(decisions)
        try await Fixture.serve(trace: trace, fill: Self.fill) { fixture in
            let report = try #require(try await fixture.get(Self.target).json)
            #expect(report["divergent"] == true && report["cloud"]?["version"] == "13")
            #expect(report["why"]?.elements.first?.text?.contains(cause) == true, "\(report["why"] ?? .null)")
        }
    }

    @Test func `a failure that was made good is none any more`() async throws {
        let trace = DecisionTrace()
        trace.record([
            Self.decision("m1", version: "12", outcome: .failed, reason: "the disk is full"),
            Self.decision("m1", version: "12", outcome: .stored),
        ])
        try await Fixture.serve(trace: trace, fill: Self.fill) { fixture in
            let report = try #require(try await fixture.get(Self.target).json)
            #expect(report["divergent"] == false)
        }
    }

    @Test func `what waits for the cloud, and what it did not take, is told`() async throws {
        func fill(_ store: MetaStore) throws {
            try Self.fill(store)
            let resource = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")
            var write = PendingWrite(
                resource: resource, namespace: "demo", name: "settings", object: ["data": ["x": "canary"]],
                baseVersion: "12", time: 1, caller: "somebody")
            write.steps = [.init(id: "step-1", verb: .update)]
            let path = try ResourcePath(parsing: "demo/configmap/settings")
            let conflict = WriteConflict(write, reason: "Conflict", message: "changed", ended: 2)
            let (pending, lost) = (PendingWrite.path(over: path), WriteConflict.path(of: path, id: "old"))
            let entry = OutboxEntry(
                id: "step-1", kind: .state, key: pending.key, endsByAnswer: true, created: 1, frame: [1])
            try store.transaction(writing: true) { view throws(StoreError) in
                for (path, value) in [(pending, write.json), (lost, conflict.json)] {
                    try view.apply(
                        .put(NewObject(path: path, value: value.json, origin: .local), replacing: nil), now: 1)
                }
                try view.apply(.enqueue(entry, lane: .state), now: 1)
            }
        }
        try await Fixture.serve(fill: fill) { fixture in
            let answer = try await fixture.get(Self.target)
            let report = try #require(answer.json)
            #expect(report["divergent"] == true)
            #expect(report["pending"]?.elements.map { $0["kind"] } == ["outbox", "write", "conflict"])
            #expect(report["pending"]?.elements[1]["caller"] == "somebody")
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("canary"))
        }
    }

    @Test func `of what nobody knows there is a clear word`() async throws {
        try await Fixture.serve { fixture in
            let answer = try await fixture.get(Self.target)
            #expect(
                answer.status == 404 && answer.message?.contains("nothing is known of a configmap 'settings'") == true)
            #expect(try await fixture.get("/metamanager/v1/explain?type=pod").status == 400)
        }
    }

    @Test func `memory of what the cloud said is bounded, and keeps the newest`() {
        var sightings = Sightings(limit: 10)
        func decision(_ key: Int, _ version: String) -> Decision {
            Decision(
                time: Int64(key), id: "m", source: "cloud",
                route: Route(
                    source: .edgeController, group: .resource, operation: .update, resource: "demo/pod/\(key)"),
                outcome: .stored, reason: "", version: version)
        }
        for key in 0..<100 { sightings.note(decision(key, "\(key)")) }
        #expect(sightings["demo/pod/99"]?.version == "99" && sightings["demo/pod/0"] == nil)
        sightings.note(decision(99, "5"))
        #expect(sightings["demo/pod/99"]?.version == "99")
        sightings.note(decision(99, "100"))
        #expect(sightings["demo/pod/99"]?.version == "100")
    }
}
