import KubeAPI
import Testing

@Suite("Selectors from text")
struct SelectorTextTests {
    typealias Requirement = LabelSelector.Requirement

    @Test(
        "a label selector",
        arguments: [
            ("", []), (" \t\r\n", []), ("a", [.exists(key: "a")]), ("!a", [.isAbsent(key: "a")]),
            ("! a , b", [.isAbsent(key: "a"), .exists(key: "b")]),
            ("a=b", [.isIn(key: "a", values: ["b"])]), ("a == b", [.isIn(key: "a", values: ["b"])]),
            ("a!=b", [.isNotIn(key: "a", values: ["b"])]), ("a=", [.isIn(key: "a", values: [""])]),
            ("a=,b", [.isIn(key: "a", values: [""]), .exists(key: "b")]),
            ("a in (c,b, b)", [.isIn(key: "a", values: ["b", "c"])]),
            ("a in(b)", [.isIn(key: "a", values: ["b"])]),
            ("a notin ( b ,c )", [.isNotIn(key: "a", values: ["b", "c"])]),
            ("a in (,b)", [.isIn(key: "a", values: ["", "b"])]), ("a in (b,)", [.isIn(key: "a", values: ["", "b"])]),
            ("a in (b,,c)", [.isIn(key: "a", values: ["", "b", "c"])]),
            ("in in (in,notin)", [.isIn(key: "in", values: ["in", "notin"])]), ("in", [.exists(key: "in")]),
            ("a=in", [.isIn(key: "a", values: ["in"])]),
            ("a>1,b<22", [.isGreater(key: "a", than: 1), .isLess(key: "b", than: 22)]),
            (
                "node-role.kubernetes.io/edge=,!x.y/Z_1.2",
                [
                    .isIn(key: "node-role.kubernetes.io/edge", values: [""]), .isAbsent(key: "x.y/Z_1.2"),
                ]
            ),
        ] as [(String, [Requirement])])
    func labels(text: String, requirements: [Requirement]) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.requirements == requirements)
        #expect(try LabelSelector(parsing: selector.text) == selector, "\(selector.text)")
    }

    @Test(
        "a label selector that is refused",
        arguments: [
            (",", "found ','"), ("a,", "found '', expected: identifier after ','"), ("a,,b", "identifier after ','"),
            ("a b", "found 'b', expected: in, notin, =, ==, !=, >, <"), ("a=b c", "expected: ',' or 'end of string'"),
            ("=b", "found '='"), ("!", "found ''"), ("!!a", "found '!'"), ("!a=b", "found '='"),
            ("a in b", "expected: '('"),
            ("a in (b", "expected: ',' or ')'"), ("a in (b c)", "expected: ',' or ')'"), ("a in ()", "can't be empty"),
            ("a in (b=c)", "found '='"), ("a===b", "found '='"), ("a>b", "must be an integer"),
            ("a>", "must be an integer"),
            ("a<99999999999999999999", "must be an integer"), ("a=(b)", "found '('"), ("a)", "found ')'"),
            ("-a", "name part must"), ("a/b/c", "at most one '/'"), ("/a", "prefix part must be non-empty"),
            ("A.b/c", "prefix part must be a DNS subdomain"), ("a..b/c", "DNS subdomain"),
            ("a/", "name part must be non-empty"),
            ("a=-b", "a label's value"), ("a=ü", "a label's value"), ("ü", "name part must"),
            ("a=\u{0}", "a label's value"), ("a in (b,c!)", "found '!'"),
        ])
    func refusedLabels(text: String, word: String) {
        let failure = #expect(throws: APIFailure.self) { try LabelSelector(parsing: text) }
        #expect(failure?.code == 400 && failure?.reason == "BadRequest")
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }

    @Test("lengths of keys and values are bounded as Kubernetes bounds them")
    func lengths() throws {
        let (name, prefix) = (String(repeating: "a", count: 63), String(repeating: "a", count: 253))
        _ = try LabelSelector(parsing: "\(prefix)/\(name)=\(name)")
        for text in ["\(name)a", "a\(prefix)/a", "a=\(name)a"] {
            #expect(throws: APIFailure.self) { try LabelSelector(parsing: text) }
        }
    }

    @Test(
        "a field selector",
        arguments: [
            ("", [], ""), (",,", [], ""), ("a=b", [("a", "b", true)], "a=b"), ("a==b", [("a", "b", true)], "a=b"),
            ("a.b.c!=", [("a.b.c", "", false)], "a.b.c!="),
            ("a=1,b!=2", [("a", "1", true), ("b", "2", false)], "a=1,b!=2"),
            ("a=x\\,y\\=z\\\\", [("a", "x,y=z\\", true)], "a=x\\,y\\=z\\\\"), ("a= b ", [("a", " b ", true)], "a= b "),
            ("a=ü", [("a", "ü", true)], "a=ü"), ("a=\\=", [("a", "=", true)], "a=\\="),
        ] as [(String, [(String, String, Bool)], String)])
    func fields(text: String, requirements: [(String, String, Bool)], written: String) throws {
        let selector = try FieldSelector(parsing: text)
        #expect(
            selector.requirements
                == requirements.map { FieldSelector.Requirement(path: $0.0, value: $0.1, isEqual: $0.2) })
        #expect(selector.text == written)
        #expect(try FieldSelector(parsing: written) == selector)
    }

    @Test(
        "a field selector that is refused",
        arguments: [
            ("a", "can't understand 'a'"), ("a=b,c", "can't understand 'c'"), ("=b", "field label not supported"),
            ("a..b=c", "single dots"), (".a=c", "single dots"), ("a=b=c", "unescaped"), ("a===c", "unescaped"),
            ("a=\\n", "escape"), ("a=b\\", "escape"),
        ])
    func refusedFields(text: String, word: String) {
        let failure = #expect(throws: APIFailure.self) { try FieldSelector(parsing: text) }
        #expect(failure?.code == 400 && failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }

    @Test(
        "a hostile selector is refused with a short message",
        arguments: [
            String(repeating: ",", count: 1_000_000), String(repeating: "a,", count: 100_000),
            String(repeating: "a,", count: 2000) + "a", "a in (" + (0..<3000).map { "\($0)," }.joined() + ")",
            String(repeating: "!", count: 60_000), "a in (" + String(repeating: "(", count: 60_000),
            "a=" + String(repeating: "b", count: 60_000), String(repeating: "\u{202E}", count: 20_000),
        ])
    func hostileLabels(text: String) {
        let failure = #expect(throws: APIFailure.self) { try LabelSelector(parsing: text) }
        #expect((failure?.message.utf8.count ?? .max) < 600)
    }

    @Test(
        "a hostile field selector is refused with a short message",
        arguments: [
            String(repeating: ",", count: 1_000_000), String(repeating: "a=b,", count: 100_000),
            String(repeating: "a=b,", count: 2000), String(repeating: "a.", count: 30_000) + "a=b",
            "a=" + String(repeating: "=", count: 60_000), String(repeating: "\u{1B}", count: 60_000),
        ])
    func hostileFields(text: String) {
        let failure = #expect(throws: APIFailure.self) { try FieldSelector(parsing: text) }
        #expect((failure?.message.utf8.count ?? .max) < 600)
    }
}
