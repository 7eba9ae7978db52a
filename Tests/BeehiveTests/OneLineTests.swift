import Beehive
import Testing

@Suite("One line")
struct OneLineTests {
    @Test(
        "nothing of it moves the cursor, breaks the line or turns the text around",
        arguments: [
            ("a\nb", "a b"), ("\u{1B}[31mred", " [31mred"), ("\u{9B}31m", " 31m"), ("a\u{2028}b", "a b"),
            ("a\u{202E}b", "a b"), ("a\u{0}b\u{7F}", "a b "), ("plain – ünï 文", "plain – ünï 文"), ("", ""),
        ])
    func plain(text: String, line: String) { #expect(OneLine.of(text) == line) }

    @Test("it is cut where it gets long, and says so")
    func bounded() {
        #expect(OneLine.of(String(repeating: "x", count: 10), limit: 4) == "xxxx…")
        #expect(OneLine.of("xxxx", limit: 4) == "xxxx")
    }
}
