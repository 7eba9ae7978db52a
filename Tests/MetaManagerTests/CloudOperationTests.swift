import Beehive
import MetaManager
import MetaStore
import TestKit
import Testing

/// The other operations of the cloud (`messages.md`, section 3).
struct CloudOperationTests {
    static let mesh = [PlanBench.edged, ModuleInfo(name: .edgeMesh)]

    // MARK: Lists

    @Test("a list's elements are stored one by one, the message goes to the mesh", arguments: ["service", "endpoints"])
    func list(type: String) {
        var bench = PlanBench(Self.mesh)
        let own = Sample.object("a", version: 1, namespace: "ns1", kind: "Service")
        let plan = bench.cloud(
            .update, "namespace/\(type)list", #"[\#(own),{"metadata":{"name":"b"}}]"#, version: "7")
        #expect(bench.store.rows.keys.sorted() == ["namespace/\(type)/b", "ns1/\(type)/a"])
        #expect(bench.store.text("ns1/\(type)/a") == own)
        #expect(plan.deliveries(to: .edgeMesh).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
        let again = bench.cloud(.update, "namespace/\(type)list", #"[\#(own)]"#)
        #expect(again.outcome == .unchanged && again.deliveries.isEmpty)
        CloudStoreTests.expectAcknowledged(again, bench.lastID)
    }

    @Test("cure: bad elements do not lose the rest; an error names them, beside the acknowledgement")
    func badElements() {
        var bench = PlanBench(Self.mesh)
        let plan = bench.cloud(
            .update, "demo/servicelist", #"[7,{"metadata":{"name":"b"}},{"metadata":{"name":""}},null]"#)
        #expect(Array(bench.store.rows.keys) == ["demo/service/b"])
        let answers = plan.answers(to: bench.lastID)
        #expect(answers.map(\.route.operation) == [.error, .response])
        let text = answers.first?.content.string ?? ""
        #expect(text.contains("element 0") && text.contains("element 2") && text.contains("element 3"))
        #expect(!text.contains("element 1"))
    }

    @Test("a name that stands twice is stored once, the later unless it is older")
    func duplicates() {
        var bench = PlanBench(Self.mesh)
        let new = Sample.object("a", version: 9)
        bench.cloud(.update, "demo/servicelist", "[\(Sample.object("a", version: 3)),\(new)]")
        #expect(bench.store.text("demo/service/a") == new)
        let other = Sample.object("b", version: 9)
        bench.cloud(.update, "demo/servicelist", "[\(other),\(Sample.object("b", version: 3))]")
        #expect(bench.store.text("demo/service/b") == other)
    }

    @Test("a list that only completes kinds is not delivered")
    func completesInList() {
        var bench = PlanBench(Self.mesh)
        bench.cloud(.update, "demo/servicelist", "[\(Sample.object("a", version: 3, kind: ""))]")
        let plan = bench.cloud(.update, "demo/servicelist", "[\(Sample.object("a", version: 3))]")
        #expect(bench.store.rows["demo/service/a"]?.head.hasKind == true)
        #expect(plan.deliveries.isEmpty)
    }

    @Test("no list: refused for good")
    func noList() {
        var bench = PlanBench(Self.mesh)
        let plan = bench.cloud(.update, "demo/servicelist", #""x""#)
        #expect(plan.answers(to: bench.lastID).map(\.route.operation) == [.error, .response])
    }

    @Test("podlist: one row under its own key and type, to the mesh")
    func podList() {
        var bench = PlanBench(Self.mesh)
        let plan = bench.cloud(.update, "namespace/podlist", "[{}]")
        #expect(bench.store.text("namespace/podlist") == "[{}]")
        #expect(bench.store.rows["namespace/podlist"]?.type == .podList)
        #expect(plan.deliveries(to: .edgeMesh).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
        #expect(bench.cloud(.update, "namespace/podlist", "[{}]").deliveries.isEmpty)
    }

    // MARK: Functions

    @Test("update from funcmgr and action: stored, to edgefunction", arguments: [Operation.update, .action])
    func function(operation: Beehive.Operation) {
        var bench = PlanBench([ModuleInfo(name: .edgeFunction)])
        let plan = bench.cloud(operation, "demo/function/f", #"{"a":1}"#, source: .funcManager, group: "func")
        #expect(bench.store.text("demo/function/f") == #"{"a":1}"#)
        #expect(plan.deliveries(to: .edgeFunction).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
        let again = bench.cloud(operation, "demo/function/f", #"{"a":1}"#, source: .funcManager, group: "func")
        #expect(again.deliveries(to: .edgeFunction).count == (operation == .action ? 1 : 0))
        CloudStoreTests.expectAcknowledged(again, bench.lastID)
    }

    @Test("another uid of a function: the old one's delete is delivered first")
    func functionOtherUID() {
        var bench = PlanBench([ModuleInfo(name: .edgeFunction)])
        bench.cloud(.update, "demo/function/f", Sample.object("f", version: 5), source: .funcManager)
        let plan = bench.cloud(
            .update, "demo/function/f", Sample.object("f", uid: "u2", version: 2), source: .funcManager)
        #expect(plan.deliveries(to: .edgeFunction).map(\.route.operation) == [.delete, .update])
    }

    @Test("an action without content is delivered and not stored")
    func emptyAction() {
        var bench = PlanBench([ModuleInfo(name: .edgeFunction)])
        let plan = bench.cloud(.action, "demo/function/f", source: .funcManager, group: "func")
        #expect(bench.store.rows.isEmpty)
        #expect(plan.deliveries(to: .edgeFunction).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
    }

    // MARK: Delete

    @Test(
        "delete by key, with or without content and uid",
        arguments: [nil, "null", #"{"metadata":{"name":"web"}}"#, #"{"metadata":{"uid":"u1"}}"#])
    func delete(content: String?) {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 50))
        let plan = bench.cloud(.delete, "demo/pod/web", content, version: "3")
        #expect(bench.store.rows.isEmpty, "versions are not compared")
        #expect(plan.deliveries(to: .edged).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
    }

    @Test("delete of another uid: acknowledged, nothing deleted, nothing delivered", arguments: ["pod", "configmap"])
    func deleteOtherUID(type: String) {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/\(type)/web", Sample.object("web", version: 5))
        let plan = bench.cloud(.delete, "demo/\(type)/web", #"{"metadata":{"uid":"u9"}}"#)
        #expect(bench.store.rows.count == 1 && plan.deliveries.isEmpty)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
    }

    @Test("delete of an absent key: delivered and acknowledged all the same")
    func deleteAbsent() {
        var bench = PlanBench()
        let plan = bench.cloud(.delete, "demo/pod/absent", #"{"metadata":{"uid":"u9"}}"#)
        #expect(plan.outcome == .absent && plan.deliveries(to: .edged).count == 1)
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
    }

    @Test("a deleted pod takes its podstatus and podpatch rows and their outbox entries along")
    func podTakesAlong() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 5))
        bench.cloud(.insert, "demo/pod/web2", Sample.object("web2", version: 5))
        for name in ["web", "web2"] {
            bench.local(.update, "demo/podstatus/\(name)", #"{"UID":"u1"}"#)
            bench.local(.patch, "demo/podpatch/\(name)", Sample.patch(#"{"status":{"phase":"Running"}}"#))
        }
        bench.cloud(.delete, "demo/pod/web")
        #expect(bench.store.rows.keys.sorted() == ["demo/pod/web2", "demo/podpatch/web2", "demo/podstatus/web2"])
        #expect(bench.store.entries.map(\.key).sorted() == ["demo/podpatch/web2", "demo/podstatus/web2"])
    }

    @Test("a caller whose patch goes with its pod is answered")
    func podTakesCallers() {
        var bench = PlanBench()
        bench.connect()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 5))
        bench.local(.patch, "demo/podpatch/web", Sample.patch(#"{"status":{}}"#))
        let caller = bench.lastID
        let plan = bench.cloud(.delete, "demo/pod/web")
        #expect(plan.deliveries(to: .edged).filter { $0.header.parentID == caller }.map(\.route.operation) == [.error])
    }

    // MARK: Answers nobody waits for

    struct Unasked: CustomTestStringConvertible, Sendable {
        let name: String
        let resource: String
        let content: String
        var stored: String?
        var testDescription: String { name }
    }

    static let unasked = [
        Unasked(
            name: "an object", resource: "demo/configmap/c", content: Sample.object("c", version: 3),
            stored: "demo/configmap/c"),
        Unasked(
            name: "an ObjectResp", resource: "demo/podpatch/c",
            content: Sample.response(Sample.object("c", version: 3)), stored: "demo/pod/c"),
        Unasked(name: "OK", resource: "demo/podstatus/c", content: #""OK""#),
        Unasked(name: "a status error", resource: "demo/configmap/c", content: Sample.statusError("NotFound")),
        Unasked(name: "an ObjectResp with Err", resource: "demo/podpatch/c", content: Sample.refusal("Conflict")),
        Unasked(name: "{}", resource: "demo/configmap/c", content: "{}"),
    ]

    @Test("a response nobody waits for", arguments: unasked)
    func unaskedResponse(row: Unasked) {
        var bench = PlanBench()
        let plan = bench.cloud(.response, row.resource, row.content, parent: "gone")
        CloudStoreTests.expectAcknowledged(plan, bench.lastID)
        #expect(Array(bench.store.rows.keys) == [row.stored].compactMap { $0 })
        #expect(plan.deliveries(to: .edged).count == (row.stored == nil ? 0 : 1))
        if row.stored == nil { #expect(plan.outcome == .dropped) }
        let again = bench.cloud(.response, row.resource, row.content, parent: "gone")
        #expect(again.deliveries.isEmpty)
        CloudStoreTests.expectAcknowledged(again, bench.lastID)
    }

    @Test("apiVersion and kind are put in front of an ObjectResp's object: the one place where bytes change")
    func completes() {
        var bench = PlanBench()
        bench.cloud(.response, "demo/podpatch/c", Sample.response(Sample.object("c", version: 3, kind: "")))
        #expect(bench.store.text("demo/pod/c") == Sample.object("c", version: 3))
        bench.cloud(.insert, "demo/pod/d", Sample.object("d", version: 3, kind: ""))
        #expect(bench.store.text("demo/pod/d") == Sample.object("d", version: 3, kind: ""))
    }

    @Test("a late answer to a patch does not bring a deleted pod back, whatever its version")
    func latePatchAnswer() {
        var bench = PlanBench()
        bench.connect()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 5))
        bench.local(.patch, "demo/podpatch/web", Sample.patch(#"{"status":{}}"#))
        let sent = bench.send()
        bench.cloud(.delete, "demo/pod/web", #"{"metadata":{"uid":"u1"}}"#)
        bench.cloud(
            .response, "demo/podpatch/web", Sample.response(Sample.object("web", version: 8)), parent: sent[0].id)
        #expect(bench.store.rows.isEmpty)
    }

    // MARK: Volumes

    static let volumes: [Beehive.Operation] = [
        "createvolume", "deletevolume", "controllerpublishvolume", "controllerunpublishvolume",
    ]

    @Test("volumes: a sync request to edged, its content back through the outbox", arguments: volumes)
    func volume(operation: Beehive.Operation) {
        var bench = PlanBench()
        bench.connect()
        let plan = bench.cloud(operation, "default/volume/v", #""csi""#)
        let cloudID = bench.lastID
        let request = plan.deliveries(to: .edged)
        #expect(request.count == 1 && request[0].header.sync && request[0].id != cloudID)
        #expect(plan.cloud.isEmpty)
        bench.feed(.linkDown(connection: 1))
        bench.local(.response, "default/volume/v", #"{"v":1}"#, parent: request[0].id, sync: false)
        bench.connect(2)
        let sent = bench.send()
        #expect(sent.count == 1 && sent[0].header.parentID == cloudID && sent[0].json == #"{"v":1}"#)
        #expect(sent.first?.route.operation == .response)
    }

    @Test("cure: a volume operation that edged does not answer in time is an error answer, never an empty success")
    func volumeTimeout() {
        var bench = PlanBench()
        bench.connect()
        let plan = bench.cloud(.createVolume, "default/volume/v", #""csi""#)
        let id = bench.lastID
        bench.wait(.seconds(59))
        let late = bench.wait(.seconds(1))
        #expect(late.answers(to: id).map(\.route.operation) == [.error])
        let request = plan.deliveries(to: .edged)[0]
        bench.local(.response, "default/volume/v", "{}", parent: request.id, sync: false)
        #expect(bench.store.entries.isEmpty)
    }

    @Test("cure: a volume operation without edged is an error answer at once")
    func volumeWithoutEdged() {
        var bench = PlanBench([])
        let plan = bench.cloud(.createVolume, "default/volume/v", #""csi""#)
        #expect(plan.answers(to: bench.lastID).map(\.route.operation) == [.error])
        #expect(plan.deliveries.isEmpty)
    }

    @Test("edged's error to a volume operation goes up as an error")
    func volumeError() {
        var bench = PlanBench()
        bench.connect()
        let request = bench.cloud(.createVolume, "default/volume/v", #""csi""#).deliveries(to: .edged)[0]
        bench.local(.error, "default/volume/v", #""no""#, parent: request.id, sync: false)
        #expect(bench.send().map(\.route.operation) == [.error])
    }

    // MARK: Errors and what no rule knows

    @Test("error ends what it answers and is never answered itself")
    func error() {
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, "demo/configmap/c"))[0]
        let caller = bench.lastID
        let plan = bench.cloud(.error, "demo/configmap/c", #""broken""#, parent: asked.id)
        #expect(plan.cloud.isEmpty)
        let told = plan.deliveries(to: .edged)
        #expect(told.map(\.header.parentID) == [caller] && told[0].route.operation == .error)
        #expect(told[0].content.string == "broken")
        bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        let entry = bench.send()[0]
        let second = bench.cloud(.error, "demo/podstatus/p", #""refused""#, parent: entry.id)
        #expect(second.cloud.isEmpty && bench.store.entries.isEmpty)
        #expect(second.deliveries(to: .edged).count == 1)
        #expect(bench.cloud(.error, "demo/configmap/c", #""x""#, parent: "gone").cloud.isEmpty)
    }

    @Test(
        "task manager and unknown operations: an acknowledgement if there is a version, nothing else",
        arguments: [("taskmanager", "insert"), ("resource", "explode")],
        ["", "7"])
    func unknown(row: (String, String), version: String) {
        var bench = PlanBench()
        let plan = bench.cloud(
            Operation(row.1), "demo/pod/x", "{}", group: ModuleGroup(row.0), version: version)
        #expect(plan.outcome == .unknown && plan.deliveries.isEmpty && bench.store.rows.isEmpty)
        #expect(plan.answers(to: bench.lastID).count == (version.isEmpty ? 0 : 1))
    }

    @Test("frames of groups twin and user pass by to their modules")
    func passBy() {
        var bench = PlanBench()
        let twin = bench.cloud(.update, "membership", "{}", source: .deviceController, group: .twin)
        #expect(twin.deliveries(to: .twin).count == 1 && twin.cloud.isEmpty && bench.store.rows.isEmpty)
        let user = bench.cloud("x", "whatever", "{}", group: .user)
        #expect(user.deliveries(to: .eventBus).count == 1 && user.deliveries(to: .serviceBus).count == 1)
    }
}
