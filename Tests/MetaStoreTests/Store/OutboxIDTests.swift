import Testing

@testable import MetaStore

/// Answers to what is not on its way, while something waits.
@Suite struct OutboxIDTests {
    let folder = TestFolder()

    private func open() throws -> MetaStore { try MetaStore(path: folder.database, now: startOfTests) }

    private func enqueue(_ ids: String..., to store: MetaStore) throws {
        try store.apply(ids.map { .enqueue(entry($0, key: $0 == "k" ? "key" : ""), lane: .fact) })
    }

    private func holds(_ store: MetaStore, _ id: String) throws -> Bool {
        try store.read { try $0.outbox(id: id) } != nil
    }

    private func count(_ store: MetaStore, _ query: Query) -> UInt64 { store.statements.counts[query.rawValue] }

    @Test func `an id that does not wait costs one look at all ids and no walk`() throws {
        let store = try open()
        try enqueue("a", "b", to: store)
        for number in 0..<100 { #expect(try !holds(store, "stray-\(number)")) }
        try enqueue("c", to: store)
        #expect(try !holds(store, "stray"))
        #expect(count(store, .outboxIDs) == 1 && count(store, .outboxByID) == 0)
        #expect(try holds(store, "a") && holds(store, "c"))
        #expect(count(store, .outboxByID) == 2)
    }

    @Test func `what comes, is rewritten and ends is followed, by place and by key`() throws {
        let store = try open()
        try enqueue("a", "a", "k", to: store)
        #expect(try !holds(store, "stray"))
        var first = try #require(try store.read { try $0.outbox(id: "a") })
        try store.apply([.dequeue(place: first.place)])
        #expect(try holds(store, "a"), "another entry has the same id")
        first = try #require(try store.read { try $0.outbox(id: "a") })
        first.id = "b"
        try store.apply([.rewrite(first)])
        #expect(try holds(store, "b") && !holds(store, "a"))
        try store.apply([.dequeueAll(key: "key")])
        let walks = count(store, .outboxByID)
        #expect(try !holds(store, "k"))
        #expect(count(store, .outboxByID) == walks)
    }

    @Test func `what is undone, what others do and a new start are followed`() throws {
        let store = try open()
        try enqueue("a", "b", to: store)
        #expect(try !holds(store, "stray"))
        let place = try #require(try store.read { try $0.outbox(id: "a") }?.place)
        #expect(throws: StoreError.self) {
            try store.transaction(writing: true) { transaction throws(StoreError) in
                try transaction.apply(.dequeue(place: place), now: startOfTests)
                try transaction.apply(.enqueue(entry("never", kind: .fact), lane: .fact), now: startOfTests)
                throw StoreError(.other, "on purpose")
            }
        }
        #expect(try holds(store, "a") && !holds(store, "never"))
        let other = try open()
        try enqueue("other", to: other)
        #expect(try holds(store, "other") && !holds(store, "stray"))
        try enqueue("late", to: store)
        #expect(try holds(other, "late") && holds(other, "a"))
    }

    @Test func `rewritten ids do not pile up`() throws {
        let store = try open()
        try enqueue("a", to: store)
        #expect(try !holds(store, "stray"))
        var only = try #require(try store.read { try $0.outbox(id: "a") })
        for number in 0..<1000 {
            only.id = "r\(number)"
            try store.apply([.rewrite(only)])
        }
        #expect(try !holds(store, "r5") && holds(store, "r999"))
        #expect(count(store, .outboxIDs) == 2 && store.outboxIDs?.leftovers == 0)
    }
}
