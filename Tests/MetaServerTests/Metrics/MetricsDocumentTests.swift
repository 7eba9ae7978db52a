import Beehive
import Glibc
import Testing

@testable import MetaServer

/// `docs/metrics.md`, the dashboard and the alert rules name what there is.
@Suite("what is written about metrics", .timeLimit(.minutes(5)))
struct MetricsDocumentTests {
    private static let path = "docs/metrics.md"
    private static let parts = (
        table: (begin: "<!-- table of metrics -->\n", end: "<!-- end of the table of metrics -->"),
        labels: (begin: "<!-- table of labels -->\n", end: "<!-- end of the table of labels -->")
    )

    /// The document as the code would have it: what to do stands in the document alone, and is kept.
    private static func written(_ document: String) -> String {
        var cures: [String: String] = [:]
        for line in document.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false)
            // Those of the other table are shorter.
            if let name = cells.first, let cure = cells.last, cells.count == 6 {
                cures[name.filter { $0 != "`" }] = String(cure)
            }
        }
        var table = "| metric | type | labels | unit | meaning | what to do when it is bad |\n"
        table += "| --- | --- | --- | --- | --- | --- |\n"
        for metric in Metrics.all {
            let labels = metric.labels.map { "`\($0.name)`" }.joined(separator: ", ")
            let cells = [
                "`\(metric.name)`", metric.kind.rawValue, labels.isEmpty ? "–" : labels, metric.unit, metric.help,
                cures[metric.name] ?? "",
            ]
            table += "| \(cells.joined(separator: " | ")) |\n"
        }
        var labels = "| metric | label | values |\n| --- | --- | --- |\n"
        for metric in Metrics.all {
            for label in metric.labels {
                let values = label.values.map { $0.map { "`\($0)`" }.joined(separator: ", ") } ?? "the release"
                labels += "| `\(metric.name)` | `\(label.name)` | \(values) |\n"
            }
        }
        let first = replace(document, parts.table.begin, parts.table.end, with: table)
        return replace(first, parts.labels.begin, parts.labels.end, with: labels)
    }

    private static func replace(_ text: String, _ begin: String, _ end: String, with new: String) -> String {
        let halves = text.split(separator: begin, maxSplits: 1, omittingEmptySubsequences: false)
        guard let head = halves.first, let rest = halves.dropFirst().first else { return text }
        let tail = rest.split(separator: end, maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first ?? ""
        return "\(head)\(begin)\(new)\(end)\(tail)"
    }

    /// Written anew with `METAMANAGER_WRITE_DOCS=1`; a new metric then wants its last cell.
    @Test("the document has a line for each metric and each label, as the code has them, and says what to do")
    func document() throws {
        let document = try #require(ProjectFile.text(Self.path))
        let expected = Self.written(document)
        if getenv("METAMANAGER_WRITE_DOCS") != nil { try ProjectFile.write(expected, to: Self.path) }
        let lines = Set(document.split(separator: "\n"))
        for line in expected.split(separator: "\n") where !lines.contains(line) {
            Issue.record("\(Self.path) lacks: \(line)")
        }
        #expect(
            document == expected, "write it anew: METAMANAGER_WRITE_DOCS=1 swift test --filter MetricsDocumentTests")
        for line in document.split(separator: "\n") where line.hasPrefix("| `") {
            #expect(!line.hasSuffix("|  |"), "nothing is said of what to do: \(line)")
        }
    }

    /// A metric that a query names, and the labels that stand in its braces.
    private struct Mention: Hashable {
        var name: String
        var labels: [String] = []
    }

    private static func mentions(_ text: String) -> Set<Mention> {
        var found: Set<Mention> = []
        let name = /(?:metamanager|process)_[a-z][a-z0-9_]+/
        for match in text.matches(of: name) {
            var mention = Mention(name: String(match.output))
            let rest = text[match.range.upperBound...]
            if rest.first == "{", let end = rest.firstIndex(of: "}") {
                // In JSON the quotes are escaped.
                let inner = rest[rest.index(after: rest.startIndex)..<end].filter { $0 != "\\" }
                mention.labels = inner.split(separator: ",").compactMap { pair in
                    pair.firstMatch(of: /([a-z_]+)\s*(?:=~|!=|!~|=)/).map { String($0.output.1) }
                }
            }
            found.insert(mention)
        }
        return found
    }

    private static func metric(_ name: String) -> Metric? {
        if let metric = Metrics.all.first(where: { $0.name == name }) { return metric }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            let base = Metrics.all.first { $0.name == name.dropLast(suffix.count) }
            if let base, base.kind == .histogram || base.kind == .summary && suffix != "_bucket" { return base }
        }
        return nil
    }

    @Test(
        "the dashboard and the rules name metrics and labels that exist",
        arguments: [
            ("packaging/grafana/metamanager.json", 40), ("packaging/prometheus/alerts.yaml", 15),
            ("packaging/prometheus/alerts.test.yaml", 15), ("docs/operations.md", 4),
        ])
    func files(path: String, least: Int) throws {
        let mentions = Self.mentions(try #require(ProjectFile.text(path), "\(path) is missing"))
        #expect(Set(mentions.map(\.name)).count >= least)
        for mention in mentions {
            // What a document writes short, as `_total`, is none of these.
            guard let metric = Self.metric(mention.name) else {
                Issue.record("\(path) names \(mention.name), which is no metric")
                continue
            }
            let known = Set(metric.labels.map(\.name) + ["le", "job", "instance"])
            #expect(Set(mention.labels).isSubset(of: known), "\(path): \(mention)")
        }
    }

    @Test("the dashboard is a document that Grafana can import, each of its panels with a query")
    func dashboard() throws {
        let text = try #require(ProjectFile.text("packaging/grafana/metamanager.json"))
        let json = try JSONValue(parsing: Bytes(text.utf8))
        let panels = json["panels"]?.elements ?? []
        #expect(json["uid"]?.text == "metamanager" && json["schemaVersion"]?.integer != nil)
        #expect(Set(panels.compactMap { $0["id"]?.integer }).count == panels.count)
        for panel in panels where panel["type"]?.text != "row" {
            let targets = panel["targets"]?.elements ?? []
            #expect(!targets.isEmpty && panel["description"]?.text?.isEmpty == false, "\(panel["title"]?.text ?? "")")
            #expect(targets.allSatisfy { $0["expr"]?.text?.contains("$instance") == true })
        }
    }
}
