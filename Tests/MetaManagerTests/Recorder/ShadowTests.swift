import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// The store of a replay, beside plain walks over everything.
struct ShadowTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func `blocks hold what a sorted list holds`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var blocks = SortedBlocks<Int>()
        var plain: Set<Int> = []
        for step in 0..<6000 {
            let number = random.below(3000)
            if random.below(5) < (step < 3000 ? 4 : 1) {
                blocks.insert(number)
                plain.insert(number)
            } else {
                blocks.remove(number)
                plain.remove(number)
            }
            guard step % 50 == 0 else { continue }
            let (first, last) = (random.below(3000), random.below(3000))
            let found = blocks.elements(from: first) { $0 < last }
            #expect(found == plain.filter { $0 >= first && $0 < max(first, last) }.sorted(), "seed \(seed)")
            #expect(blocks.first == plain.min(), "seed \(seed)")
        }
        for number in plain { blocks.remove(number) }
        #expect(blocks.first == nil && blocks.elements(from: 0) { _ in true } == [])
    }

    private static func entry(_ place: Int64, _ id: String, _ key: String = "") -> OutboxEntry {
        OutboxEntry(place: place, id: id, kind: .state, key: key, endsByAnswer: false, created: 0, frame: [])
    }

    @Test func `entries are found by lane, key and id, and ended by place and key`() throws {
        var shadow = Shadow(states: 5, facts: 0)
        let lane = OutboxLane.state.places.lowerBound
        for (place, key) in [(3, "b"), (1, "a"), (2, "a")] as [(Int64, String)] {
            #expect(shadow.note(Self.entry(lane + place, "i\(place)", key), isWhole: true) == lane + place)
        }
        #expect(shadow.note(Self.entry(7, "i2"), isWhole: true) == lane + 2)
        #expect(shadow.note(Self.entry(7, "i9"), isWhole: false) == nil)
        #expect(shadow.outbox(lane: .state, after: 0, limit: 2).map(\.id) == ["i1", "i2"])
        #expect(shadow.outbox(lane: .state, after: lane + 2, limit: 9).map(\.id) == ["i3"])
        #expect(shadow.outbox(lane: .node, after: 0, limit: 9).isEmpty && shadow.outbox(id: "i3")?.key == "b")
        #expect(try shadow.outbox(about: "a").map(\.id) == ["i1", "i2"])
        shadow.apply(.rewrite(Self.entry(lane + 1, "new")), now: 0)
        #expect(try shadow.outbox(about: "a").map(\.id) == ["new", "i2"] && shadow.outbox(id: "i1") == nil)
        shadow.apply(.enqueue(Self.entry(0, "made", "a"), lane: .state), now: 0)
        shadow.apply(.dequeue(place: lane + 2), now: 0)
        #expect(try shadow.outbox(about: "a").map(\.id) == ["new", "made"])
        shadow.apply(.dequeueAll(key: "a"), now: 0)
        #expect(shadow.outbox(lane: .state, after: 0, limit: 9).map(\.id) == ["i3"] && shadow.outboxDepth().states == 3)
    }

    @Test func `rows are found by type and by the beginning of their keys, and old tombstones go`() throws {
        var shadow = Shadow()
        let head = ObjectHead(
            rowID: 0, uid: "u", version: "1", hasKind: true, revision: 1, origin: .cached, stored: 1, confirmed: 1)
        for key in ["demo/pod/b", "demo/pod/a", "demo/secret/a"] {
            shadow.note(head, type: Redaction.type(of: key), key: key, value: nil)
        }
        shadow.noteFound(["demo/pod/c", "demo/pod/a"])
        #expect(try shadow.objects(ofType: .pod, upTo: .max)?.map(\.key) == ["demo/pod/b", "demo/pod/a"])
        #expect(try shadow.keys(startingWith: "demo/pod/") == ["demo/pod/a", "demo/pod/b", "demo/pod/c"])
        let row = try #require(shadow.head("demo/pod/a")?.rowID)
        shadow.apply(.adopt(rowID: row), now: 5)
        #expect(shadow.head("demo/pod/a")?.origin == .delivered && shadow.head("demo/pod/a")?.confirmed == 5)
        shadow.apply(.delete(key: "demo/pod/b", remember: true), now: 7)
        shadow.apply(.remember(key: "demo/pod/x", uid: "x", version: "1"), now: 9)
        #expect(try shadow.keys(startingWith: "demo/pod/") == ["demo/pod/a", "demo/pod/c"])
        shadow.apply(.forgetDeleted(before: 8), now: 9)
        #expect(shadow.tombstone("demo/pod/b") == nil && shadow.tombstone("demo/pod/x")?.uid == "x")
        shadow.forgetRows()
        #expect(try shadow.keys(startingWith: "").isEmpty && shadow.tombstone("demo/pod/x") == nil)
    }

    @Test func `more than a node has is not given at a time`() {
        var shadow = Shadow()
        for place in 1...Int64(Shadow.readLimit + 1) {
            _ = shadow.note(Self.entry(place, "i\(place)", "demo/pod/a"), isWhole: true)
        }
        shadow.noteFound((0...Shadow.readLimit).map { "demo/secret/\($0)" })
        #expect(throws: StoreError.self) { try shadow.outbox(about: "demo/pod/a") }
        #expect(throws: StoreError.self) { try shadow.keys(startingWith: "demo/secret/") }
        #expect(shadow.outbox(lane: .node, after: 0, limit: .max).count == Shadow.readLimit + 1)
    }

    @Test func `ids of a comparison that fails stand for nothing afterwards`() throws {
        var match = DecisionMatch()
        func tree(_ json: String) throws -> JSONValue { try JSONValue(parsing: Bytes(json.utf8)) }
        #expect(
            try !match.isSame(tree(#"[{"i":"a"},{"p":1},1]"#), tree(#"[{"i":"x"},{"p":2},2]"#), inOrder: true))
        #expect(match.id("a") == "a" && match.place(1) == 1)
        #expect(try match.isSame(tree(#"[{"i":"a"},{"p":1}]"#), tree(#"[{"i":"y"},{"p":3}]"#), inOrder: true))
        #expect(match.id("a") == "y" && match.place(1) == 3)
        #expect(try !match.isSame(tree(#"[{"i":"a"}]"#), tree(#"[{"i":"z"}]"#), inOrder: true))
        #expect(match.id("a") == "y")
    }
}
