import Beehive
import Glibc
import MetaManager
import TestKit
import Testing

/// `docs/compatibility.md`: what the recordings of a real cloud hold, and what became of it here.
///
/// The tables are made from the recordings and from the code by this suite; with `METAMANAGER_WRITE_DOCS` set it writes them.
struct CompatibilityTests {
    /// Who said what: one line of the first table.
    private struct Line: Hashable, Comparable {
        let source: String
        let operation: String
        let type: String

        static func < (one: Self, other: Self) -> Bool {
            (one.source, one.type, one.operation) < (other.source, other.type, other.operation)
        }
    }

    private struct Found {
        var count = 0
        var outcomes: [String: Int] = [:]
        var recordings: Set<String> = []
    }

    /// What this program does otherwise than KubeEdge, on purpose, and the suite that holds it to that.
    private static let differences: [(what: String, suite: String)] = [
        (
            "A repeated `insert` of a known key replaces the row; 1.2 keeps the old one and acknowledges.",
            "CloudStoreTests"
        ),
        (
            "An older or equal version of a known uid changes nothing and is acknowledged all the same.",
            "CloudStoreTests"
        ),
        ("A deletion that names another uid deletes nothing.", "CloudOperationTests"),
        (
            "A patch without the link is answered at once with the merged object; 1.23's edged crashes on the null object it gets.",
            "PatchOperationTests"
        ),
        ("Pod statuses go up in one message per namespace; 1.2 sends all under the first one's.", "OutboxTests"),
        (
            "A status error of the cloud is never stored as an object, and reaches the module as an error.",
            "WaitingTests"
        ),
        ("Equal queries that wait for the cloud share one request.", "QueryTests"),
        ("Nothing is acknowledged before it is durable; a store that fails acknowledges nothing.", "LoopFailureTests"),
        ("A module that does not read delays nobody else's messages.", "PressureTests"),
        ("A frame that cannot be read is acknowledged where it has an id, and stops nothing.", "PoisonTests"),
    ]

    private static func table() throws -> String {
        var found: [Line: Found] = [:]
        // One store through all of them, as the node of the recordings had; each ends before the next begins.
        let (_, reports) = try WireReplayTests.replay(WireFixtures.names)
        for (name, report) in zip(WireFixtures.names, reports) {
            for decision in report.decisions {
                guard let route = decision.route else { continue }
                let line = Line(
                    source: "\(decision.source)", operation: "\(route.operation)",
                    type: (try? ResourcePath(parsing: route.resource))?.type.rawValue ?? route.resource)
                found[line, default: Found()].count += 1
                found[line, default: Found()].outcomes["\(decision.outcome)", default: 0] += 1
                found[line, default: Found()].recordings.insert(String(name.prefix(2)))
            }
        }
        var lines = [
            "| from | operation | of | messages | what became of them | recordings |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for (line, here) in found.sorted(by: { $0.key < $1.key }) {
            let outcomes = here.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { here.outcomes.count == 1 ? $0.key : "\($0.key) \($0.value)" }
            lines.append(
                "| \(line.source) | \(line.operation) | `\(line.type)` | \(here.count) | \(outcomes.joined(separator: ", ")) | "
                    + "\(here.recordings.sorted().joined(separator: " ")) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func document() throws -> String {
        """
        # Compatibility with KubeEdge

        The tables of this page are made by the suite `CompatibilityTests` from the recorded traffic of a CloudCore of about
        1.23 (`Tests/Fixtures/wire`), which it runs through the engine; it fails when they differ from what is written here
        (`METAMANAGER_WRITE_DOCS=1 swift test --filter CompatibilityTests` writes them).

        | peer | how it is held |
        | --- | --- |
        | CloudCore of about 1.23 | each recording is a conversation with the real program: acks, answers and requests as the real edge made them (`ConversationTests`, `ConversationLinkTests`, `WireReplayTests`) |
        | CloudCore 1.2 | certificates by hand, pod statuses by `podstatus`, no answer to failed queries (`ConversationClassicTests`, `ClassicModel`) |
        | edged and other modules, 1.2 and 1.23 | the operations of both over the bus and the socket (`LocalOperationTests`, `QueryOperationTests`, `PatchOperationTests`, `TokenTests`, `VolumeTests`) |
        | a database of KubeEdge (`edgecore.db`) | taken over and handed back (`TakeoverProcedureTests`, `HandBackTests`) |
        | kubectl 1.20 and newer, Python's client | `make clients`, with the cloud there, cut off, and after a cold start |

        No real CloudCore runs in the tests: what is not in the recordings is not proven by them.

        ## What the cloud and the modules said, and what became of it

        `stored`: durable, delivered, and acknowledged where an acknowledgement is due. `completed`: an answer that ended what
        waited for it. `absent`, `unchanged`, `older`: nothing to change, acknowledged. `dropped`, `refused`: the reason is in the
        log and in `metamanager trace`. A number is how many of the messages it became of.

        \(try table())

        ## What is done otherwise, on purpose

        | what | held by |
        | --- | --- |
        \(differences.map { "| \($0.what) | `\($0.suite)` |" }.joined(separator: "\n"))

        """
    }

    private static var root: String { "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { all += chunk[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    @Test("the page says what the recordings come to")
    func page() throws {
        let (path, wanted) = ("\(Self.root)/docs/compatibility.md", try Self.document())
        if getenv("METAMANAGER_WRITE_DOCS") != nil {
            let file = try #require(fopen(path, "w"))
            defer { fclose(file) }
            fputs(wanted, file)
        }
        #expect(Self.read(path) == wanted, "METAMANAGER_WRITE_DOCS=1 swift test --filter CompatibilityTests writes it")
    }

    @Test("each suite that the page names exists")
    func suites() throws {
        let named = try Self.document().split(separator: "`").filter { $0.hasSuffix("Tests") && !$0.contains(" ") }
        #expect(named.count > 10)
        for suite in Set(named) {
            let places = ["MetaManagerTests", "IntegrationTests", "EdgeHubTests"]
            #expect(
                places.contains { Self.read("\(Self.root)/Tests/\($0)/\(suite).swift") != nil },
                "no file \(suite).swift")
        }
    }
}
