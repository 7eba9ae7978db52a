import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Inserts, updates and the version guard (`messages.md`, sections 2 and 3).
struct CloudStoreTests {
    static let key = "demo/pod/web"

    /// One acknowledgement, and nothing else for the cloud.
    static func expectAcknowledged(_ plan: Plan, _ id: String, _ comment: Comment? = nil) {
        let answers = plan.answers(to: id)
        #expect(answers.count == 1 && answers[0].content.isOK && answers[0].route.operation == .response, comment)
    }

    @Test(
        "insert and update of one object: stored, to the consumer, acknowledged",
        arguments: [Operation.insert, .update])
    func stores(operation: Beehive.Operation) {
        var bench = PlanBench()
        let object = Sample.object("web", version: 5)
        let plan = bench.cloud(operation, Self.key, object, version: "5")
        #expect(bench.store.text(Self.key) == object)
        #expect(plan.deliveries(to: .edged).map(\.id) == [bench.lastID])
        #expect(plan.deliveries(to: .edged).first?.json == object)
        Self.expectAcknowledged(plan, bench.lastID)
        let ack = plan.answers(to: bench.lastID)[0]
        #expect(ack.route.source == .edgeController && ack.route.group == .resource && ack.route.resource == Self.key)
        #expect(bench.store.rows[Self.key]?.head.origin == .delivered)
    }

    @Test("cure: an insert on an existing key replaces it")
    func insertReplaces() {
        var bench = PlanBench()
        bench.cloud(.insert, Self.key, Sample.object("web", version: 5))
        let plan = bench.cloud(.insert, Self.key, Sample.object("web", version: 6))
        #expect(bench.store.text(Self.key) == Sample.object("web", version: 6))
        #expect(plan.deliveries(to: .edged).count == 1)
    }

    @Test(
        "cure: 1.2's sync loop calls everything a pod: the kind says what it is",
        arguments: [
            ("ConfigMap", "demo/configmap/web", ModuleName.edged), ("Secret", "demo/secret/web", .edged),
            ("Service", "demo/service/web", .edgeMesh), ("Pod", "demo/pod/web", .edged),
            ("Lamp", "demo/pod/web", .edged),
            ("", "demo/pod/web", .edged),
        ])
    func namedByKind(kind: String, key: String, consumer: ModuleName) {
        var bench = PlanBench([PlanBench.edged, ModuleInfo(name: .edgeMesh)])
        let object = Sample.object("web", version: 5, kind: kind)
        let plan = bench.cloud(.update, Self.key, object, version: "5")
        #expect(bench.store.rows.keys.sorted() == [key])
        #expect(plan.deliveries(to: consumer).map(\.route.resource) == [key])
        Self.expectAcknowledged(plan, bench.lastID)
        // The ack has the route that came.
        #expect(plan.answers(to: bench.lastID).map(\.route.resource) == [Self.key])
    }

    struct Guarded: CustomTestStringConvertible, Sendable {
        let name: String
        let stored: String
        let new: String
        var header = ""
        let outcome: Outcome
        var isStored: Bool
        var isDelivered: Bool
        var testDescription: String { name }
    }

    static let guarded = [
        Guarded(
            name: "cure: an older version is not stored, not delivered, acknowledged",
            stored: Sample.object("web", version: 10), new: Sample.object("web", version: 9), outcome: .older,
            isStored: false, isDelivered: false),
        Guarded(
            name: "versions are compared as integers", stored: Sample.object("web", version: 9),
            new: Sample.object("web", version: 10), outcome: .stored, isStored: true, isDelivered: true),
        Guarded(
            name: "an equal version with other bytes is unchanged", stored: Sample.object("web", version: 9),
            new: Sample.object("web", version: 9, extra: #","spec":{}"#), outcome: .unchanged, isStored: false,
            isDelivered: false),
        Guarded(
            name: "an equal version that brings the kind replaces the bytes, undelivered",
            stored: Sample.object("web", version: 9, kind: ""), new: Sample.object("web", version: 9),
            outcome: .unchanged, isStored: true, isDelivered: false),
        Guarded(
            name: "unreadable versions: the newcomer wins",
            stored: #"{"metadata":{"uid":"u1","resourceVersion":"b"}}"#,
            new: #"{"metadata":{"uid":"u1","resourceVersion":"a"}}"#, outcome: .stored, isStored: true,
            isDelivered: true),
        Guarded(
            name: "no version, other bytes: the newcomer wins", stored: #"{"metadata":{"uid":"u1"},"a":1}"#,
            new: #"{"metadata":{"uid":"u1"},"a":2}"#, outcome: .stored, isStored: true, isDelivered: true),
        Guarded(
            name: "no version, the same bytes: unchanged", stored: #"{"metadata":{"uid":"u1"},"a":1}"#,
            new: #"{"metadata":{"uid":"u1"},"a":1}"#, outcome: .unchanged, isStored: false, isDelivered: false),
        Guarded(
            name: "another uid: the newcomer wins whatever its version", stored: Sample.object("web", version: 9),
            new: Sample.object("web", uid: "u2", version: 3), outcome: .stored, isStored: true, isDelivered: true),
        Guarded(
            name: "the header's version counts where the object has none",
            stored: Sample.object("web", version: 9), new: #"{"metadata":{"uid":"u1","name":"web"}}"#, header: "8",
            outcome: .older, isStored: false, isDelivered: false),
        Guarded(
            name: "the header's version counts where the object's is empty",
            stored: Sample.object("web", version: 9),
            new: #"{"metadata":{"uid":"u1","name":"web","resourceVersion":""}}"#, header: "8", outcome: .older,
            isStored: false, isDelivered: false),
    ]

    @Test("the version guard", arguments: guarded)
    func guards(row: Guarded) {
        var bench = PlanBench()
        bench.cloud(.insert, Self.key, row.stored)
        let plan = bench.cloud(.update, Self.key, row.new, version: row.header)
        #expect(plan.outcome == row.outcome)
        #expect(bench.store.text(Self.key) == (row.isStored ? row.new : row.stored))
        #expect(plan.deliveries(to: .edged).contains { $0.id == bench.lastID } == row.isDelivered)
        Self.expectAcknowledged(plan, bench.lastID)
    }

    @Test("another uid: what hung on the old object goes, and its delete is delivered before the newcomer")
    func otherUID() throws {
        var bench = PlanBench()
        let old = Sample.object("web", version: 9)
        bench.cloud(.insert, Self.key, old)
        bench.local(.update, "demo/podstatus/web", #"{"UID":"u1"}"#)
        bench.local(.patch, "demo/podpatch/web", Sample.patch(#"{"status":{"phase":"Running"}}"#))
        bench.local(.delete, Self.key, #""u1""#)
        #expect(bench.store.entries.count == 3)
        let plan = bench.cloud(.insert, Self.key, Sample.object("web", uid: "u2", version: 3))
        #expect(bench.store.rows.keys.sorted() == [Self.key])
        #expect(bench.store.entries.isEmpty)
        let told = plan.deliveries(to: .edged)
        #expect(told.map(\.route.operation) == [.delete, .insert])
        #expect(told.first?.json == old && told.first?.id != told.last?.id)
        let late = bench.cloud(.delete, Self.key, #"{"metadata":{"uid":"u1"}}"#)
        #expect(late.outcome == .otherUID && late.deliveries.isEmpty)
        #expect(bench.store.rows[Self.key]?.head.uid == "u2")
    }

    @Test("a deleted uid and version are remembered for an hour", arguments: [(5, false), (4, false), (6, true)])
    func tombstone(version: Int, isStored: Bool) {
        var bench = PlanBench()
        bench.cloud(.insert, Self.key, Sample.object("web", version: 5))
        bench.cloud(.delete, Self.key)
        let plan = bench.cloud(.update, Self.key, Sample.object("web", version: version))
        #expect((bench.store.text(Self.key) != nil) == isStored)
        #expect(plan.deliveries(to: .edged).isEmpty != isStored)
        Self.expectAcknowledged(plan, bench.lastID)
    }

    @Test(
        "the version of the deletion itself is remembered, whether the object was stored or not",
        arguments: [(true, 12, false), (true, 14, true), (false, 12, false), (false, 14, true)])
    func deletionVersion(wasStored: Bool, version: Int, isStored: Bool) {
        var bench = PlanBench()
        if wasStored { bench.cloud(.insert, Self.key, Sample.object("web", version: 10)) }
        bench.cloud(.delete, Self.key, Sample.object("web", version: 13))
        bench.cloud(.delete, Self.key, Sample.object("web", version: 11))
        let plan = bench.cloud(.update, Self.key, Sample.object("web", version: version))
        #expect((bench.store.text(Self.key) != nil) == isStored)
        Self.expectAcknowledged(plan, bench.lastID)
    }

    @Test("after the hour, and for another uid, a deletion is no obstacle")
    func tombstoneEnds() {
        var bench = PlanBench()
        bench.cloud(.insert, Self.key, Sample.object("web", version: 5))
        bench.cloud(.delete, Self.key)
        bench.cloud(.insert, Self.key, Sample.object("web", uid: "u2", version: 3))
        #expect(bench.store.rows[Self.key] != nil)
        bench.cloud(.insert, "demo/pod/b", Sample.object("b", version: 5))
        bench.cloud(.delete, "demo/pod/b")
        bench.wait(.seconds(3600))
        bench.cloud(.insert, "demo/pod/b", Sample.object("b", version: 5))
        #expect(bench.store.rows["demo/pod/b"] != nil)
    }

    @Test("the answer to a query that was sent after the delete lifts its memory")
    func queryLiftsTombstone() {
        var bench = PlanBench()
        let key = "demo/configmap/c"
        bench.connect()
        bench.cloud(.insert, key, Sample.object("c", version: 5))
        bench.cloud(.delete, key)
        bench.wait(.seconds(1))
        let asked = PlanBench.frames(bench.local(.query, key))
        bench.cloud(.response, key, Sample.object("c", version: 5), parent: asked[0].id)
        #expect(bench.store.rows[key] != nil && bench.store.hasNoTombstones)
    }

    @Test("an answer to what was asked before the delete does not bring the object back")
    func earlierAnswer() {
        var bench = PlanBench()
        let key = "demo/configmap/c"
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, key))
        bench.wait(.seconds(1))
        bench.cloud(.insert, key, Sample.object("c", version: 5))
        bench.cloud(.delete, key)
        bench.cloud(.response, key, Sample.object("c", version: 5), parent: asked[0].id)
        #expect(bench.store.rows[key] == nil)
    }

    struct Consumed: CustomTestStringConvertible, Sendable {
        let resource: String
        var source: ModuleName = .edgeController
        let consumer: ModuleName?
        var hasMesh = true
        var testDescription: String { "\(resource) from \(source) -> \(consumer?.rawValue ?? "nobody")" }
    }

    static let consumed = [
        Consumed(resource: "demo/pod/x", consumer: .edged),
        Consumed(resource: "demo/configmap/x", source: .dynamicController, consumer: .edged),
        Consumed(resource: "demo/device/x", source: .deviceController, consumer: .twin),
        Consumed(resource: "demo/devicemodel/x", source: .deviceController, consumer: .twin),
        Consumed(resource: "demo/serviceaccountaccess/x", source: .policyController, consumer: nil),
        Consumed(resource: "null/node/x", consumer: nil),
        Consumed(resource: "demo/service/x", consumer: .edgeMesh),
        Consumed(resource: "demo/endpoints/x", consumer: .edgeMesh),
        Consumed(resource: "demo/service/x", consumer: .edged, hasMesh: false),
        Consumed(resource: "demo/endpoints/x", consumer: .edged, hasMesh: false),
        Consumed(resource: "demo/function/x", source: .funcManager, consumer: .edgeFunction),
    ]

    @Test("the consumer of insert, update and delete", arguments: consumed, [Operation.insert, .update, .delete])
    func consumer(row: Consumed, operation: Beehive.Operation) {
        var bench = PlanBench(row.hasMesh ? [PlanBench.edged, ModuleInfo(name: .edgeMesh)] : [PlanBench.edged])
        let plan = bench.cloud(operation, row.resource, Sample.object("x", version: 3), source: row.source)
        Self.expectAcknowledged(plan, bench.lastID)
        guard let consumer = row.consumer else {
            #expect(plan.deliveries.isEmpty)
            return
        }
        let told = plan.deliveries(to: consumer)
        #expect(told.count == 1 && plan.deliveries.count == 1)
        if consumer == .twin {
            #expect(told.first?.route.source == "meta" && told.first?.route.group == .twin)
        } else {
            #expect(told.first?.route.source == row.source && told.first?.route.group == .resource)
        }
    }

    @Test(
        "cure: what can never be stored is refused for good: told and acknowledged, nothing under an empty key",
        arguments: [
            ("short", "{}"), ("/pod/x", "{}"), ("demo//x", "{}"), ("", "{}"), ("demo/pod/x", nil),
            ("demo/pod/x", "null"), ("demo/pod/x", #""""#),
        ] as [(String, String?)])
    func refusedForGood(resource: String, content: String?) {
        var bench = PlanBench()
        let plan = bench.cloud(.insert, resource, content, version: "3")
        #expect(bench.store.rows.isEmpty && plan.deliveries.isEmpty)
        let answers = plan.answers(to: bench.lastID)
        #expect(answers.map(\.route.operation) == [.error, .response])
        #expect(answers.first?.route.source == .metaManager)
        #expect(answers.first?.content.string?.isEmpty == false)
    }

    @Test("a store that fails for now: an error answer and no acknowledgement")
    func failsForNow() {
        var bench = PlanBench()
        let message = bench.message(.edgeController, .insert, Self.key, Sample.object("web", version: 1))
        let plan = bench.planner.planFailure(.fromCloud(message), because: "disk full", at: bench.now)
        #expect(plan.answers(to: message.id).map(\.route.operation) == [.error])
        let query = bench.message(.edged, .query, Self.key, sync: true)
        let local = bench.planner.planFailure(.fromModule(query, PlanBench.edged), because: "disk full", at: bench.now)
        #expect(local.deliveries(to: .edged).map(\.route.operation) == [.error])
    }

    @Test("stored values: bytes as they came, a string as its text")
    func storedValue() {
        var bench = PlanBench()
        bench.cloud(.update, "demo/custom/a", #"[1, 2]"#)
        bench.cloud(.update, "demo/custom/b", #""a \"b\" \u00e4""#)
        bench.cloud(.update, "demo/custom/", #"true"#)
        #expect(bench.store.text("demo/custom/a") == "[1, 2]")
        #expect(bench.store.text("demo/custom/b") == #"a "b" ä"#)
        #expect(bench.store.text("demo/custom") == "true")
    }

    @Test("a restart delivers once more what may not have been delivered")
    func undelivered() {
        var bench = PlanBench()
        bench.cloud(.insert, Self.key, Sample.object("web", version: 5))
        let store = bench.store
        var second = PlanBench(undelivered: 1...1)
        second.store = store
        let again = second.cloud(.insert, Self.key, Sample.object("web", version: 5))
        #expect(again.deliveries(to: .edged).count == 1)
        #expect(second.cloud(.insert, Self.key, Sample.object("web", version: 5)).deliveries.isEmpty)
    }
}
