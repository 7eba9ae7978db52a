import Beehive
import MetaManager
import MetaStore
import TestKit
import Testing

/// The outbox, the link and the periodic status push (`messages.md`, sections 3 and 6).
struct OutboxTests {
    static func patch(_ json: String) -> String { Sample.patch(json) }

    @Test("node status first, then other states, then facts")
    func lanes() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/p", "{}")
        bench.local(.insert, "demo/event/e", "{}")
        bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        bench.local(.update, "default/nodestatus/n", "{}")
        bench.local(.insert, "demo/event/f", "{}")
        bench.connect()
        #expect(bench.send().map(\.id) == ["m4", "m3", "m2", "m5"])
        #expect(bench.send().isEmpty)
    }

    @Test("one in flight per key; the latest state replaces one not yet sent")
    func oneInFlight() {
        var bench = PlanBench()
        bench.connect()
        bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        #expect(bench.send().map(\.id) == ["m1"])
        bench.local(.update, "demo/podstatus/p", #"{"a":2}"#)
        bench.local(.update, "demo/podstatus/p", #"{"a":3}"#)
        #expect(bench.send().isEmpty && bench.store.entries.count == 2)
        bench.cloud(.response, "demo/podstatus/p", #""OK""#, parent: "m1")
        let next = bench.send()
        #expect(next.map(\.id) == ["m3"] && next.first?.json == #"{"a":3}"#)
    }

    @Test("patches of one key that cannot be composed all go, in order, each after the one before has ended")
    func chain() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect()
        let bodies = [#"{"status":{"a":1}}"#, #"{"status":null}"#, #"{"status":{"b":1}}"#, #"{"status":null,"x":1}"#]
        bench.local(.patch, "demo/podpatch/web", Self.patch(bodies[0]))
        var sent = bench.send().map(\.json)
        bench.local(.patch, "demo/podpatch/web", Self.patch(bodies[1]))
        _ = bench.send()
        bench.local(.patch, "demo/podpatch/web", Self.patch(bodies[2]))
        #expect(bench.store.entries.count == 3)
        #expect(bench.send().isEmpty)
        for version in 2..<4 {
            guard let first = bench.store.entries.first else { break }
            bench.cloud(
                .response, "demo/podpatch/web", Sample.response(Sample.object("web", version: version)),
                parent: first.id)
            sent += bench.send().map(\.json)
        }
        #expect(sent == bodies[0..<3].map(Self.patch))
    }

    @Test("patches compose while unsent, the newest id carries them, each caller gets one answer")
    func composition() throws {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect(1, credit: 0)
        bench.local(.patch, "demo/podpatch/web", Self.patch(#"{"status":{"a":1}}"#))
        let first = bench.lastID
        bench.local(.patch, "demo/podpatch/web", Self.patch(#"{"status":{"b":2}}"#))
        let second = bench.lastID
        #expect(bench.store.entries.map(\.id) == [second])
        bench.feed(.credit(connection: 1, entries: 5))
        let sent = bench.send()
        #expect(sent.map(\.id) == [second] && sent[0].json == Self.patch(#"{"status":{"a":1,"b":2}}"#))
        bench.local(.patch, "demo/podpatch/web", Self.patch(#"{"status":{"a":3}}"#))
        let third = bench.lastID
        #expect(bench.store.entries.map(\.id) == [second, third], "a sent one is frozen")
        let done = bench.cloud(
            .response, "demo/podpatch/web", Sample.response(Sample.object("web", version: 2)), parent: second)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [first, second])
        #expect(bench.store.rows["demo/podpatch/web"] != nil, "a later patch waits")
        #expect(bench.send().map(\.id) == [third])
    }

    @Test("a pong ends what was sent before its ping, but for patches and pod deletes")
    func pong() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect()
        bench.local(.insert, "demo/event/e", "{}")
        bench.local(.update, "demo/podstatus/web", #"{"a":1}"#)
        bench.local(.patch, "demo/podpatch/web", Self.patch("{}"))
        bench.local(.delete, "demo/pod/web", #""u1""#)
        _ = bench.send()
        let places = bench.store.entries.map(\.place)
        bench.feed(.confirmed(connection: 0, places: places))
        #expect(bench.store.entries.count == 4, "a pong of another connection proves nothing")
        bench.feed(.confirmed(connection: 1, places: places))
        #expect(bench.store.entries.map(\.key).sorted() == ["demo/pod/web", "demo/podpatch/web"])
    }

    @Test("any frame with its id as parent ends an entry", arguments: ["response", "error"])
    func answerEnds(operation: String) {
        var bench = PlanBench()
        bench.connect()
        bench.local(.insert, "demo/event/e", "{}")
        let id = bench.lastID
        _ = bench.send()
        bench.cloud(Operation(operation), "demo/event/e", #""x""#, parent: id)
        #expect(bench.store.entries.isEmpty)
    }

    @Test("after a cut what has not ended is sent again under the same id, in order")
    func resend() {
        var bench = PlanBench()
        bench.connect()
        for _ in 0..<3 { bench.local(.insert, "demo/event/e", "{}") }
        #expect(bench.send().count == 3)
        bench.feed(.confirmed(connection: 1, places: [bench.store.entries[0].place]))
        bench.feed(.linkDown(connection: 1))
        #expect(bench.send().isEmpty)
        bench.connect(2)
        #expect(bench.send().map(\.id) == ["m2", "m3"])
    }

    @Test("credit and the window bound what is on its way")
    func credit() {
        var settings = PlanningSettings()
        settings.outboxWindow = 3
        var bench = PlanBench(settings: settings)
        bench.connect(1, credit: 2)
        for _ in 0..<6 { bench.local(.insert, "demo/event/e", "{}") }
        #expect(bench.send().count == 2)
        bench.feed(.credit(connection: 9, entries: 10))
        #expect(bench.send().isEmpty)
        bench.feed(.credit(connection: 1, entries: 10))
        #expect(bench.send().map(\.id) == ["m3"])
        bench.feed(.confirmed(connection: 1, places: bench.store.entries.prefix(3).map(\.place)))
        #expect(bench.send().map(\.id) == ["m4", "m5", "m6"])
    }

    @Test("an unanswered patch is sent once more, then dropped and counted, its overlay with it")
    func unanswered() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect()
        bench.local(.patch, "demo/podpatch/web", Self.patch("{}"))
        let id = bench.lastID
        #expect(bench.send().map(\.id) == [id])
        #expect(PlanBench.frames(bench.wait(.seconds(55))).map(\.id) == [id])
        bench.wait(.seconds(5))
        let end = bench.wait(.seconds(50))
        #expect(end.outboxDropped.map(\.reason) == ["unanswered"] && bench.store.entries.isEmpty)
        #expect(bench.store.rows.keys.sorted() == ["demo/pod/web"])
    }

    @Test("over the limit the oldest facts go, counted")
    func maximumFacts() {
        var settings = PlanningSettings()
        settings.maximumFacts = 2
        var bench = PlanBench(settings: settings)
        bench.local(.insert, "demo/event/e", "{}")
        bench.local(.insert, "demo/event/e", "{}")
        let plan = bench.local(.insert, "demo/event/e", "{}")
        #expect(plan.outboxDropped.map(\.reason) == ["full"])
        #expect(bench.store.entries.map(\.id) == ["m2", "m3"])
    }

    @Test("what has grown too old goes, counted")
    func age() {
        var bench = PlanBench()
        bench.local(.insert, "demo/event/e", "{}")
        bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        bench.wait(.seconds(7 * 86_400 - 1))
        #expect(bench.store.entries.count == 2)
        let plan = bench.wait(.seconds(120))
        #expect(plan.outboxDropped.map(\.reason) == ["age", "age"] && bench.store.entries.isEmpty)
    }

    @Test("what was queued before the clock was set does not grow old when it is")
    func unsetClock() {
        var bench = PlanBench()
        bench.now.wall = 5_000
        bench.local(.insert, "demo/event/e", "{}")
        bench.now.wall = 1_800_000_000_000
        #expect(bench.wait(.seconds(120)).outboxDropped.isEmpty && bench.store.entries.count == 1)
    }

    @Test("an operator drops one entry, or all")
    func dropped() {
        var bench = PlanBench()
        for _ in 0..<3 { bench.local(.insert, "demo/event/e", "{}") }
        #expect(bench.feed(.dropOutbox(id: "m2")).outboxDropped.count == 1)
        #expect(bench.store.entries.map(\.id) == ["m1", "m3"])
        #expect(bench.feed(.dropOutbox(id: nil)).outboxDropped.count == 2 && bench.store.entries.isEmpty)
    }

    @Test("a refusal of what was answered before is passed to the module that sent it")
    func refusalPassedOn() {
        var bench = PlanBench()
        bench.connect()
        bench.local(.update, "demo/podstatus/p", #"{"a":1}"#)
        let id = bench.lastID
        _ = bench.send()
        let plan = bench.cloud(.response, "demo/podstatus/p", Sample.statusError("Forbidden"), parent: id)
        #expect(plan.deliveries(to: .edged).map(\.header.parentID) == [id])
        #expect(bench.store.entries.isEmpty)
    }

    @Test("a caller that was answered as offline hears no more, not even an error")
    func lateError() {
        var bench = PlanBench()
        bench.local(.delete, "demo/pod/web", #""u1""#)
        bench.connect()
        let id = bench.send().first?.id ?? ""
        #expect(bench.cloud(.error, "demo/pod/web", #""no""#, parent: id).deliveries.isEmpty)
        #expect(bench.store.entries.isEmpty)
    }

    @Test("a podstatus lies over its pod until the pod is newer than the cloud's answer to it")
    func overlayEnds() {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/pod/web", Sample.object("web", version: 1))
        bench.connect()
        func phase() -> Bool {
            let plan = bench.local(.query, "demo/pod/web")
            return plan.deliveries.first?.message.json.contains("Failed") == true
        }
        bench.local(.update, "demo/podstatus/web", #"{"UID":"u1","Status":{"phase":"Failed"}}"#)
        let id = bench.lastID
        #expect(phase())
        _ = bench.send()
        bench.wait(.milliseconds(5))
        bench.cloud(.response, "demo/podstatus/web", #""OK""#, parent: id)
        #expect(phase())
        bench.wait(.milliseconds(5))
        bench.cloud(.update, "demo/pod/web", Sample.object("web", version: 2))
        #expect(!phase() && bench.store.rows["demo/podstatus/web"] != nil)
    }

    // MARK: The link

    @Test("the link's comings and goings are told to every module")
    func told() {
        var bench = PlanBench([PlanBench.edged, ModuleInfo(name: .edgeMesh)])
        let up = bench.connect()
        for name in [ModuleName.edged, .edgeMesh] {
            let message = up.deliveries(to: name)
            #expect(message.count == 1 && message[0].route.resource == "node/connection")
            #expect(message.first?.route.source == .edgeHub && message.first?.route.operation == .connect)
            #expect(message.first?.content.string == "cloud_connected")
        }
        #expect(bench.planner.isLinkUp)
        #expect(bench.feed(.linkDown(connection: 7)).deliveries.isEmpty, "a late word about an older connection")
        let down = bench.feed(.linkDown(connection: 1))
        #expect(down.deliveries(to: .edged).first?.content.string == "cloud_disconnected")
        #expect(!bench.planner.isLinkUp)
    }

    @Test("a connection that replaces another ends it: who waited on the old one is answered")
    func replaced() {
        var bench = PlanBench()
        bench.connect()
        bench.local(.insert, "null/node/n", "{}")
        let write = bench.lastID
        bench.local(.delete, "demo/pod/web", #""u1""#)
        let delete = bench.lastID
        #expect(bench.send().map(\.id) == [delete])
        let answers = bench.connect(2).deliveries(to: .edged).filter { !$0.header.parentID.isEmpty }
        #expect(answers.map(\.header.parentID).sorted() == [write, delete].sorted())
        #expect(bench.planner.isLinkUp && bench.send().map(\.id) == [delete])
    }

    // MARK: The periodic status push

    static func statuses() -> PlanBench {
        var bench = PlanBench()
        for (namespace, name) in [("a", "p1"), ("b", "p2"), ("a", "p3")] {
            bench.cloud(.insert, "\(namespace)/pod/\(name)", Sample.object(name, version: 1))
            bench.local(.update, "\(namespace)/podstatus/\(name)", #"{"Name":"\#(name)"}"#)
        }
        return bench
    }

    @Test("cure: one message per namespace, at once on connect and every interval")
    func syncs() {
        var bench = Self.statuses()
        let frames = PlanBench.frames(bench.connect())
        #expect(frames.map(\.route.resource) == ["a/podstatus", "b/podstatus"])
        #expect(frames.map(\.json) == [#"[{"Name":"p1"},{"Name":"p3"}]"#, #"[{"Name":"p2"}]"#])
        for frame in frames {
            #expect(frame.route.source == .metaManagerClassic && frame.route.group == .resource)
            #expect(frame.route.operation == .update)
        }
        #expect(PlanBench.frames(bench.wait(.seconds(60))).count == 2)
        let entries = bench.store.entries.count
        let answer = bench.cloud(.response, "a/podstatus", #""OK""#, parent: frames[0].id)
        #expect(answer.deliveries.isEmpty && bench.store.entries.count == entries, "its answers are swallowed")
    }

    @Test("no rows: nothing; link down: nothing; an order from inside: at once")
    func syncsOnlyWhileUp() {
        var bench = PlanBench()
        #expect(bench.connect().cloud.isEmpty)
        bench = Self.statuses()
        #expect(bench.wait(.seconds(60)).cloud.isEmpty)
        bench.connect()
        let order = bench.local(
            .metaInternalSync, "podstatus", module: ModuleInfo(name: .metaManagerClassic), group: .resource)
        #expect(order.cloud.count == 2)
        #expect(order.deliveries(to: .metaManagerClassic).map(\.content.isOK) == [true])
    }

    @Test("a status whose pod is gone is deleted")
    func orphans() {
        var bench = Self.statuses()
        bench.local(.update, "a/podstatus/gone", "{}")
        bench.connect()
        #expect(bench.store.rows["a/podstatus/gone"] == nil && bench.store.rows.count == 6)
    }

    @Test("an unreadable status is skipped and counted, the others go", arguments: [#""{bad}""#, #""text""#, "7"])
    func unreadable(content: String) {
        var bench = Self.statuses()
        bench.cloud(.insert, "a/pod/p4", Sample.object("p4", version: 1))
        bench.local(.update, "a/podstatus/p4", content)
        let plan = bench.connect()
        #expect(PlanBench.frames(plan).map(\.json) == [#"[{"Name":"p1"},{"Name":"p3"}]"#, #"[{"Name":"p2"}]"#])
        #expect(bench.planner.lastPodStatusSync?.result == "3 sent, 0 removed, 1 skipped")
    }

    @Test("a new interval applies at once")
    func newInterval() {
        var bench = Self.statuses()
        bench.connect()
        var settings = PlanningSettings()
        settings.podStatusInterval = .seconds(5)
        bench.feed(.settings(settings))
        #expect(bench.wait(.seconds(5)).cloud.count == 2)
        #expect(bench.wait(.seconds(5)).cloud.count == 2)
    }
}
