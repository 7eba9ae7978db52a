import Beehive
import Testing

@testable import MetaStore

/// What every implementation of `StoreReading` answers.
@Suite struct StoreReadingContractTests {
    @Test("nothing is stored at first", arguments: Implementation.allCases)
    func empty(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.read { view throws in
            #expect(try view.head("default/pod/a") == nil)
            #expect(try view.object("default/pod/a") == nil)
            #expect(try !view.holds("default/pod/a", value: []))
            #expect(try view.objects(ofType: .pod).isEmpty)
            #expect(try view.keys(startingWith: "").isEmpty)
            #expect(try view.tombstone("default/pod/a") == nil)
            #expect(try view.outbox(id: "") == nil)
            #expect(try view.outboxDepth() == OutboxDepth())
            #expect(try view.podStatuses().isEmpty)
            #expect(view.deliveredRevision == 0)
        }
    }

    @Test("a replaced row keeps its id and place in lists", arguments: Implementation.allCases)
    func replace(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.apply(
            .put(sample("b/pod/x", "1"), replacing: nil), .put(sample("a/pod/y", "2"), replacing: nil),
            .put(sample("a/pod/x", "3"), replacing: nil))
        let id = try #require(try subject.read { try $0.head("a/pod/y")?.rowID })
        try subject.apply(.put(sample("a/pod/y", "4", uid: "u", version: "9", origin: .cached), replacing: id))
        try subject.read { view throws in
            #expect(try view.objects(ofType: .pod).map { text($0.value) } == ["1", "4", "3"])
            #expect(try view.objects(ofType: .pod, upTo: 3)?.count == 3)
            #expect(try view.objects(ofType: .pod, upTo: 2) == nil)
            let head = try #require(try view.head("a/pod/y"))
            #expect(head.rowID == id)
            #expect(head.uid == "u" && head.version == "9" && head.origin == .cached && head.hasKind)
            #expect(head.revision == startOfTests * 1000 + 4)
            #expect(head.stored == startOfTests && head.confirmed == startOfTests)
        }
    }

    @Test(
        "values come back byte for byte",
        arguments: Implementation.allCases, ["", "x", "a\0b", "\0", #"{"a":"ü\u0000"}"#, "'; DROP TABLE object; --"])
    func values(_ implementation: Implementation, value: String) throws {
        let subject = try implementation.make()
        try subject.apply(.put(sample("default/pod/a", value), replacing: nil))
        try subject.read { view throws in
            #expect(try view.object("default/pod/a")?.value == bytes(value))
            #expect(try view.holds("default/pod/a", value: bytes(value)))
            #expect(try !view.holds("default/pod/a", value: bytes(value + "x")))
            #expect(try !view.holds("default/pod/a", value: bytes(value + "\0")))
        }
    }

    @Test("keys are told apart by their bytes", arguments: Implementation.allCases)
    func keys(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        let names = ["a", "A", "a\0", "a\0b", "a ", "\u{e9}", "e\u{301}", "a%", "a_", "a\u{10FFFF}z"]
        for (index, name) in names.enumerated() {
            try subject.apply(.put(sample("ns/pod/\(name)", "\(index)"), replacing: nil))
        }
        for (index, name) in names.enumerated() {
            #expect(try subject.read { try $0.object("ns/pod/\(name)").map { text($0.value) } } == "\(index)")
        }
    }

    @Test("a prefix finds all keys that start with it, and no other", arguments: Implementation.allCases)
    func prefixes(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        let keys = ["n/t/a", "n/t/a/b", "n/t/a\u{10FFFF}\u{10FFFF}", "n/t/a0", "n/t/b", "n/t/é", "n/u/a", "m/t/a"]
        for key in keys { try subject.apply(.put(sample("n/t/x", key: key), replacing: nil)) }
        for prefix in ["", "n", "n/t/a", "n/t/a/", "n/t/a\u{10FFFF}", "n/t/é", "n/t/z", "%", "n/t/_"] {
            let expected = keys.filter { $0.utf8.starts(with: prefix.utf8) }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(try subject.read { try $0.keys(startingWith: prefix) } == expected, "prefix '\(prefix)'")
        }
    }

    @Test("a delete is remembered only if asked to, and only with a uid", arguments: Implementation.allCases)
    func tombstones(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        for name in ["kept", "dropped", "old"] {
            try subject.apply(.put(sample("n/pod/\(name)", uid: "u-\(name)", version: "7"), replacing: nil))
        }
        try subject.apply(.put(sample("n/pod/bare"), replacing: nil))
        try subject.apply([.delete(key: "n/pod/old", remember: true)], now: 10)
        try subject.apply(
            [
                .delete(key: "n/pod/kept", remember: true), .delete(key: "n/pod/dropped", remember: false),
                .delete(key: "n/pod/bare", remember: true), .delete(key: "n/pod/absent", remember: true),
            ], now: 20)
        try subject.read { view throws in
            #expect(try view.tombstone("n/pod/kept") == Tombstone(uid: "u-kept", version: "7", deleted: 20))
            #expect(try view.tombstone("n/pod/dropped") == nil)
            #expect(try view.tombstone("n/pod/bare") == nil)
            #expect(try view.tombstone("n/pod/absent") == nil)
            #expect(try view.keys(startingWith: "").isEmpty)
        }
        try subject.apply(.forgetDeleted(before: 20))
        #expect(try subject.read { try $0.tombstone("n/pod/old") } == nil)
        #expect(try subject.read { try $0.tombstone("n/pod/kept") } != nil)
        try subject.apply([.remember(key: "n/pod/never", uid: "u9", version: "7")], now: 30)
        let remembered = try subject.read { try $0.tombstone("n/pod/never") }
        #expect(remembered == Tombstone(uid: "u9", version: "7", deleted: 30))
        try subject.apply(.liftTombstone(key: "n/pod/kept"))
        #expect(try subject.read { try $0.tombstone("n/pod/kept") } == nil)
    }

    @Test("a confirmed row is younger and otherwise the same", arguments: Implementation.allCases)
    func confirm(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.apply(.put(sample("n/pod/a", "1"), replacing: nil))
        var head = try #require(try subject.read { try $0.head("n/pod/a") })
        try subject.apply([.confirm(rowID: head.rowID), .confirm(rowID: 99)], now: startOfTests + 5)
        head.confirmed = startOfTests + 5
        #expect(try subject.read { try $0.head("n/pod/a") } == head)
    }

    @Test("pod statuses come by namespace, and tell whether the pod is there", arguments: Implementation.allCases)
    func statuses(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        for key in ["b/podstatus/x", "a/podstatus/y", "a/podstatus/x", "b/pod/x", "a/pod/y"] {
            try subject.apply(.put(sample(key, key), replacing: nil))
        }
        let rows = try subject.read { try $0.podStatuses() }
        #expect(rows.map(\.key) == ["a/podstatus/y", "a/podstatus/x", "b/podstatus/x"])
        #expect(rows.map(\.hasPod) == [true, false, true])
        #expect(rows.map(\.namespace) == ["a", "a", "b"])
        #expect(rows.map { text($0.value) } == rows.map(\.key))
    }

    @Test("the delivered mark only grows", arguments: Implementation.allCases)
    func delivered(_ implementation: Implementation) throws {
        let subject = try implementation.make()
        try subject.setDelivered(7)
        try subject.setDelivered(5)
        #expect(try subject.read { $0.deliveredRevision } == 7)
    }
}
