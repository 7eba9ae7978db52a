import Testing

@testable import MetaStore

@Suite struct QueryPlanTests {
    /// Statements that may walk a whole table, and why.
    private static let scans: [Query: String] = [
        .outboxByID: "only asked for an id that the writer knows to wait; an index would cost every entry",
        .outboxIDs: "once, at the first answer to what is not on its way",
        .outboxCount: "a reader's report, and each start",
        .feedMarkAt: "a mark for each minute or 256 revisions of the window, once in so many",
        .cachedOldest: "along the index of cached rows, the oldest first, as many as are evicted",
    ]

    @Test("no statement walks all objects or the whole outbox", arguments: Query.allCases)
    func plan(_ query: Query) throws {
        let folder = TestFolder()
        let store = try MetaStore(path: folder.database, now: startOfTests)
        guard ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(where: query.sql.hasPrefix) else { return }
        let statement = try store.connection.prepare("EXPLAIN QUERY PLAN \(query.sql)")
        var steps: [String] = []
        while try statement.step() { steps.append(statement.text(3)) }
        let scans = steps.filter { $0.hasPrefix("SCAN") && !$0.hasPrefix("SCAN CONSTANT") }
        let sorts = steps.filter { $0.contains("TEMP B-TREE") }
        if let reason = Self.scans[query] {
            #expect(!scans.isEmpty, "allowed to scan without need: \(reason)")
        } else {
            #expect(scans.isEmpty, "\(query): \(steps)")
        }
        #expect(sorts.isEmpty, "\(query): \(steps)")
    }
}
