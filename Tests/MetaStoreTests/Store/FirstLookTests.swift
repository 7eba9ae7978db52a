import Beehive
import TestKit
import Testing

@testable import MetaStore

/// A store that is opened without a look at every row: what is counted and looked for later comes to the same.
@Suite struct FirstLookTests {
    let fixture = SealedStore()

    private func fill(_ count: Int) throws {
        let store = try MetaStore(path: fixture.folder.database, now: startOfTests)
        try store.apply((0..<count).map { .put(try sample("n/pod/p\($0)"), replacing: nil) })
    }

    private func open(_ sealing: Sealing? = nil) throws -> MetaStore {
        try MetaStore(path: fixture.folder.database, now: startOfTests, sealing: sealing, look: .short)
    }

    @Test func `what comes and goes while rows are counted is counted once`() throws {
        try fill(20)
        let store = try open()
        #expect(!store.isCounted)
        try store.apply([.put(sample("n/pod/early"), replacing: nil), .delete(key: "n/pod/p0", remember: false)])
        try store.apply([.put(sample("n/pod/early2"), replacing: nil)])
        let count = try RowCount(path: store.path, beside: store.readers)
        try count.begin(on: store)
        try store.apply([.put(sample("n/pod/late"), replacing: nil), .delete(key: "n/pod/p1", remember: false)])
        try store.apply([.delete(key: "n/pod/p2", remember: false)])
        try store.take(count.finish())
        #expect(store.isCounted && store.rows == 20)
        // Once is enough.
        try store.take(7)
        #expect(store.rows == 20)
        #expect(try fixture.number("SELECT count(*) FROM object") == 20)
    }

    @Test func `a transaction that failed leaves what comes and goes as it was`() throws {
        try fill(3)
        let store = try open()
        let object = try sample("n/pod/no")
        #expect(
            storeError {
                try store.transaction(writing: true) { view throws(StoreError) in
                    try view.apply(.put(object, replacing: nil), now: startOfTests)
                    throw StoreError(.other, "no")
                }
            } != nil)
        try store.take(nil)
        #expect(store.rows == 3)
    }

    @Test func `what another program commits has the rows counted at once`() throws {
        try fill(3)
        let store = try open()
        let count = try RowCount(path: store.path, beside: store.readers)
        try count.begin(on: store)
        let other = try Connection(path: store.path, readOnly: false, busyTimeout: .zero)
        try other.execute("DELETE FROM object WHERE key = 'n/pod/p1'")
        try store.apply([.put(sample("n/pod/new"), replacing: nil)])
        #expect(store.isCounted && store.rows == 3)
        try store.take(count.finish())
        #expect(store.rows == 3)
    }

    @Test func `a count that is given up lets the file go`() throws {
        try fill(1)
        let store = try open()
        do {
            let count = try RowCount(path: store.path, beside: store.readers)
            try count.begin(on: store)
        }
        try store.readers.whileClosed {}
    }

    @Test func `a value that somebody wrote in plain is found by the survey, and sealed then`() throws {
        let sealing = fixture.sealing()
        do {
            let store = try fixture.open(sealing)
            try store.apply([.put(secret("s", "hidden"), replacing: nil), .put(sample("n/pod/p"), replacing: nil)])
        }
        do {
            let other = try Connection(path: fixture.folder.database, readOnly: false, busyTimeout: .zero)
            try other.execute(
                """
                INSERT INTO object(key, type, namespace, name, uid, version, api_version, kind, revision, origin, \
                stored, confirmed, value) SELECT 'n/secret/stray', type, namespace, 'stray', uid, version, api_version, \
                kind, revision, origin, stored, confirmed, '"stray-canary"' FROM object WHERE key = 'n/secret/s'
                """)
        }
        let next = fixture.sealing()
        let store = try open(next)
        #expect(StoreSurvey(path: store.path, sealing: next).run().plain == 1)
        try store.sealPlainValues()
        #expect(StoreSurvey(path: store.path, sealing: next).run().plain == 0)
        #expect(try store.read { try text($0.object("n/secret/stray")?.value ?? []) }.contains("stray-canary"))
        #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed = 0") == 1)
    }

    @Test func `a new list of types seals before the store is used`() throws {
        try fill(2)
        let store = try open(fixture.sealing([ResourceType("pod")]))
        #expect(try fixture.number("SELECT count(*) FROM object WHERE sealed = 0") == 0)
        #expect(try store.read { try $0.object("n/pod/p0") } != nil)
    }
}
