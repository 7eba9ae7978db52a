import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// What the cloud has not, or has deleted for us: its word is as old as the question.
struct DeletionBehindTests {
    private static let path = ResourcePath(namespace: "demo", type: .configMap, id: "settings")

    private static func delivered() -> PendingBench {
        var bench = PendingBench()
        bench.cloud.put(PendingBench.map("a"))
        bench.push("settings")
        return bench
    }

    private static func tell(_ matter: LocalWrite.Matter, _ bench: inout PendingBench) -> LocalWrite.Answer? {
        bench.bench.feed(.write(LocalWrite(matter, at: path, expected: nil))).verdicts.first?.answer
    }

    @Test("what the cloud did not have goes, and a push brings the very same object back")
    func missing() {
        var bench = Self.delivered()
        let mark = bench.bench.store.revision
        #expect(Self.tell(.missing(at: mark), &bench) != nil)
        #expect(bench.stored() == nil)
        bench.push("settings")
        #expect(bench.stored()?["data"]?["v"]?.text == "a")
    }

    @Test("what was stored after the cloud was asked stays: new, or changed")
    func storedSince() {
        var bench = PendingBench()
        let mark = bench.bench.store.revision
        bench.cloud.put(PendingBench.map("a"))
        bench.push("settings")
        #expect(Self.tell(.missing(at: mark), &bench) != nil)
        #expect(bench.stored()?["data"]?["v"]?.text == "a")
        let later = bench.bench.store.revision
        bench.cloud.put(PendingBench.map("b"))
        bench.push("settings")
        #expect(Self.tell(.missing(at: later), &bench) != nil)
        #expect(bench.stored()?["data"]?["v"]?.text == "b")
    }

    @Test("what has a write waiting over it stays until the cloud has answered that")
    func pending() {
        var bench = Self.delivered()
        bench.write(PendingBench.map("b"))
        #expect(Self.tell(.missing(at: bench.bench.store.revision), &bench) != nil)
        #expect(bench.stored() != nil && bench.pending() != nil)
    }

    @Test("a deletion through this node takes the object that was deleted, not the next one of its name")
    func deleted() {
        var bench = Self.delivered()
        bench.cloud.delete()
        bench.cloud.put(PendingBench.map("new"))
        bench.push("settings")
        #expect(bench.stored()?.uid == "uid-2")
        #expect(Self.tell(.deleted(uids: ["uid-1"]), &bench) != nil)
        #expect(bench.stored()?.uid == "uid-2")
        #expect(Self.tell(.deleted(uids: ["uid-2"]), &bench) != nil)
        #expect(bench.stored() == nil)
        bench.push("settings")
        #expect(bench.stored() == nil, "a push from before the deletion brings nothing back")
    }

    // MARK: Answers without an object

    private static let bodies: [Bytes?] = [
        nil, Bytes("broken".utf8), Bytes(#"{"kind":"Status","status":"Success"}"#.utf8),
    ]

    @Test("a write that was taken, with an answer that tells no object, has the cloud asked for it", arguments: bodies)
    func taken(body: Bytes?) throws {
        for isNew in [true, false] {
            var bench = isNew ? PendingBench() : PendingWriteTests.offline()
            bench.write(PendingBench.map("b"))
            bench.connect()
            let frame = try #require(bench.sent().first)
            _ = bench.cloud.perform(frame.application)
            // Somebody has written it since: no conflict, for ours was taken.
            var other = PendingBench.map("b")
            other["more"] = "x"
            bench.cloud.put(other)
            bench.answer(
                frame.id, to: frame.application, ApplicationAnswer(id: "a", status: .approved, body: body))
            #expect(isNew || bench.stored() != nil, "nobody has said that it is gone")
            bench.drain()
            #expect(bench.pending() == nil && bench.bench.store.entries.isEmpty && bench.conflicts.isEmpty)
            #expect(bench.stored()?["more"]?.text == "x")
        }
    }

    @Test("one that was taken and is gone since leaves neither a row nor a conflict")
    func takenAndGone() throws {
        var bench = PendingWriteTests.offline()
        bench.write(PendingBench.map("b"))
        bench.connect()
        let frame = try #require(bench.sent().first)
        bench.cloud.delete()
        bench.answer(frame.id, to: frame.application, ApplicationAnswer(id: "a", status: .approved))
        bench.drain()
        #expect(bench.pending() == nil && bench.stored() == nil && bench.conflicts.isEmpty)
    }
}
