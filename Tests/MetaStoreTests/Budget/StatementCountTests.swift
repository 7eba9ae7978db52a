import Beehive
import Testing

@testable import MetaStore

/// What a change costs in statements: the budget and the feed's age come for nothing.
@Suite struct StatementCountTests {
    let folder = TestFolder()

    private func counts(_ store: MetaStore, _ body: () throws -> Void) rethrows -> [String: Int] {
        let before = store.statementCounts
        try body()
        var counts: [String: Int] = [:]
        for (index, name) in MetaStore.statementNames.enumerated() where store.statementCounts[index] > before[index] {
            counts[name] = Int(store.statementCounts[index] - before[index])
        }
        return counts
    }

    @Test func `ten inserts are ten rows and ten lines`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let counts = try counts(store) {
            try store.apply((0..<10).map { .put(try sample("n/pod/\($0)"), replacing: nil) })
        }
        #expect(counts == ["beginWriting": 1, "otherCommits": 1, "insert": 10, "feed": 10, "commit": 1])
    }

    @Test func `an update of what is delivered is a row and a line`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/a"), replacing: nil)])
        let row = try #require(try store.read { try $0.head("n/pod/a")?.rowID })
        let counts = try counts(store) { try store.apply([.put(sample("n/pod/a", "[]"), replacing: row)]) }
        #expect(counts == ["beginWriting": 1, "otherCommits": 1, "update": 1, "feed": 1, "commit": 1])
    }

    @Test func `what is cached within the budget costs two notes of the count a transaction`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let counts = try counts(store) {
            try store.apply(
                (0..<10).map { .put(try sample("n/configmap/\($0)", origin: .cached), replacing: nil) })
        }
        #expect(
            counts == ["beginWriting": 1, "otherCommits": 1, "insert": 10, "feed": 10, "statePut": 2, "commit": 1])
    }

    @Test func `the feed's marks cost a few statements in 256 revisions`() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        let counts = try counts(store) {
            for number in 0..<256 { try store.apply([.put(sample("n/pod/\(number)"), replacing: nil)]) }
        }
        for name in ["feedMark", "feedMarkAt", "feedPrune", "feedMarkPrune"] { #expect(counts[name] == 1, "\(name)") }
        #expect(counts["insert"] == 256 && counts["feed"] == 256)
    }
}
