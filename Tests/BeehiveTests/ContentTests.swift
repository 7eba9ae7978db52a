import Beehive
import TestKit
import Testing

@Suite("Content")
struct ContentTests {
    @Test(
        "the stored value is the text of a string and the bytes of anything else",
        arguments: [
            (#"{"a": 1}"#, #"{"a": 1}"#), ("[1]", "[1]"), ("1.0", "1.0"), ("false", "false"),
            (#""{\"a\":\"\u00fc\"}""#, #"{"a":"ü"}"#), (#""plain""#, "plain"), (" 5 ", "5"),
        ])
    func stored(json: String, value: String) throws {
        #expect(try Content(json: bytes(json)).storedValue.map(text) == value)
    }

    @Test("null and the empty string cannot be stored", arguments: ["null", #""""#])
    func empty(json: String) throws {
        let content = try Content(json: bytes(json))
        #expect(content.isEmpty && content.storedValue == nil)
    }

    @Test("the sketch finds the fields that the rules ask for")
    func sketch() throws {
        let content = try Content(
            json: bytes(
                #" {"kind":"Pod","metadata":{"name":"n","namespace":"s","uid":"u\u0031","resourceVersion":"7","labels":{"uid":"x"}},"#
                    + #""Object":{"a":1},"Err":null,"ErrStatus":{"code":404},"UID":"r","apiVersion":"v1"}"#))
        let sketch = content.sketch
        #expect(content.text(sketch.objectKind) == "Pod" && content.text(sketch.apiVersion) == "v1")
        #expect(content.text(sketch.name) == "n" && content.text(sketch.namespace) == "s")
        #expect(content.text(sketch.uid) == "u1" && content.text(sketch.resourceVersion) == "7")
        #expect(content.bytes(sketch.object).map(text) == #"{"a":1}"#)
        #expect(content.bytes(sketch.error).map(text) == "null" && content.text(sketch.error) == nil)
        #expect(content.bytes(sketch.errorStatus).map(text) == #"{"code":404}"#)
        #expect(content.text(sketch.reportUID) == "r")
        #expect(!sketch.isEmptyObject)
        #expect(try Content(json: bytes("{ }")).sketch.isEmptyObject)
    }

    @Test("a later duplicate of metadata leaves nothing of the first")
    func duplicate() throws {
        let content = try Content(json: bytes(#"{"metadata":{"uid":"a","name":"n"},"metadata":{"uid":"b"}}"#))
        #expect(content.text(content.sketch.uid) == "b")
        #expect(content.text(content.sketch.name) == nil)
    }

    @Test("stored values travel as strings, escaped only on the way out")
    func texts() throws {
        let content = Content(texts: [bytes(#"{"a":"<ü>"}"#), bytes("x\u{2028}")])
        #expect(content.kind == .array)
        #expect(text(content.json) == #"["{\"a\":\"\u003cü\u003e\"}","x\u2028"]"#)
        #expect(try Content(json: content.json) == content)
        #expect(text(Content(texts: []).json) == "[]")
        #expect(Content.ok.isOK && !Content(text: "ok").isOK)
    }
}

@Suite("JSONText and MessageEncoder")
struct JSONTextTests {
    @Test(
        "escapes as Go's encoder does, and back",
        arguments: [
            ("plain", "plain"), ("\"\\/", #"\"\\/"#), ("<>&", #"\u003c\u003e\u0026"#),
            ("\u{2028}\u{2029}\u{2030}", "\\u2028\\u2029\u{2030}"),
            ("\n\r\t\u{8}\u{C}", #"\n\r\t\b\f"#), ("\u{0}\u{1F}\u{7F}", "\\u0000\\u001f\u{7F}"), ("ü😀", "ü😀"), ("", ""),
        ])
    func escapes(plain: String, escaped: String) {
        var out: [UInt8] = []
        JSONText.appendEscaped(plain.utf8, to: &out)
        #expect(text(out) == escaped)
        #expect(text(JSONText.unescape(out[...])) == plain)
    }

    @Test(
        "undoes every escape; half a pair becomes U+FFFD",
        arguments: [
            (#"\ud83d\ude00"#, "😀"), (#"\uD83D\uDE00"#, "😀"), (#"\ud83d"#, "\u{FFFD}"), (#"\ude00x"#, "\u{FFFD}x"),
            (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\/\u2028"#, "/\u{2028}"),
        ])
    func unescapes(escaped: String, plain: String) { #expect(text(JSONText.unescape(bytes(escaped))) == plain) }

    @Test("a frame has Go's form: empty fields left out, unknown ones behind the known")
    func form() throws {
        let message = Message(
            header: Header(
                id: "a", parentID: "b", timestamp: -5, resourceVersion: "7", sync: true, type: "t",
                extras: [ExtraField(name: "age", json: bytes("1.0"))]),
            route: Route(
                source: "s", destination: "d", group: "g", operation: "o", resource: "r<",
                extras: [ExtraField(name: "é\"", json: bytes("[ ]"))]),
            content: .ok, extras: [ExtraField(name: "x", json: bytes("null"))])
        #expect(
            text(MessageEncoder.encode(message))
                == #"{"header":{"msg_id":"a","parent_msg_id":"b","timestamp":-5,"resourceversion":"7","sync":true,"type":"t","age":1.0},"#
                + #""route":{"source":"s","destination":"d","group":"g","operation":"o","resource":"r\u003c","é\"":[ ]},"#
                + #""content":"OK","x":null}"#)
        let bare = Message(
            header: Header(id: "a", timestamp: 0), route: Route(source: "", group: "", operation: "", resource: ""),
            content: .null)
        #expect(
            text(MessageEncoder.encode(bare)) == #"{"header":{"msg_id":"a","timestamp":0},"route":{},"content":null}"#)
    }
}

@Suite("JSON properties")
struct JSONPropertyTests {
    private static func tree(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2:
            .number(
                bytes(
                    ["0", "-0", "1.0", "1E+5", "12345678901234567890", "-3.25e-7"].randomElement(using: &random) ?? "1")
            )
        case 3:
            .string(bytes([#"\ud800"#, #"\u003C\/"#, "ü\u{2028}", "12345678\\n"].randomElement(using: &random) ?? ""))
        case 4:
            JSONValue(
                text: String(
                    String.UnicodeScalarView(
                        (0..<Int.random(in: 0..<12, using: &random)).compactMap { _ in
                            Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &random))
                        })))
        case 5: .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in tree(&random, depth: depth - 1) })
        default:
            .object(
                (0..<Int.random(in: 0..<4, using: &random)).map {
                    JSONMember("k\($0)<\"", tree(&random, depth: depth - 1))
                })
        }
    }

    @Test("what a tree writes parses to the same tree and writes the same bytes", arguments: 0..<100 as Range<UInt64>)
    func identity(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = Self.tree(&random, depth: 6)
        let parsed = try JSONValue(parsing: value.json)
        #expect(parsed == value, "seed \(seed)")
        #expect(parsed.json == value.json, "seed \(seed)")
        #expect(try Content(json: value.json).json == value.json, "seed \(seed)")
    }

    @Test(
        "no mutation of a real frame crashes the decoder, and what it takes is stable",
        arguments: 0..<20 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frames = try ["02-node-register", "08-queries", "09-pod-delete"].flatMap { name in
            try WireFixtures.lines(name).compactMap { try WireFixtures.frame($0) }
        }
        for _ in 0..<100 {
            var frame = Array(try #require(frames.randomElement(using: &random)))
            for _ in 0..<Int.random(in: 1...3, using: &random) where !frame.isEmpty {
                let at = Int.random(in: 0..<frame.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: frame[at] = UInt8.random(in: 0...255, using: &random)
                case 1: frame.remove(at: at)
                case 2: frame.insert(Array("{}[],:\"\\0".utf8).randomElement(using: &random) ?? 0, at: at)
                default: frame.removeLast(frame.count - at)
                }
            }
            let isTree = (try? JSONValue(parsing: frame[...])) != nil
            guard let message = try? MessageDecoder().decode(frame[...]) else { continue }
            #expect(isTree, "seed \(seed)")
            let once = MessageEncoder.encode(message)
            #expect(MessageEncoder.encode(try MessageDecoder().decode(once[...])) == once, "seed \(seed)")
        }
    }
}
