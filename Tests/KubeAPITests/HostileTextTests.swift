import Beehive
import KubeAPI
import TestKit
import Testing

@Suite("Texts of strangers")
struct HostileTextTests {
    private static let pieces = [
        "a", "b.c/d", "in", "notin", "=", "==", "!=", "!", ",", "(", ")", ">", "<", "1", " ", "\\", "\t", "ü", "\u{0}",
        ".", "x_y", "-",
        "[", "]", "*", "?(@", "'", "\"", "@", "metadata.name", "watch", "namespaces", "api", "v1", "/", ";q=", "json",
        "yaml",
        "application/",
    ]

    private func text(_ random: inout SeededRandom) -> String {
        (0..<random.below(12)).map { _ in random.pick(Self.pieces) }.joined()
    }

    @Test("what is read as a selector is written so that it is read as the same", arguments: 0..<20)
    func selectors(round: UInt64) {
        let seed = UInt64.random(in: 0...UInt64.max) &+ round
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            let text = text(&random)
            if let selector = try? LabelSelector(parsing: text) {
                #expect(
                    (try? LabelSelector(parsing: selector.text)) == selector, "seed \(seed): \(text.debugDescription)")
            }
            if let selector = try? FieldSelector(parsing: text) {
                #expect(
                    (try? FieldSelector(parsing: selector.text)) == selector, "seed \(seed): \(text.debugDescription)")
            }
        }
    }

    @Test("any path, type or column is read or refused in one short line", arguments: 0..<20)
    func others(round: UInt64) {
        let seed = UInt64.random(in: 0...UInt64.max) &+ round
        var random = SeededRandom(seed: seed)
        let object: JSONValue = ["metadata": ["name": "a"], "a": [["b": 1], "x_y"], "b": ["c/d": ["1"]]]
        for _ in 0..<1000 {
            let segments = (0..<random.below(8)).map { _ in random.pick(Self.pieces) }
            let query = [QueryField(name: "labelSelector", value: text(&random))]
            do {
                _ = try ResourceRequest(method: random.one(in: 2) ? "GET" : "DELETE", segments: segments, query: query)
                _ = try AnswerForm(accept: text(&random))
                _ = try BodyType(ofObject: text(&random))
            } catch {
                #expect([400, 404, 405, 406, 415].contains(error.code), "seed \(seed)")
                #expect(error.message.utf8.count < 700 && !error.message.contains("\n"), "seed \(seed)")
            }
            let column = PrinterColumn(name: "X", type: "string", jsonPath: "." + text(&random))
            #expect(cells("x.io", "things", object, columns: [column]).hasPrefix("a | "), "seed \(seed)")
        }
    }
}
