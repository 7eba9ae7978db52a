import Beehive
import Testing

@testable import MetaStore

/// What every implementation answers about what waits for the cloud.
@Suite struct OutboxContractTests {
    private func ids(_ subject: any ContractSubject, _ lane: OutboxLane) throws -> [String] {
        try subject.read { try $0.outbox(lane: lane, after: 0, limit: 100).map(\.id) }
    }

    @Test("each lane keeps the order of arrival", arguments: Implementation.allCases)
    func lanes(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.apply(
            .enqueue(entry("f1", kind: .fact), lane: .fact), .enqueue(entry("s1", key: "k1"), lane: .state),
            .enqueue(entry("n1", key: "n"), lane: .node), .enqueue(entry("f2", kind: .fact), lane: .fact),
            .enqueue(entry("s2", key: "k2", byAnswer: true), lane: .state))
        #expect(try ids(subject, .node) == ["n1"])
        #expect(try ids(subject, .state) == ["s1", "s2"])
        #expect(try ids(subject, .fact) == ["f1", "f2"])
        try subject.read { view throws in
            let first = try #require(try view.outbox(lane: .state, after: 0, limit: 1).first)
            #expect(first.id == "s1" && first.lane == .state && first.kind == .state && first.key == "k1")
            #expect(!first.endsByAnswer)
            let rest = try view.outbox(lane: .state, after: first.place, limit: 5)
            #expect(rest.map(\.id) == ["s2"] && rest.allSatisfy(\.endsByAnswer))
            #expect(try view.outbox(lane: .state, after: 0, limit: 0).isEmpty)
            #expect(try view.outbox(id: "f2")?.kind == .fact)
            #expect(try view.outbox(id: "x") == nil)
        }
    }

    @Test("an entry that is rewritten keeps its place", arguments: Implementation.allCases)
    func rewrite(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.apply(
            .enqueue(entry("s1", key: "k1", created: 5), lane: .state),
            .enqueue(entry("s2", key: "k2", created: 6), lane: .state))
        var first = try #require(try subject.read { try $0.outbox(about: "k1").last })
        first.id = "s3"
        first.created = 9
        first.frame = bytes("later")
        try subject.apply(.rewrite(first))
        #expect(try ids(subject, .state) == ["s3", "s2"])
        try subject.read { view throws in
            let now = try #require(try view.outbox(about: "k1").first)
            #expect(now.place == first.place && text(now.frame) == "later" && now.created == 9)
            #expect(try view.outbox(id: "s1") == nil)
            #expect(try view.outboxDepth() == OutboxDepth(states: 2, facts: 0, oldest: 9))
        }
    }

    @Test("the depth follows what ends, by place and by key", arguments: Implementation.allCases)
    func depth(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.apply(
            .enqueue(entry("s1", key: "k", created: 8), lane: .state),
            .enqueue(entry("s2", key: "k", created: 9), lane: .state),
            .enqueue(entry("s3", key: "other", created: 7), lane: .state),
            .enqueue(entry("f1", kind: .fact, created: 3), lane: .fact),
            .enqueue(entry("f2", kind: .fact, created: 4), lane: .fact))
        #expect(try subject.read { try $0.outboxDepth() } == OutboxDepth(states: 3, facts: 2, oldest: 3))
        let fact = try #require(try subject.read { try $0.outbox(id: "f1")?.place })
        // Facts have no key: an empty one ends nothing.
        try subject.apply(.dequeue(place: fact), .dequeue(place: fact), .dequeueAll(key: ""))
        #expect(try subject.read { try $0.outboxDepth() } == OutboxDepth(states: 3, facts: 1, oldest: 4))
        #expect(try subject.read { try $0.outbox(about: "") }.isEmpty)
        try subject.apply(.dequeueAll(key: "k"))
        #expect(try subject.read { try $0.outboxDepth() } == OutboxDepth(states: 1, facts: 1, oldest: 4))
        #expect(try ids(subject, .state) == ["s3"])
    }

    @Test("a frame comes back byte for byte", arguments: Implementation.allCases, ["", "\0", "{\"a\":1}"])
    func frames(_ implementation: Implementation, frame: String) throws {
        let subject = try implementation.make()
        try subject.apply(.enqueue(entry("a", kind: .fact, frame: frame), lane: .fact))
        #expect(try subject.read { try $0.outbox(id: "a")?.frame } == bytes(frame))
    }
}
