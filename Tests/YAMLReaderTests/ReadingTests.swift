import Beehive
import Testing
import YAMLReader

/// The JSON of all documents of a text.
func json(_ yaml: String) throws -> [String] {
    try YAMLReader.documents(Array(yaml.utf8)).map { String(decoding: try JSONValue($0).json, as: UTF8.self) }
}

@Suite struct ReadingTests {
    @Test(arguments: [
        ("a: 1\nb: [x, 'y', \"z\"]\n", #"{"a":1,"b":["x","y","z"]}"#),
        ("- a\n-\n- {}\n- []", #"["a",null,{},[]]"#),
        ("text: |\n  one\n  two\nfolded: >-\n  one\n  two\n", #"{"text":"one\ntwo\n","folded":"one two"}"#),
        ("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n", #"{"base":{"x":1,"y":2},"more":{"y":3,"x":1}}"#),
        ("- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b]}", #"[{"x":1},{"x":2,"y":2},{"x":1,"y":2}]"#),
        ("- &a [1, 2]\n- *a\n- &a 3\n- *a", "[[1,2],[1,2],3,3]"),
        ("1: a\ntrue: b\nyes2: c\n~: d", #"{"1":"a","true":"b","yes2":"c","null":"d"}"#),
        ("'<<': 1", #"{"\u003c\u003c":1}"#),
        (
            #"{"a":1,"b":-2,"c":"\ud83d\ude00\\ud83d","d":"\ud800","e":"\/"}"#,
            #"{"a":1,"b":-2,"c":"😀\\ud83d","d":"\#u{FFFD}","e":"/"}"#
        ),
        ("\u{FEFF}a: b", #"{"a":"b"}"#),
        ("{\n\t\"a\":\t[\n\t\t1]\n}", #"{"a":[1]}"#),
    ])
    func `a document reads as Kubernetes reads it`(yaml: String, expected: String) throws {
        #expect(try json(yaml) == [expected])
    }

    @Test func `documents follow each other, empty ones are null, comments alone are none`() throws {
        #expect(try json("a: 1\n---\n---\n# nothing\n--- 2\n...\n") == [#"{"a":1}"#, "null", "null", "2"])
        #expect(try json("# nothing here\n").isEmpty)
        #expect(try json("").isEmpty)
    }

    @Test func `every node, key and scalar knows its place and style`() throws {
        let root = try #require(
            try YAMLReader.documents(Array("# c\nmeta:\n  größe: 'x'\n  list:\n    - !!str 1\n".utf8)).first)
        #expect(root.position == YAMLPosition(line: 2, column: 1))
        let meta = try #require(root["meta"])
        #expect(meta.entries?.map(\.keyPosition.line) == [3, 4])
        let size = try #require(meta["größe"])
        #expect(size.scalar == YAMLScalar("x", style: .singleQuoted))
        #expect(size.position == YAMLPosition(line: 3, column: 10))
        let element = try #require(meta["list"]?.elements?.first)
        #expect(element.tag == "tag:yaml.org,2002:str")
        #expect(element.position == YAMLPosition(line: 5, column: 7))
    }

    @Test(arguments: [
        ("true", "true"), ("True", "true"), ("yes", "true"), ("on", "true"), ("ON", "true"),
        ("false", "false"), ("no", "false"), ("Off", "false"), ("y", #""y""#), ("n", #""n""#), ("tRUE", #""tRUE""#),
        ("null", "null"), ("~", "null"), ("Null", "null"), ("nil", #""nil""#),
        ("0", "0"), ("-0", "0"), ("+7", "7"), ("42", "42"), ("1_000", "1000"), ("0x1F", "31"), ("-0x1f", "-31"),
        ("0o17", "15"), ("017", "15"), ("0b101", "5"), ("089", "89"), ("0xZZ", #""0xZZ""#), ("0x", #""0x""#),
        ("9223372036854775807", "9223372036854775807"), ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709551616"), ("-9223372036854775808", "-9223372036854775808"),
        ("1.5", "1.5"), ("1.50", "1.50"), (".5", "0.5"), ("5.", "5"), ("1e3", "1e3"), ("+1.5", "1.5"), ("-.5", "-0.5"),
        ("1e400", #""1e400""#), ("1.2.3", #""1.2.3""#), ("+", #""+""#), ("1e", #""1e""#),
        ("--1", #""--1""#),
        ("2024-01-02", #""2024-01-02""#), ("10.0.0.1", #""10.0.0.1""#), ("12:30:45", #""12:30:45""#),
        ("250m", #""250m""#), ("1Gi", #""1Gi""#), ("'yes'", #""yes""#), ("\"1\"", #""1""#), ("''", "\"\""),
        ("!!str yes", #""yes""#), ("!!int '7'", "7"), ("! 12", #""12""#), ("!!float 1", "1"),
        ("!!binary aGVsbG8=", #""hello""#), ("!!null ''", "null"), ("!!map {a: 1}", #"{"a":1}"#),
    ])
    func `a scalar means what its look, quotes or tag say`(yaml: String, expected: String) throws {
        #expect(try json("- " + yaml) == ["[\(expected)]"])
    }

    @Test func `what the reader writes as JSON it reads again as the same`() throws {
        let text = #"{"a":[1,2.5,true,null,"x: y","!z","- z","é\u2028"],"b":{"c":{}}}"#
        let once = try json(text)
        #expect(try json(once[0]) == once)
    }
}
