import Beehive
import Testing
import YAMLReader

/// A text that must be refused, where, and a word of the reason.
struct Refused: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let line: Int
    let word: String

    init(_ name: String, _ text: String, line: Int, _ word: String) {
        self.init(name, bytes: Array(text.utf8), line: line, word)
    }

    init(_ name: String, bytes: [UInt8], line: Int, _ word: String) {
        (self.name, self.bytes, self.line, self.word) = (name, bytes, line, word)
    }

    var testDescription: String { name }

    static let table: [Refused] = [
        Refused("tab as indentation", "a:\n\tb: 1\n", line: 2, "tab"),
        Refused("duplicate key", "a: 1\nb: 2\na: 3\n", line: 3, "second time, the first is at line 1"),
        Refused("duplicate key by value", "1: a\n'1': b\n", line: 2, "second time"),
        Refused("duplicate key in JSON", "{\"a\":1,\n\"a\":2}", line: 2, "second time"),
        Refused("unclosed list", "a: [1, 2\nb: 3\n", line: 2, "flow sequence"),
        Refused("unclosed quote", "a: 'x\n", line: 2, "end of stream"),
        Refused("bad indentation", "a:\n  b: 1\n c: 2\n", line: 3, "mapping"),
        Refused("alias without anchor", "a: *b\n", line: 1, "no anchor &b"),
        Refused("alias of an earlier document", "a: &b 1\n---\nc: *b\n", line: 3, "no anchor &b"),
        Refused("alias inside its anchor", "a: &b\n  - *b\n", line: 2, "inside &b itself"),
        Refused("merge of a text", "<<: x\n", line: 1, "mapping"),
        Refused("list as key", "? [a]\n: 1\n", line: 1, "single value"),
        Refused("alias of a list as key", "a: &l [x]\n? *l\n: 1\n", line: 2, "single value"),
        Refused("infinity", "a:\n  - .inf\n", line: 2, "no form in JSON"),
        Refused("unknown tag", "a: !mine x\n", line: 1, "!mine"),
        Refused("tag that does not fit", "a: !!int x\n", line: 1, "!!int"),
        Refused("tag of code", "a: !!python/object:os.system {x: 1}\n", line: 1, "cannot be read"),
        Refused("two values", "a: 1\n]\n", line: 2, ""),
        Refused("control character", "a: 1\nb: \u{1}\n", line: 2, "control"),
        Refused("cut UTF-8", bytes: Array("a: 1\nb: x".utf8) + [0xC3], line: 2, "UTF-8"),
        Refused("overlong UTF-8", bytes: Array("a: ".utf8) + [0xC0, 0xAF], line: 1, "UTF-8"),
        Refused("surrogate in UTF-8", bytes: Array("é: 1\nb: ".utf8) + [0xED, 0xA0, 0x80], line: 2, "UTF-8"),
        Refused("UTF-16", bytes: [0xFF, 0xFE, 0x61, 0, 0x3A, 0], line: 1, "UTF-8"),
        Refused("a zero byte", bytes: [0x61, 0x3A, 0x20, 0], line: 1, "control"),
        Refused("deep lists", String(repeating: "[", count: 100_000), line: 1, "deeper than 128"),
        Refused("deep mappings", String(repeating: "{a: ", count: 100_000), line: 1, "deeper than 128"),
        Refused(
            "deep blocks", (0..<400).map { String(repeating: " ", count: $0) + "a:\n" }.joined(), line: 129, "deeper"),
        Refused("deep dashes", String(repeating: "- ", count: 10_000) + "x", line: 1, "deeper"),
        Refused("depth by aliases", deepAliases, line: 3, "deeper than 128 behind *b"),
        Refused("alias bomb of lists", bomb(leaf: "x", "[", "]"), line: 7, "aliases expand"),
        Refused(
            "alias bomb of text", bomb(leaf: String(repeating: "x", count: 9000), "[", "]"), line: 4, "aliases expand"),
        Refused("alias bomb of mappings", mappingBomb, line: 3, "aliases expand"),
        Refused("too many documents", String(repeating: "--- a\n", count: 70_000), line: 65537, "documents"),
    ]

    private static let deepAliases: String = {
        let sixty = String(repeating: "[", count: 60) + "x" + String(repeating: "]", count: 60)
        let around = { String(repeating: "[", count: 60) + $0 + String(repeating: "]", count: 60) }
        return "- &a \(sixty)\n- &b \(around("*a"))\n- [[[[[[[[*b]]]]]]]]\n"
    }()

    /// Each line lists the line before it ten times.
    private static func bomb(leaf: String, _ open: String, _ close: String) -> String {
        var text = "- &l0 \(leaf)\n"
        for level in 1...9 {
            let ten = Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ",")
            text += "- &l\(level) \(open)\(ten)\(close)\n"
        }
        return text
    }

    private static let mappingBomb: String = {
        var text = "- &l0 {a: {b: {c: \(String(repeating: "x", count: 60_000))}}}\n"
        for level in 1...4 {
            let many = (0..<20).map { "k\($0): *l\(level - 1)" }.joined(separator: ",")
            text += "- &l\(level) {\(many)}\n"
        }
        return text
    }()
}

@Suite struct HostileInputTests {
    @Test(.timeLimit(.minutes(5)), arguments: Refused.table)
    func `a hostile or broken text is refused with its place`(text: Refused) throws {
        let error = try #require(throws: YAMLError.self) {
            for document in try YAMLReader.documents(text.bytes) { _ = try JSONValue(document) }
        }
        #expect(error.line == text.line, "\(error)")
        #expect(error.what.contains(text.word), "\(error)")
        #expect(!error.what.contains("\n"))
    }

    @Test func `a text above the size limit is refused unread`() throws {
        let error = try #require(throws: YAMLError.self) {
            try YAMLReader.documents(Array("a: 12345".utf8), limits: YAMLLimits(bytes: 4))
        }
        #expect(error.what.contains("8 bytes, at most 4"))
    }

    @Test func `an honest use of aliases stays within the limits`() throws {
        let shared = (0..<50).map { "  k\($0): \(String(repeating: "v", count: 100))\n" }.joined()
        let text = "base: &b\n\(shared)" + (0..<200).map { "u\($0): *b\n" }.joined()
        #expect(try YAMLReader.documents(Array(text.utf8)).first?.entries?.count == 201)
    }

    @Test func `random damage of a good text never harms`() throws {
        let good = Array("a: &x [1, {b: 'c'}]\nd: *x\n--- |\n  text\n--- {\"e\": \"\\u00e9\"}\n".utf8)
        var seed: UInt64 = 0x5EED
        for round in 0..<5000 {
            var bytes = good
            for _ in 0...round % 3 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(seed >> 33) % bytes.count] = UInt8(truncatingIfNeeded: seed >> 20)
            }
            // Refused or read: either is fine, with a place inside the text when refused.
            do throws(YAMLError) {
                for document in try YAMLReader.documents(bytes) { _ = try JSONValue(document) }
            } catch {
                #expect(error.line >= 1 && error.line <= bytes.count + 1, "round \(round)")
            }
        }
    }
}
