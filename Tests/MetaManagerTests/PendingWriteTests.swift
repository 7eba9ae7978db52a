import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Writes of the local API that wait for the cloud.
struct PendingWriteTests {
    /// A bench with a ConfigMap `settings`, value `a`, that the cloud has delivered; the link is down.
    static func offline(_ settings: PlanningSettings = PlanningSettings()) -> PendingBench {
        var bench = PendingBench(settings: settings)
        bench.cloud.put(PendingBench.map("a"))
        bench.push("settings")
        return bench
    }

    @Test("a write while cut is one transaction: a row over the object, and an entry with the original version")
    func accept() throws {
        var bench = Self.offline()
        let seen = bench.revision()
        #expect(bench.write(PendingBench.map("b"), expected: seen) == .taken(revision: 0))
        let pending = try #require(bench.pending())
        #expect(pending.verb == .update && pending.baseVersion == "101" && pending.shown?["data"]?["v"]?.text == "b")
        #expect(pending.shown?["metadata"]?["annotations"]?[PendingWrite.annotation]?.text == "update")
        #expect(bench.bench.store.entries.map(\.key) == [PendingBench.row])
        #expect(bench.stored()?["data"]?["v"]?.text == "a", "the row stays what the cloud sent")
        bench.connect()
        let frames = bench.sent()
        let body = try JSONValue(parsing: try #require(frames.first?.application.body))
        #expect(frames.count == 1 && frames[0].application.verb == .update)
        #expect(body.resourceVersion == "101" && body.uid == "uid-1" && body["data"]?["v"]?.text == "b")
    }

    @Test("the cloud's approval ends it: the row goes, the cloud's object is stored, with a higher revision")
    func approve() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        let seen = bench.revision()
        bench.connect()
        bench.drain()
        #expect(bench.pending() == nil && bench.bench.store.entries.isEmpty && bench.conflicts.isEmpty)
        #expect(bench.stored()?["data"]?["v"]?.text == "b" && bench.stored()?.resourceVersion == "102")
        #expect(bench.revision() > seen)
        // The cloud's own push of it is no news.
        bench.push("settings")
        #expect(bench.stored()?.resourceVersion == "102")
    }

    @Test("whoever has seen an older revision is told so, and nothing is written")
    func compareAndSwap() {
        var bench = Self.offline()
        let seen = bench.revision()
        #expect(bench.write(PendingBench.map("b"), expected: seen) == .taken(revision: 0))
        let now = bench.revision()
        #expect(now > seen)
        #expect(bench.write(PendingBench.map("c"), expected: seen) == .changed(revision: now))
        #expect(bench.write(PendingBench.map("c"), expected: 0) == .exists)
        #expect(bench.write(nil, name: "other", expected: nil) == .absent)
        #expect(bench.write(PendingBench.map("c"), name: "other", expected: 7) == .absent)
        #expect(bench.pending()?.object?["data"]?["v"]?.text == "b")
        #expect(bench.write(PendingBench.map("c"), expected: now) == .taken(revision: 0))
    }

    /// What was written, one after the other, and what goes up: `+` create, `=` update, `-` delete.
    struct Composition: Sendable, CustomTestStringConvertible {
        var exists: Bool
        var writes: [String?]
        var frames: [String]
        var testDescription: String { "\(exists) \(writes.map { $0 ?? "delete" }) -> \(frames)" }
    }

    @Test(
        "writes of one object compose into one where that is the same, and go in order where it is not",
        arguments: [
            Composition(exists: true, writes: ["b", "c", "d"], frames: ["=d"]),
            Composition(exists: false, writes: ["b", "c"], frames: ["+c"]),
            Composition(exists: false, writes: ["b", nil], frames: []),
            Composition(exists: true, writes: ["b", nil], frames: ["-"]),
            Composition(exists: true, writes: [nil], frames: ["-"]),
            Composition(exists: true, writes: [nil, "c"], frames: ["-", "+c"]),
            Composition(exists: true, writes: [nil, "c", "d"], frames: ["-", "+d"]),
            Composition(exists: true, writes: ["b", nil, "c", nil], frames: ["-"]),
        ])
    func compose(_ row: Composition) {
        var bench = row.exists ? Self.offline() : PendingBench()
        for value in row.writes {
            #expect(bench.write(value.map { PendingBench.map($0) }) == .taken(revision: 0))
        }
        if row.frames.isEmpty { #expect(bench.pending() == nil && bench.bench.store.entries.isEmpty) }
        bench.connect()
        var frames: [String] = []
        while true {
            let sent = bench.sent()
            #expect(sent.count <= 1, "one at a time")
            guard let frame = sent.first else { break }
            let body = frame.application.body.flatMap { try? JSONValue(parsing: $0) }
            let sign = [.create: "+", .update: "=", .delete: "-"][frame.application.verb] ?? "?"
            frames.append(sign + (body.map(ApplicationCloud.value) ?? ""))
            bench.answer(frame.id, to: frame.application, bench.cloud.perform(frame.application))
        }
        #expect(frames == row.frames)
        #expect(bench.pending() == nil && bench.conflicts.isEmpty)
        #expect(bench.stored()?["data"] == bench.cloud.objects["settings"]?["data"])
    }

    @Test("a status behind the object itself goes second, over the version that the first one has made")
    func chain() throws {
        var bench = PendingBench()
        var gadget: JSONValue = [
            "apiVersion": "example.org/v1", "kind": "Gadget", "metadata": ["name": "settings", "namespace": "demo"],
            "data": ["v": "b"],
        ]
        bench.write(gadget, resource: PendingBench.gadgets, type: "gadget")
        gadget["status"] = ["ok": true]
        bench.write(gadget, resource: PendingBench.gadgets, type: "gadget", subresource: "status")
        #expect(bench.bench.store.entries.count == 2)
        bench.connect()
        let create = try #require(bench.sent().first)
        #expect(create.application.verb == .create)
        bench.answer(create.id, to: create.application, bench.cloud.perform(create.application))
        #expect(bench.pending("demo/pendingwrite/gadget.settings")?.baseVersion == "101")
        let status = try #require(bench.sent().first)
        let body = try JSONValue(parsing: try #require(status.application.body))
        #expect(status.application.verb == .updatestatus && body.resourceVersion == "101" && body.uid == "uid-1")
        bench.answer(status.id, to: status.application, bench.cloud.perform(status.application))
        #expect(bench.pending("demo/pendingwrite/gadget.settings") == nil && bench.conflicts.isEmpty)
        #expect(bench.stored(type: "gadget")?["status"]?["ok"] == true)
    }

    @Test("on a conflict the cloud wins, and the local copy is kept with the cloud's version")
    func conflict() {
        var bench = Self.offline()
        bench.write(PendingBench.map("mine"))
        bench.cloud.put(PendingBench.map("theirs"))
        bench.connect()
        bench.drain()
        #expect(bench.pending() == nil && bench.bench.store.entries.isEmpty)
        #expect(bench.stored()?["data"]?["v"]?.text == "theirs")
        #expect(bench.conflicts.map { $0.write.object?["data"]?["v"]?.text } == ["mine"])
        #expect(bench.conflicts.map(\.reason) == ["Conflict"] && bench.conflicts.map(\.cloudVersion) == ["102"])
    }

    @Test("a conflict with what is the same is none: the answer to the first sending was lost")
    func lostAnswer() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.connect()
        for frame in bench.sent() { _ = bench.cloud.perform(frame.application) }
        bench.cut()
        bench.connect()
        bench.drain()
        #expect(bench.conflicts.isEmpty && bench.pending() == nil && bench.stored()?.resourceVersion == "102")
    }

    @Test("what may have been sent is never changed: a later write goes behind it")
    func frozen() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.connect()
        for frame in bench.sent() { _ = bench.cloud.perform(frame.application) }
        bench.cut()
        bench.write(PendingBench.map("c"))
        #expect(bench.pending()?.steps.count == 2)
        bench.write(PendingBench.map("d"))
        #expect(bench.pending()?.steps.count == 2)
        bench.connect()
        bench.drain()
        #expect(bench.conflicts.isEmpty && bench.cloud.done == ["b", "d"] && bench.pending() == nil)
    }

    @Test("a status that was written here goes up again over the cloud's newest version, if the policy says so")
    func localStatus() {
        var settings = PlanningSettings()
        settings.conflictPolicy = .edge
        var bench = PendingBench(settings: settings)
        var gadget: JSONValue = [
            "kind": "Gadget", "metadata": ["name": "settings", "namespace": "demo"], "spec": ["a": 1],
        ]
        bench.cloud.put(gadget)
        bench.push("settings", type: "gadget")
        gadget["status"] = ["ok": true]
        bench.write(gadget, resource: PendingBench.gadgets, type: "gadget", subresource: "status")
        gadget["status"] = nil
        gadget["spec"] = ["a": 2]
        bench.cloud.put(gadget)
        bench.connect()
        bench.drain()
        #expect(bench.conflicts.isEmpty && bench.bench.store.entries.isEmpty)
        let stored = bench.stored(type: "gadget")
        #expect(stored?["status"]?["ok"] == true && stored?["spec"]?["a"] == 2, "only the status is ours")
        // Of all else the cloud wins under that policy too.
        bench.cut()
        bench.write(PendingBench.map("mine"), name: "other")
        bench.cloud.put(PendingBench.map("theirs", name: "other"), name: "other")
        bench.connect()
        bench.drain()
        #expect(bench.conflicts.map(\.reason) == ["AlreadyExists"])
    }

    @Test("what the API server refuses is kept and shown, and readers see the cloud's object again, as a change")
    func refused() throws {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        let seen = bench.revision()
        bench.connect()
        let frame = try #require(bench.sent().first)
        let failure = APIFailure(422, reason: "Invalid", "data: too much of it")
        bench.answer(frame.id, to: frame.application, ApplicationAnswer(id: "a", status: .failed, failure: failure))
        #expect(bench.pending() == nil && bench.bench.store.entries.isEmpty)
        #expect(bench.conflicts.map(\.reason) == ["Invalid"] && bench.conflicts[0].message == failure.message)
        #expect(bench.stored()?["data"]?["v"]?.text == "a" && bench.revision() > seen)
    }

    @Test("a failure that says nothing of the write leaves it waiting, with the cause, and it is sent again")
    func passing() throws {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.connect()
        let frame = try #require(bench.sent().first)
        let failure = APIFailure(503, reason: "ServiceUnavailable", "etcd is away")
        bench.answer(frame.id, to: frame.application, ApplicationAnswer(id: "a", status: .failed, failure: failure))
        #expect(bench.pending()?.problem == "etcd is away" && bench.bench.store.entries.count == 1)
        let again = bench.bench.wait(.seconds(56))
        #expect(again.cloud.count { if case .outbox = $0.kind { true } else { false } } == 1)
        bench.answer(frame.id, to: frame.application, bench.cloud.perform(frame.application))
        #expect(bench.pending() == nil && bench.conflicts.isEmpty)
    }

    @Test("a cloud that answers no applications loses nothing: the write stays, says why, and comes again")
    func unanswered() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.connect()
        #expect(bench.sent().count == 1)
        bench.bench.wait(.seconds(56))
        bench.bench.wait(.seconds(56))
        #expect(bench.pending()?.problem.contains("dynamic controller") == true)
        #expect(bench.bench.store.entries.count == 1 && bench.sent().isEmpty)
        #expect(bench.bench.planner.outboxOnTheWay == 0, "it keeps nothing else from going")
        bench.bench.wait(.seconds(301))
        bench.drain()
        #expect(bench.pending() == nil && bench.cloud.done == ["b"])
    }

    @Test("a new process goes on with what waits")
    func restart() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.restart(seed: 9)
        #expect(bench.pending()?.object?["data"]?["v"]?.text == "b")
        bench.write(PendingBench.map("c"))
        #expect(bench.pending()?.steps.count == 2, "nobody knows whether the first was sent")
        bench.connect()
        bench.drain()
        #expect(bench.cloud.done == ["b", "c"] && bench.pending() == nil && bench.conflicts.isEmpty)
    }

    @Test("a deletion by the cloud while a write waits is a conflict, and the object is gone")
    func deletedInCloud() {
        var bench = Self.offline()
        bench.write(PendingBench.map("b"))
        bench.cloud.delete()
        bench.connect()
        bench.drain()
        #expect(bench.pending() == nil && bench.stored() == nil)
        #expect(bench.conflicts.map(\.reason) == ["NotFound"])
        var other = Self.offline()
        other.write(nil)
        other.cloud.delete()
        other.connect()
        other.drain()
        #expect(other.conflicts.isEmpty && other.pending() == nil && other.stored() == nil, "both wanted the same")
    }

    @Test("an operator who empties the outbox finds what was in it among the conflicts")
    func dropped() {
        var bench = Self.offline()
        bench.write(nil)
        bench.write(PendingBench.map("b"))
        bench.bench.feed(.dropOutbox(id: nil))
        #expect(bench.bench.store.entries.isEmpty && bench.pending() == nil)
        #expect(bench.conflicts.map(\.reason) == ["Dropped"])
        #expect(bench.conflicts.first?.write.object?["data"]?["v"]?.text == "b")
    }

    @Test("there is a bound: the oldest event gives way, and without events who writes is told")
    func bounded() {
        var bench = PendingBench()
        for number in 0..<Planner.maximumPending {
            bench.write(PendingBench.map("x"), resource: PendingBench.events, type: .event, name: "e\(number)")
        }
        #expect(bench.bench.store.entries.first?.key == "demo/pendingwrite/event.e0")
        let more = bench.write(PendingBench.map("x"), resource: PendingBench.events, type: .event, name: "more")
        #expect(more == .taken(revision: 0) && bench.pending("demo/pendingwrite/event.e0") == nil)
        #expect(bench.bench.store.entries.count == Planner.maximumPending && bench.conflicts.isEmpty)
        var answers: [LocalWrite.Answer?] = []
        for number in 0...Planner.maximumPending {
            answers.append(bench.write(PendingBench.map("x"), name: "c\(number)"))
        }
        #expect(answers.dropLast().allSatisfy { $0 == .taken(revision: 0) })
        guard case .full?? = answers.last else {
            Issue.record("there was room for one more")
            return
        }
        #expect(bench.write(PendingBench.map("y"), name: "c0") == .taken(revision: 0), "what waits can change")
    }
}
