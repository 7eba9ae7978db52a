import Beehive
import MetaManager
import MetaStore
import TestKit
import Testing

/// What modules of the node send (`messages.md`, section 3).
struct LocalTests {
    static let running = Sample.patch(#"{"status":{"phase":"Running"}}"#)

    static func withPod(isUp: Bool = false) -> PlanBench {
        var bench = PlanBench()
        if isUp { bench.connect() }
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 5))
        return bench
    }

    /// Exactly one answer to the last message, of this operation.
    static func answer(_ plan: Plan, _ bench: PlanBench) -> Message? {
        let answers = plan.deliveries(to: .edged).filter { $0.header.parentID == bench.lastID }
        #expect(answers.count == 1)
        return answers.first
    }

    // MARK: Remote inserts and updates

    @Test(
        "insert of node, pod, lease, CSR and a lease's update: asked under a new id, the object is stored",
        arguments: [
            ("insert", "null/node/n"), ("insert", "demo/pod/n"), ("insert", "kube-node-lease/lease/n"),
            ("insert", "default/certificatesigningrequest/n"), ("update", "kube-node-lease/lease/n"),
        ])
    func remoteWrites(row: (String, String)) {
        var bench = PlanBench()
        bench.connect()
        let plan = bench.local(Operation(row.0), row.1, Sample.object("n", version: 0))
        let caller = bench.lastID
        let frames = PlanBench.frames(plan)
        #expect(frames.count == 1 && frames[0].id != caller && plan.deliveries.isEmpty)
        let object = Sample.object("n", version: 7)
        let done = bench.cloud(.response, row.1, Sample.response(object), parent: frames[0].id)
        #expect(bench.store.text(row.1) == object)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [caller])
        CloudStoreTests.expectAcknowledged(done, bench.lastID)
    }

    @Test("with the link down a remote write fails at once")
    func remoteWriteDown() {
        var bench = PlanBench()
        let plan = bench.local(.insert, "null/node/n", "{}")
        #expect(Self.answer(plan, bench)?.route.operation == .error)
        #expect(plan.cloud.isEmpty && bench.store.entries.isEmpty)
    }

    @Test("a conflict reaches the caller and is not stored")
    func conflict() {
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.update, "x/lease/n", "{}"))[0]
        let caller = bench.lastID
        let done = bench.cloud(.response, "x/lease/n", Sample.refusal("Conflict"), parent: asked.id)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [caller])
        #expect(done.deliveries(to: .edged).first?.json == Sample.refusal("Conflict"))
        #expect(bench.store.rows.isEmpty)
    }

    @Test("a push of what came in an answer only is delivered: once")
    func owed() {
        var bench = PlanBench()
        bench.connect()
        let object = Sample.object("mirror", version: 7)
        let asked = PlanBench.frames(bench.local(.insert, "demo/pod/mirror", "{}"))[0]
        bench.cloud(.response, "demo/pod/mirror", Sample.response(object), parent: asked.id)
        #expect(bench.cloud(.insert, "demo/pod/mirror", object).deliveries(to: .edged).count == 1)
        #expect(bench.cloud(.insert, "demo/pod/mirror", object).deliveries.isEmpty)
    }

    @Test("the push that follows the answer to a patch is delivered, though the version is the same")
    func owedAfterPatch() {
        var bench = Self.withPod(isUp: true)
        bench.local(.patch, "demo/podpatch/web", Self.running)
        let sent = bench.send()[0]
        let object = Sample.object("web", version: 9, extra: #","status":{"phase":"Running"}"#)
        bench.cloud(.response, "demo/podpatch/web", Sample.response(object), parent: sent.id)
        #expect(bench.store.text("demo/pod/web") == object)
        #expect(bench.cloud(.update, "demo/pod/web", object).deliveries(to: .edged).count == 1)
    }

    // MARK: Facts and states

    @Test("event, any operation: to the cloud as a fact, not stored", arguments: [Operation.insert, .update, .patch])
    func event(operation: Beehive.Operation) {
        var bench = PlanBench()
        let plan = bench.local(operation, "demo/event/e", "{}")
        #expect(bench.store.rows.isEmpty && bench.store.entries.map(\.kind) == [.fact])
        #expect(Self.answer(plan, bench)?.content.isOK == true)
        bench.connect()
        #expect(bench.send().map(\.id) == [bench.lastID])
    }

    @Test("update of a node: queued, answered; the stored Node stays")
    func nodeUpdate() {
        var bench = PlanBench()
        let plan = bench.local(.update, "null/node/n", #"{"metadata":{"labels":{}}}"#)
        #expect(bench.store.rows.isEmpty && bench.store.entries.map(\.lane) == [.node])
        #expect(Self.answer(plan, bench)?.content.isOK == true)
    }

    @Test("podstatus: stored and queued; the same bytes again: only answered")
    func podStatus() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/p", "{}")
        #expect(Self.answer(bench.local(.update, "demo/podstatus/p", #"{"a":1}"#), bench)?.content.isOK == true)
        #expect(bench.store.text("demo/podstatus/p") == #"{"a":1}"#)
        bench.connect()
        let first = bench.send()
        #expect(first.map(\.id) == [bench.lastID])
        bench.cloud(.response, "demo/podstatus/p", #""OK""#, parent: bench.lastID)
        #expect(bench.store.entries.isEmpty)
        let again = bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        #expect(again.outcome == .unchanged && Self.answer(again, bench)?.content.isOK == true)
        #expect(bench.store.entries.isEmpty)
    }

    @Test("nodestatus is a sign of life: the same bytes go up each time")
    func nodeStatus() {
        var bench = PlanBench()
        bench.connect()
        for _ in 0..<3 {
            bench.local(.update, "default/nodestatus/n", #"{"a":1}"#)
            let sent = bench.send()
            #expect(sent.map(\.id) == [bench.lastID])
            let ended = bench.cloud(.response, "default/node/n", #""OK""#, parent: bench.lastID)
            #expect(ended.deliveries.isEmpty, "the cloud's later answer is not delivered again")
        }
    }

    @Test("what cannot be stored is an error answer", arguments: [nil, #""""#] as [String?])
    func emptyState(content: String?) {
        var bench = PlanBench()
        #expect(Self.answer(bench.local(.update, "demo/podstatus/p", content), bench)?.route.operation == .error)
        #expect(bench.store.rows.isEmpty && bench.store.entries.isEmpty)
    }

    @Test("edged's update of a pod goes up; the row stays what the cloud last sent")
    func podRowStays() {
        var bench = Self.withPod()
        #expect(Self.answer(bench.local(.update, "demo/pod/web", "{}"), bench)?.content.isOK == true)
        #expect(bench.store.text("demo/pod/web") == Sample.object("web", version: 5))
        #expect(bench.store.entries.count == 1)
    }

    @Test("edgefunction's update and action_result: stored, a fact each time")
    func functionFacts() {
        let module = ModuleInfo(name: .edgeFunction)
        var bench = PlanBench([module])
        bench.local(.update, "demo/function/f", #"{"a":1}"#, module: module)
        bench.local(.actionResult, "demo/function/f", #"{"a":1}"#, module: module)
        bench.local(.actionResult, "demo/function/f", #"{"a":1}"#, module: module)
        #expect(bench.store.text("demo/function/f") == #"{"a":1}"#)
        #expect(bench.store.entries.map(\.kind) == [.fact, .fact, .fact])
    }

    @Test("a device written through the local API: under its own name, to twin each time, OK")
    func deviceWrite() {
        let api = ModuleInfo(name: .metaManager)
        var bench = PlanBench()
        for _ in 0..<2 {
            let plan = bench.local(.update, "demo/device/updated", Sample.object("thermo", version: 3), module: api)
            let told = plan.deliveries(to: .twin)
            #expect(told.map(\.route.resource) == ["demo/device/thermo"])
            #expect(told.first?.route.source == "meta" && told.first?.route.group == .twin)
            #expect(plan.deliveries(to: .metaManager).map(\.content.isOK) == [true])
        }
        #expect(Array(bench.store.rows.keys) == ["demo/device/thermo"])
        let nameless = bench.local(.update, "demo/device/updated", "{}", module: api)
        #expect(nameless.deliveries(to: .metaManager).map(\.route.operation) == [.error])
    }

    // MARK: Patches and deletes

    @Test("a patch with the link up: an overlay, and the cloud's answer is the answer")
    func patchUp() {
        var bench = Self.withPod(isUp: true)
        let plan = bench.local(.patch, "demo/podpatch/web", Self.running)
        let caller = bench.lastID
        #expect(plan.deliveries.isEmpty)
        #expect(bench.store.text("demo/pod/web") == Sample.object("web", version: 5))
        let read = bench.local(.query, "demo/pod/web")
        #expect(read.deliveries(to: .edged).first?.json.contains("Running") == true)
        let sent = bench.send()
        #expect(sent.map(\.id) == [caller] && sent.first?.content.kind == .string)
        let answer = Sample.response(Sample.object("web", version: 6))
        let done = bench.cloud(.response, "demo/podpatch/web", answer, parent: caller)
        #expect(done.deliveries(to: .edged).map(\.json) == [answer])
        #expect(bench.store.rows.keys.sorted() == ["demo/pod/web"] && bench.store.entries.isEmpty)
        #expect(bench.store.rows["demo/pod/web"]?.head.version == "6")
    }

    @Test("a refused patch drops its overlay, and the refusal reaches the caller")
    func patchRefused() {
        var bench = Self.withPod(isUp: true)
        bench.local(.patch, "demo/podpatch/web", Self.running)
        let caller = bench.lastID
        _ = bench.send()
        let done = bench.cloud(.response, "demo/podpatch/web", Sample.refusal("Invalid"), parent: caller)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [caller])
        #expect(bench.store.rows.keys.sorted() == ["demo/pod/web"])
    }

    @Test("cure: a patch with the link down is answered at once with the merged object")
    func patchDown() throws {
        var bench = Self.withPod()
        let answer = Self.answer(bench.local(.patch, "demo/podpatch/web", Self.running), bench)
        let tree = try JSONValue(parsing: #require(answer).content.json)
        #expect(tree["Err"] == .null && tree["Object"]?["status"]?["phase"] == "Running")
        bench.connect()
        let sent = bench.send()
        #expect(sent.count == 1)
        let late = bench.cloud(
            .response, "demo/podpatch/web", Sample.response(Sample.object("web", version: 6)),
            parent: sent.first?.id ?? "")
        #expect(late.deliveries.isEmpty)
    }

    @Test("cure: a patch with the link down and no stored object is an error answer, nothing is kept")
    func patchDownWithoutObject() {
        var bench = PlanBench()
        #expect(Self.answer(bench.local(.patch, "demo/podpatch/x", Self.running), bench)?.route.operation == .error)
        #expect(bench.store.rows.isEmpty && bench.store.entries.isEmpty)
    }

    @Test("what is no patch is an error answer", arguments: [#""{not json""#, #""[]""#, "null", "7"])
    func badPatch(content: String) {
        var bench = Self.withPod()
        #expect(
            Self.answer(bench.local(.patch, "demo/podpatch/web", content), bench)?.route.operation == .error)
        #expect(bench.store.entries.isEmpty)
    }

    @Test("a caller whose patch the cloud does not answer is answered as offline, the entry stays")
    func patchCallerTimesOut() {
        var bench = Self.withPod(isUp: true)
        bench.local(.patch, "demo/podpatch/web", Self.running)
        let caller = bench.lastID
        _ = bench.send()
        var answers = bench.wait(.seconds(55)).deliveries(to: .edged)
        answers += bench.wait(.seconds(5)).deliveries(to: .edged)
        #expect(answers.map(\.header.parentID) == [caller] && answers[0].json.contains("Running"))
        #expect(bench.store.entries.count == 1)
        let late = bench.cloud(
            .response, "demo/podpatch/web", Sample.response(Sample.object("web", version: 6)), parent: caller)
        #expect(late.deliveries.isEmpty && bench.store.entries.isEmpty)
    }

    @Test("a cut while callers wait: answered as offline, the entries stay")
    func patchCut() {
        var bench = Self.withPod(isUp: true)
        bench.local(.patch, "demo/podpatch/web", Self.running)
        let patch = bench.lastID
        bench.local(.delete, "demo/pod/web", #""u1""#)
        let delete = bench.lastID
        _ = bench.send()
        let plan = bench.feed(.linkDown(connection: 1))
        let answers = plan.deliveries(to: .edged).filter { !$0.header.parentID.isEmpty }
        #expect(answers.map(\.header.parentID).sorted() == [patch, delete].sorted())
        #expect(answers.contains { $0.content.isOK } && answers.contains { $0.json.contains("Object") })
        #expect(bench.store.entries.count == 2)
    }

    @Test("delete of a pod by edged: up, the cloud's answer; down, OK once it is queued; the row stays")
    func podDelete() {
        var bench = Self.withPod(isUp: true)
        #expect(bench.local(.delete, "demo/pod/web", #""u1""#).deliveries.isEmpty)
        let caller = bench.lastID
        #expect(bench.send().map(\.id) == [caller])
        let done = bench.cloud(.response, "demo/pod/web", #""OK""#, parent: caller)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [caller])
        #expect(bench.store.rows["demo/pod/web"] != nil)
        bench.feed(.linkDown(connection: 1))
        #expect(Self.answer(bench.local(.delete, "demo/pod/web", #""u1""#), bench)?.content.isOK == true)
        #expect(bench.store.entries.count == 1 && bench.store.rows["demo/pod/web"] != nil)
    }

    // MARK: Modules among themselves, and the cloud by name

    @Test(
        "a message for the cloud: sync as a remote request, others as a fact",
        arguments: ["websocket", "hub", "edgehub"])
    func toCloud(destination: String) {
        var bench = PlanBench()
        bench.connect()
        let asked = bench.local(.insert, "default/nodestatus/n", "{}", destination: destination)
        let caller = bench.lastID
        let frames = PlanBench.frames(asked)
        #expect(frames.count == 1 && frames[0].id != caller && frames[0].route.destination.isEmpty)
        let done = bench.cloud(.response, "default/node/n", #""OK""#, parent: frames[0].id)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [caller])
        #expect(done.deliveries(to: .edged).first?.content.isOK == true && bench.store.rows.isEmpty)
        bench.local(.update, "anything", "{}", destination: destination, sync: false)
        #expect(bench.store.entries.map(\.kind) == [.fact])
        bench.local(.update, "anything", "{}", group: .hub, sync: false)
        #expect(bench.store.entries.count == 2)
    }

    @Test("a response for the cloud goes while the link is up, else it is dropped and not stored")
    func ownResponse() {
        var bench = PlanBench()
        let down = bench.local(.response, "demo/x/y", "{}", parent: "c1", sync: false)
        #expect(down.outcome == .dropped && down.cloud.isEmpty)
        bench.connect()
        let up = bench.local(.response, "demo/x/y", "{}", parent: "c1", sync: false)
        #expect(up.answers(to: "c1").count == 1 && bench.store.rows.isEmpty && bench.store.entries.isEmpty)
    }

    @Test("relay from module to module: the answer goes back, a timeout is an error answer")
    func relay() {
        let bus = ModuleInfo(name: .eventBus)
        var bench = PlanBench([PlanBench.edged, bus])
        let passed = bench.local("ask", "demo/x/y", "{}", destination: "eventbus")
        let id = bench.lastID
        #expect(passed.deliveries(to: .eventBus).map(\.id) == [id])
        let answer = bench.local(.response, "demo/x/y", #""done""#, module: bus, parent: id, sync: false)
        #expect(answer.deliveries(to: .edged).map(\.header.parentID) == [id] && answer.cloud.isEmpty)
        bench.local("ask", "demo/x/y", "{}", destination: "bus")
        let second = bench.lastID
        let late = bench.wait(.seconds(60))
        #expect(late.deliveries(to: .edged).map(\.header.parentID) == [second])
        #expect(late.deliveries(to: .edged).map(\.route.operation) == [.error])
        let nobody = bench.local("ask", "demo/x/y", "{}", destination: "nobody")
        #expect(Self.answer(nobody, bench)?.route.operation == .error)
        #expect(bench.local("tell", "demo/x/y", "{}", destination: "nobody", sync: false).deliveries.isEmpty)
    }

    @Test("patches that cannot be composed are bounded while the link is down")
    func boundedPatches() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        var refused = 0
        for number in 1...700 {
            // What one removes the next fills: no single patch does both.
            let patch = number.isMultiple(of: 2) ? #"{"status":{"a":null}}"# : #"{"status":{"a":{"n":\#(number)}}}"#
            let plan = bench.local(.patch, "demo/podpatch/web", Sample.patch(patch))
            if plan.outcome == .refused { refused += 1 }
        }
        #expect(bench.store.entries.count == 256)
        #expect(refused > 0)
    }

    @Test("only the module that was asked can answer, or one of its group", arguments: ["eventbus", "bus"])
    func foreignAnswer(destination: String) {
        let bus = ModuleInfo(name: .eventBus)
        var bench = PlanBench([PlanBench.edged, bus, ModuleInfo(name: .twin)])
        bench.local("ask", "demo/x/y", "{}", destination: destination)
        let id = bench.lastID
        let foreign = bench.local(
            .response, "demo/x/y", #""forged""#, module: ModuleInfo(name: .twin), parent: id, sync: false)
        #expect(foreign.outcome == .refused && foreign.deliveries.isEmpty && foreign.cloud.isEmpty)
        let answer = bench.local(.response, "demo/x/y", #""done""#, module: bus, parent: id, sync: false)
        #expect(answer.deliveries(to: .edged).map(\.header.parentID) == [id])
    }

    @Test("node/connection from a module is refused, wherever it is addressed", arguments: ["", "edged", "websocket"])
    func connectionRefused(destination: String) {
        var bench = PlanBench([PlanBench.edged, ModuleInfo(name: .eventBus)])
        let plan = bench.local(
            .connect, "node/connection", #""cloud_connected""#, module: ModuleInfo(name: .eventBus),
            destination: destination)
        #expect(plan.deliveries(to: .eventBus).map(\.route.operation) == [.error])
        #expect(plan.deliveries.count == 1 && !bench.planner.isLinkUp && plan.cloud.isEmpty)
    }

    @Test("an unknown operation: an error answer if sync", arguments: [true, false])
    func unknown(sync: Bool) {
        var bench = PlanBench()
        let plan = bench.local("explode", "demo/x/y", "{}", sync: sync)
        #expect(plan.outcome == .unknown && plan.deliveries.count == (sync ? 1 : 0))
    }

    @Test("1.2's peers are answered by metaManager, others by metamanager, who addressed it by either name too")
    func names() {
        var bench = PlanBench()
        func source(_ plan: Plan) -> ModuleName? { plan.deliveries.first?.message.route.source }
        #expect(source(bench.local(.query, "demo/pod")) == .metaManager)
        #expect(source(bench.local(.query, "demo/pod", module: PlanBench.classicEdged)) == .metaManagerClassic)
        #expect(source(bench.local(.query, "demo/pod", destination: "metaManager")) == .metaManagerClassic)
    }
}
