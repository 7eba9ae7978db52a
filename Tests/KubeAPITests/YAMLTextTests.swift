import Beehive
import KubeAPI
import TestKit
import Testing
import YAMLReader

@Suite("YAML that is answered")
struct YAMLTextTests {
    private func written(_ value: JSONValue) -> String { String(decoding: YAMLText.bytes(value), as: UTF8.self) }

    private func readBack(_ value: JSONValue) throws -> JSONValue {
        let documents = try YAMLReader.documents(YAMLText.bytes(value))
        #expect(documents.count == 1)
        return try JSONValue(try #require(documents.first))
    }

    @Test("an object looks as Kubernetes' tools write it")
    func style() {
        let value: JSONValue = [
            "apiVersion": "v1", "data": ["a.conf": "x = 1\ny = 2\n", "b": "one\ntwo", "c": "end\n\n", "empty": ""],
            "items": [["name": "a", "ports": [80, 81]], ["b", ["c", "d"]], [:], []],
            "metadata": [
                "annotations": ["n": "1", "t": "2026-11-21T03:28:30Z", "y": "yes", "q": "100m"], "labels": [:],
            ],
            "on": true, "nothing": nil,
        ]
        #expect(
            written(value) == """
                apiVersion: v1
                data:
                  a.conf: |
                    x = 1
                    y = 2
                  b: |-
                    one
                    two
                  c: |+
                    end

                  empty: ''
                items:
                - name: a
                  ports:
                  - 80
                  - 81
                - - b
                  - - c
                    - d
                - {}
                - []
                metadata:
                  annotations:
                    'n': '1'
                    t: '2026-11-21T03:28:30Z'
                    'y': 'yes'
                    q: 100m
                  labels: {}
                'on': true
                nothing: null

                """)
    }

    @Test(
        "a text that looks like something else stays a text",
        arguments: [
            "", " ", "a ", " a", "~", "null", "Null", "NULL", "true", "True", "yes", "No", "ON", "off", "y", "N", "=",
            "<<",
            "0", "-1", "+1", "1.5", ".5", "1e3", "1E3", "0x1F", "0o17", "017", "0b1", "1_000", "1:20", "1:20:30.5",
            ".inf",
            "-.INF", ".nan", "2026-11-21", "2026-11-21T03:28:30Z", "-", "- a", "?", "? a", ":", "a:", "a: b", "a :b",
            "a #b",
            "#", "a#b", "&a", "*a", "!a", "!!str", "|", ">", "'", "''", "a'b", "\"", "a\"b", "%", "@", "`", "[", "]",
            "{", "}",
            ",", "a,b", "{a: b}", "[a]", "---", "...", "--- a", "a\\b", "\\n", "a\tb", "\t", "\ta\nb", "a\n", "\n",
            "\n\n",
            "\na", "a\n\n\nb\n\n", " a\nb", "a\n b\n", "a\n---\n...\n# c\n", "a \nb  \n", "a\r\nb", "a\rb", "\u{0}",
            "\u{7F}",
            "a\u{85}b\n", "a\u{2028}b\nc", "\u{FEFF}a", "\u{FFFE}\n", "ü", "日本\n語", "😀", "a\u{1F600}\nb", "\u{10FFFF}",
            "e\u{301}",
            "10.0.0.1", "1Gi", "100m", "3h20m", "0xg", "a: b\nc: d\n", "key: |\n  a\n", "\u{1B}[31m", "<none>",
            "\\u0041",
        ])
    func texts(text: String) throws {
        let value = JSONValue(text: text)
        for value in [value, ["a": value], [value], ["a": [["b": value, "c": 1]]], [[value], value]] as [JSONValue] {
            #expect(try readBack(value) == value, "\(written(value).debugDescription)")
        }
        let keyed = JSONValue.object([JSONMember(text, 1), JSONMember("z\(text)", [JSONValue(text: text)])])
        #expect(try readBack(["k": keyed, "l": [keyed, keyed]]) == ["k": keyed, "l": [keyed, keyed]])
    }

    @Test("long keys, deep values and duplicates")
    func extremes() throws {
        let long = String(repeating: "k", count: 3000)
        let value: JSONValue = .object([
            JSONMember(long, 1), JSONMember(long + "b", ["a": .object([JSONMember(long, [1, 2])])]),
            JSONMember(long + "\n", [[.object([JSONMember(long, "x\ny\n")])]]),
        ])
        #expect(try readBack(value) == value)
        var deep: JSONValue = ["a\nb\n", "x: y", .object([JSONMember(long, "[")])]
        for level in 0..<100 { deep = level % 2 == 0 ? [deep, 1] : ["k": deep, "yes": "no"] }
        #expect(try readBack(deep) == deep)
        let twice = JSONValue.object([JSONMember("a", 1), JSONMember("b", 2), JSONMember("a", 3)])
        #expect(try readBack(["x": twice]) == ["x": ["b": 2, "a": 3]])
    }

    @Test("the text of a small deep value stays small")
    func bounded() {
        var deep: JSONValue = .array(Array(repeating: 1, count: 10_000))
        for _ in 0..<400 { deep = [deep] }
        #expect(YAMLText.bytes(deep).count < 10_000 * 64)
    }

    @Test("any value is read back", arguments: 0..<20)
    func property(round: UInt64) throws {
        let seed = UInt64.random(in: 0...UInt64.max) &+ round
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            let value = Self.value(&random, depth: 0)
            #expect(try readBack(value) == value, "seed \(seed)")
        }
    }

    private static let pieces = [
        "a", "Z", "0", "1", "-", ":", " ", "\n", "#", "'", "\"", ",", "[", "}", "\\", "\t", "\r", "é", "😀", "\u{85}",
        "e", ".", "~",
        "yes", "null", "|", ">", "&", "*", "?", "!", "%", "\u{0}", "_", "/",
    ]

    private static func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 5 ? 5 : 8), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return JSONValue(integer: Int.random(in: -1000...Int.max, using: &random))
        case 3, 4: return JSONValue(text: text(&random))
        case 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in value(&random, depth: depth + 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[text(&random)] = value(&random, depth: depth + 1)
            }
            return .object(members.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })
        }
    }
}
