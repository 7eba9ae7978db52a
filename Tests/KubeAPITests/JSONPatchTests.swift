import Beehive
import Testing

@testable import KubeAPI

/// JSON patches and merge patches, by the examples of their standards.
struct JSONPatchTests {
    /// A value, a patch, and what comes out; nil: refused.
    struct Row: Sendable, CustomTestStringConvertible {
        var value: String
        var patch: String
        var result: String?
        var testDescription: String { "\(patch) on \(value)" }

        init(_ value: String, _ patch: String, _ result: String?) {
            (self.value, self.patch, self.result) = (value, patch, result)
        }
    }

    static func tree(_ text: String) throws -> JSONValue { try JSONValue(parsing: Bytes(text.utf8)) }

    /// RFC 6902, appendix A, and what its text says of arrays, the root and escapes.
    static let patches: [Row] = [
        Row(#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"baz":"qux","foo":"bar"}"#),
        Row(
            #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
            #"{"foo":["bar","qux","baz"]}"#),
        Row(#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
        Row(#"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
        Row(
            #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
            #"{"baz":"boo","foo":"bar"}"#),
        Row(
            #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
            #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#),
        Row(
            #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
            #"{"foo":["all","cows","eat","grass"]}"#),
        Row(
            #"{"baz":"qux","foo":["a",2,"c"]}"#,
            #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
            #"{"baz":"qux","foo":["a",2,"c"]}"#),
        Row(#"{"baz":"qux"}"#, #"[{"op":"test","path":"/baz","value":"bar"}]"#, nil),
        Row(
            #"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
            #"{"foo":"bar","child":{"grandchild":{}}}"#),
        Row(
            #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
            #"{"foo":"bar","baz":"qux"}"#),
        Row(#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz/bat","value":"qux"}]"#, nil),
        Row(#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
        Row(#"{"/":9,"~1":10}"#, #"[{"op":"replace","path":"/~1","value":8}]"#, #"{"/":8,"~1":10}"#),
        Row(#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":"10"}]"#, nil),
        Row(
            #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
            #"{"foo":["bar",["abc","def"]]}"#),
        Row(#"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/1","value":"x"}]"#, #"{"foo":["bar","x"]}"#),
        Row(#"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/2","value":"x"}]"#, nil),
        Row(#"{"foo":["bar"]}"#, #"[{"op":"replace","path":"/foo/00","value":"x"}]"#, nil),
        Row(#"{"foo":["bar"]}"#, #"[{"op":"replace","path":"/foo/-1","value":"x"}]"#, nil),
        Row(#"{"foo":["bar"]}"#, #"[{"op":"remove","path":"/foo/-"}]"#, nil),
        Row(#"{"foo":1}"#, #"[{"op":"replace","path":"/bar","value":1}]"#, nil),
        Row(#"{"foo":1}"#, #"[{"op":"remove","path":"/bar"}]"#, nil),
        Row(#"{"foo":1}"#, #"[{"op":"replace","path":"","value":[1]}]"#, "[1]"),
        Row(#"{"foo":1}"#, #"[{"op":"copy","from":"","path":"/self"}]"#, #"{"foo":1,"self":{"foo":1}}"#),
        Row(#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#, nil),
        Row(#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":{"b":1}}"#),
        Row(#"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a/b","path":"/c"}]"#, #"{"a":{"b":1},"c":1}"#),
        Row(
            #"{"a":{"x":1,"y":[1.0,"é"]}}"#, #"[{"op":"test","path":"/a","value":{"y":[1,"\u00e9"],"x":1e0}}]"#,
            #"{"a":{"x":1,"y":[1.0,"é"]}}"#),
        Row(
            #"{"a":1}"#,
            #"[{"op":"test","path":"/a","value":1},{"op":"add","path":"/b","value":2},{"op":"test","path":"/c","value":3}]"#,
            nil),
        Row(#"{"":1}"#, #"[{"op":"replace","path":"/","value":2}]"#, #"{"":2}"#),
        Row(#"{"a":"text"}"#, #"[{"op":"add","path":"/a/0","value":2}]"#, nil),
        // Patches that are none.
        Row("{}", #"{"op":"add"}"#, nil),
        Row("{}", #"[{"op":"spam","path":"/a","value":1}]"#, nil),
        Row("{}", #"[{"op":"add","path":"a","value":1}]"#, nil),
        Row("{}", #"[{"op":"add","path":"/a~2","value":1}]"#, nil),
        Row("{}", #"[{"op":"add","path":"/a"}]"#, nil),
        Row("{}", #"[{"op":"copy","path":"/a"}]"#, nil),
    ]

    @Test("JSON patches as RFC 6902 has them", arguments: patches)
    func patch(_ row: Row) throws {
        func run() throws(APIFailure) -> JSONValue {
            let tree = try? Self.tree(row.patch)
            return try JSONPatch(tree ?? .null).apply(to: (try? Self.tree(row.value)) ?? .null)
        }
        guard let wanted = row.result else {
            #expect(throws: APIFailure.self) { try run() }
            return
        }
        let result = try run()
        #expect(result.says(try Self.tree(wanted)), "\(String(decoding: result.json, as: UTF8.self))")
    }

    @Test("a refusal has Kubernetes' code: 400 for what is no patch, 422 for one that does not fit")
    func codes() throws {
        func code(_ patch: String) -> Int? {
            do throws(APIFailure) {
                _ = try JSONPatch((try? Self.tree(patch)) ?? .null).apply(to: ["a": 1])
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code(#"[{"op":"add"}]"#) == 400)
        #expect(code(#"[{"op":"test","path":"/a","value":2}]"#) == 422)
        #expect(
            code(
                "[" + Array(repeating: #"{"op":"test","path":"/a","value":1}"#, count: 10_001).joined(separator: ",")
                    + "]") == 413)
    }

    @Test("a patch cannot fill the memory with copies of copies, nor keep a processor with a long list")
    func bounds() throws {
        let doubling = (0..<64).map { _ in #"{"op":"copy","from":"/l","path":"/l/-"}"# }
        let copies = try JSONPatch(try Self.tree("[\(doubling.joined(separator: ","))]"))
        #expect(throws: APIFailure.self) { try copies.apply(to: ["l": ["some text that is copied"]]) }
        let inserts = (0..<9000).map { _ in #"{"op":"add","path":"/l/0","value":1}"# }
        let patch = try JSONPatch(try Self.tree("[\(inserts.joined(separator: ","))]"))
        let long = JSONValue.array(Array(repeating: 0, count: 200_000))
        #expect(throws: APIFailure.self) { try patch.apply(to: ["l": long]) }
        #expect(try patch.apply(to: ["l": []])["l"]?.elements.count == 9000)
    }

    @Test("pointers are written as they are read")
    func pointers() {
        for text in ["", "/", "/a/b", "/a~1b/~0/~01/", "/0/-"] { #expect(JSONPointer(text)?.description == text) }
        #expect(JSONPointer("/a~1b~0c")?.tokens == ["a/b~c"])
        #expect(JSONPointer(String(repeating: "/a", count: 300)) == nil)
    }

    /// RFC 7386, appendix A.
    static let merges: [Row] = [
        Row(#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), Row(#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        Row(#"{"a":"b"}"#, #"{"a":null}"#, "{}"), Row(#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        Row(#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), Row(#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        Row(#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        Row(#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), Row(#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        Row(#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), Row(#"{"a":"foo"}"#, "null", "null"),
        Row(#"{"a":"foo"}"#, #""bar""#, #""bar""#), Row(#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        Row("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        Row("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ]

    @Test("merge patches as RFC 7386 has them", arguments: merges)
    func merge(_ row: Row) throws {
        let result = MergePatch.apply(try Self.tree(row.patch), to: try Self.tree(row.value))
        #expect(result.says(try Self.tree(try #require(row.result))))
    }
}
