import BeehiveSocket
import EdgeHub
import Testing

@testable import MetaServer

/// Labels take words of parts that the local API does not know: the sets are written twice, and must not drift apart.
@Suite("labels of other parts' words")
struct MetricWordsTests {
    private static func values(_ metric: String, _ label: String) throws -> Set<String> {
        let found = try #require(Metrics.all.first { $0.name == "metamanager_\(metric)" })
        return Set(try #require(found.labels.first { $0.name == label }?.values))
    }

    @Test("each cause of an end, phase of a link and reason of a refusal is a value of its label")
    func words() throws {
        let causes = Set(LinkFault.Code.allCases.map(\.rawValue))
        #expect(try Self.values("link_ends_total", "cause") == causes.union(["other"]))
        let reasons = Set(SocketRefusal.allCases.map(\.rawValue))
        #expect(try Self.values("module_refused_total", "reason") == reasons.union(["other"]))
        let phases = Set(LinkState.Phase.allCases.map(\.rawValue))
        #expect(try Self.values("link_phase", "phase") == phases)
    }
}
