import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Waiting writes whose object, kind or row is not there, or cannot be read.
struct PendingLossTests {
    private static let object = ResourcePath(namespace: "demo", type: .configMap, id: "settings")

    private static func refusal(_ details: JSONValue?) -> ApplicationAnswer {
        ApplicationAnswer(
            id: "a", status: .rejected, failure: APIFailure(404, reason: "NotFound", "not found", details: details))
    }

    /// What tells that the kind, the namespace or the path is not there.
    static let others: [JSONValue?] = [
        nil, ["name": "demo", "kind": "namespaces"],
        [
            "name": "settings", "kind": "configmaps",
            "causes": [["reason": "UnexpectedServerResponse", "message": "404 page not found"]],
        ],
    ]

    @Test("a 404 that is not about the object deletes nothing: the copy is kept as a conflict", arguments: others)
    func otherAbsence(details: JSONValue?) throws {
        for wanted in [PendingBench.map("b"), nil] as [JSONValue?] {
            var bench = PendingWriteTests.offline()
            bench.write(wanted)
            bench.connect()
            let frame = try #require(bench.sent().first)
            bench.answer(frame.id, to: frame.application, Self.refusal(details))
            #expect(bench.stored()?["data"]?["v"]?.text == "a", "what the cloud sent stays")
            #expect(bench.pending() == nil && bench.conflicts.map(\.reason) == ["NotFound"])
        }
    }

    @Test("nor does one to the question that a conflict or an empty answer leads to", arguments: others)
    func otherAbsenceLater(details: JSONValue?) throws {
        for first in [
            ApplicationAnswer(id: "a", status: .approved),
            ApplicationAnswer(id: "a", status: .rejected, failure: APIFailure(409, reason: "Conflict", "changed")),
        ] {
            var bench = PendingWriteTests.offline()
            bench.write(PendingBench.map("b"))
            bench.connect()
            let frame = try #require(bench.sent().first)
            bench.answer(frame.id, to: frame.application, first)
            let question = try #require(bench.sent().first)
            #expect(question.application.verb == .get)
            bench.answer(question.id, to: question.application, Self.refusal(details))
            #expect(bench.pending() == nil && bench.stored() != nil)
        }
    }

    @Test("one that is about the object takes it, and ends a deletion")
    func absence() throws {
        for wanted in [PendingBench.map("b"), nil] as [JSONValue?] {
            var bench = PendingWriteTests.offline()
            bench.write(wanted)
            bench.connect()
            let frame = try #require(bench.sent().first)
            bench.answer(
                frame.id, to: frame.application, Self.refusal(["name": "settings", "kind": "configmaps"]))
            #expect(bench.stored() == nil && bench.pending() == nil)
            #expect(bench.conflicts.count == (wanted == nil ? 0 : 1))
        }
    }

    // MARK: Rows that cannot be read

    /// A write that waits, whose row then becomes unreadable.
    private static func unreadable() throws -> PendingBench {
        var bench = PendingWriteTests.offline()
        bench.write(PendingBench.map("b"))
        let row = try #require(bench.bench.store.rows[PendingBench.row])
        let path = try ResourcePath(parsing: PendingBench.row)
        bench.bench.store.apply(
            .put(NewObject(path: path, value: Bytes("{}".utf8), origin: .local), replacing: row.head.rowID), now: 1)
        return bench
    }

    @Test("a waiting write that cannot be read is not taken for none: no other goes over it, and it stays")
    func stays() throws {
        var bench = try Self.unreadable()
        guard case .refused(let cause) = bench.write(PendingBench.map("c")) else {
            Issue.record("it was taken")
            return
        }
        #expect(cause.contains("cannot be read") && cause.contains(PendingBench.row))
        let mark = bench.bench.store.revision
        _ = bench.bench.feed(.write(LocalWrite(.missing(at: mark), at: Self.object, expected: nil)))
        #expect(bench.stored() != nil, "what the write says of it is not known")
        // What was queued goes up all the same, and its answer ends the entry alone.
        bench.connect()
        bench.drain()
        #expect(bench.cloud.done == ["b"] && bench.bench.store.entries.isEmpty)
        #expect(bench.bench.store.rows[PendingBench.row] != nil)
    }

    @Test("it can be given up, with what waits in the outbox for it; one that can be read cannot")
    func dropped() throws {
        func drop(_ bench: inout PendingBench) throws -> LocalWrite.Answer? {
            let path = try ResourcePath(parsing: PendingBench.row)
            return bench.bench.feed(.write(LocalWrite(.forgotten, at: path, expected: nil))).verdicts.first?.answer
        }
        var whole = PendingWriteTests.offline()
        whole.write(PendingBench.map("b"))
        guard case .refused = try drop(&whole) else {
            Issue.record("a write that waits was dropped")
            return
        }
        #expect(whole.pending() != nil)
        var bench = try Self.unreadable()
        let before = bench.revision()
        #expect(try drop(&bench) == .taken(revision: 0))
        #expect(bench.bench.store.rows[PendingBench.row] == nil && bench.bench.store.entries.isEmpty)
        #expect(bench.revision() > before, "readers see another object: it has another revision")
        #expect(bench.write(PendingBench.map("c")) == .taken(revision: 0))
    }

    @Test("a conflict that was dealt with goes, and its object gets a new revision")
    func conflictDropped() throws {
        var bench = PendingWriteTests.offline()
        bench.write(PendingBench.map("b"))
        bench.cloud.put(PendingBench.map("other"))
        bench.connect()
        bench.drain()
        let row = try #require(bench.bench.store.rows.values.first { $0.type == WriteConflict.type })
        #expect(WriteConflict.path(under: try ResourcePath(parsing: row.key)) == Self.object)
        let before = bench.revision()
        let drop = LocalWrite(.forgotten, at: try ResourcePath(parsing: row.key), expected: nil)
        #expect(bench.bench.feed(.write(drop)).verdicts.first?.answer == .taken(revision: 0))
        #expect(bench.conflicts.isEmpty && bench.revision() > before)
    }
}
