import Beehive
import Testing

@Suite("MessageDecoder")
struct MessageDecoderTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let why: String
        let frame: [UInt8]
        let code: DecodeError.Code
        /// The byte that the error names; nil where none belongs to the fault.
        let place: Int?
        var testDescription: String { why }

        init(_ why: String, _ frame: String, _ code: DecodeError.Code, at place: Int?) {
            self.init(why, Array(frame.utf8), code, at: place)
        }

        init(_ why: String, _ frame: [UInt8], _ code: DecodeError.Code, at place: Int?) {
            self.why = why
            self.frame = frame
            self.code = code
            self.place = place
        }
    }

    /// A content of raw bytes in a frame that is right otherwise; the content starts at byte 11.
    private static func content(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"content":"#.utf8) + bytes + Array(#","header":{"msg_id":"m"}}"#.utf8)
    }

    private static func content(_ text: String) -> [UInt8] { content(Array(text.utf8)) }

    static let bad = [
        Bad("nothing", "", .notJSON, at: 0),
        Bad("white space only", " \n ", .notJSON, at: 3),
        Bad("no JSON", "hello", .notJSON, at: 0),
        Bad("cut in a key", #"{"head"#, .notJSON, at: 6),
        Bad("cut behind a colon", #"{"header":"#, .notJSON, at: 10),
        Bad("cut in the id", #"{"header":{"msg_id":"#, .notJSON, at: 20),
        Bad("cut before sync", #"{"header":{"sync":"#, .notJSON, at: 18),
        Bad("cut at the end", #"{"header":{"msg_id":"m"}"#, .notJSON, at: 24),
        Bad("cut in a literal", #"{"content":tru"#, .notJSON, at: 14),
        Bad("cut in an escape", #"{"content":"\u12"#, .notJSON, at: 16),
        Bad("cut in a character", Array(#"{"content":""#.utf8) + [0xE2, 0x80], .notJSON, at: 14),
        Bad("something behind it", #"{"header":{"msg_id":"m"}} x"#, .notJSON, at: 26),
        Bad("two frames", #"{"header":{"msg_id":"m"}}{}"#, .notJSON, at: 25),
        Bad("byte order mark", [0xEF, 0xBB, 0xBF] + Array(#"{"header":{"msg_id":"m"}}"#.utf8), .notJSON, at: 0),
        Bad("trailing comma in an object", content(#"{"a":1,}"#), .notJSON, at: 18),
        Bad("trailing comma in an array", content("[1,]"), .notJSON, at: 14),
        Bad("trailing comma in the frame", #"{"header":{"msg_id":"m"},}"#, .notJSON, at: 25),
        Bad("no comma", content("[1 2]"), .notJSON, at: 14),
        Bad("no colon", content(#"{"a" 1}"#), .notJSON, at: 16),
        Bad("key without quotes", content("{a:1}"), .notJSON, at: 12),
        Bad("single quotes", content("'a'"), .notJSON, at: 11),
        Bad("wrong bracket", content("[1}"), .notJSON, at: 13),
        Bad("comment", content("/* a */1"), .notJSON, at: 11),
        Bad("leading zero", content("01"), .notJSON, at: 11),
        Bad("leading zero behind a sign", content("-01"), .notJSON, at: 11),
        Bad("sign without digits", content("-"), .notJSON, at: 11),
        Bad("plus sign", content("+1"), .notJSON, at: 11),
        Bad("no digit before the point", content(".5"), .notJSON, at: 11),
        Bad("no digit behind the point", content("1."), .notJSON, at: 11),
        Bad("no digit in the exponent", content("1e+"), .notJSON, at: 11),
        Bad("hexadecimal", content("0x1"), .notJSON, at: 12),
        Bad("NaN", content("NaN"), .notJSON, at: 11),
        Bad("Infinity", content("Infinity"), .notJSON, at: 11),
        Bad("negative Infinity", content("-Infinity"), .notJSON, at: 11),
        Bad("nil", content("nil,"), .notJSON, at: 12),
        Bad("capital True", content("True"), .notJSON, at: 11),
        Bad("more than null", content("nullx"), .notJSON, at: 15),
        Bad("raw line feed", content("\"a\nb\""), .notJSON, at: 13),
        Bad("raw zero byte", content("\"\u{0}\""), .notJSON, at: 12),
        Bad("raw control character behind eight plain ones", content("\"12345678\u{1F}\""), .notJSON, at: 20),
        Bad("vertical tab as white space", content("\u{0B}1"), .notJSON, at: 11),
        Bad("no-break space as white space", content("\u{A0}1"), .notJSON, at: 11),
        Bad("unknown escape", content(#""\x41""#), .notJSON, at: 12),
        Bad("escape with a bad digit", content(#""\u12g4""#), .notJSON, at: 12),
        Bad("stray continuation", content([0x22, 0x80, 0x22]), .notJSON, at: 12),
        Bad("lead without continuation", content([0x22, 0xC3, 0x22]), .notJSON, at: 12),
        Bad("overlong slash, two bytes", content([0x22, 0xC0, 0xAF, 0x22]), .notJSON, at: 12),
        Bad("overlong slash, three bytes", content([0x22, 0xE0, 0x80, 0xAF, 0x22]), .notJSON, at: 12),
        Bad("overlong, four bytes", content([0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22]), .notJSON, at: 12),
        Bad("surrogate in UTF-8", content([0x22, 0xED, 0xA0, 0x80, 0x22]), .notJSON, at: 12),
        Bad("above the last character", content([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22]), .notJSON, at: 12),
        Bad("byte FF", content([0x22, 0xFF, 0x22]), .notJSON, at: 12),
        Bad("bad UTF-8 in an unknown key", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], .notJSON, at: 2),
        Bad("an array", "[]", .wrongShape, at: 0),
        Bad("a string", #""m""#, .wrongShape, at: 0),
        Bad("null", " null", .wrongShape, at: 1),
        Bad("header is a number", #"{"header":5}"#, .wrongShape, at: 10),
        Bad("route is an array", #"{"header":{"msg_id":"m"},"route":[]}"#, .wrongShape, at: 33),
        Bad("id is a number", #"{"header":{"msg_id": 5}}"#, .wrongShape, at: 21),
        Bad("timestamp is a string", #"{"header":{"timestamp":"5"}}"#, .wrongShape, at: 23),
        Bad("timestamp has a fraction", #"{"header":{"timestamp":1.5}}"#, .wrongShape, at: 23),
        Bad("timestamp is too large", #"{"header":{"timestamp":9223372036854775808}}"#, .wrongShape, at: 23),
        Bad("sync is a number", #"{"header":{"sync":1}}"#, .wrongShape, at: 18),
        Bad("resource is an object", #"{"route":{"resource":{}}}"#, .wrongShape, at: 21),
        Bad("no header", #"{"content":1}"#, .noID, at: nil),
        Bad("null header", #"{"header":null,"content":1}"#, .noID, at: nil),
        Bad("null id", #"{"header":{"msg_id":null}}"#, .noID, at: nil),
        Bad("empty id", #"{"header":{"msg_id":""}}"#, .noID, at: nil),
        Bad("too deep a content", content(nested(512)), .tooDeep, at: 11 + 511),
        Bad("too deep an unknown field", #"{"x":"# + nested(512) + "}", .tooDeep, at: 5 + 511),
        Bad("too deep in the header", #"{"header":{"x":"# + nested(511) + "}}", .tooDeep, at: 15 + 510),
        Bad("very deep", content(String(repeating: "[", count: 100_000)), .tooDeep, at: 11 + 511),
    ]

    /// So many arrays in each other.
    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test("refuses a bad frame, and names the kind and the place", arguments: bad)
    func refuses(bad: Bad) {
        let error = #expect(throws: DecodeError.self) { try MessageDecoder().decode(bad.frame[...]) }
        #expect(error?.code == bad.code, "\(error?.description ?? "")")
        if let place = bad.place {
            #expect(error?.description.hasSuffix("at byte \(place)") == true, "\(error as Any)")
        }
        // The place does not depend on where the frame lies in its buffer.
        let shifted = [UInt8](repeating: 0x20, count: 3) + bad.frame
        let again = #expect(throws: DecodeError.self) { try MessageDecoder().decode(shifted[3...]) }
        #expect(again?.description == error?.description)
    }

    @Test("takes 512 levels, and not one more")
    func depth() throws {
        #expect(throws: Never.self) { try MessageDecoder().decode(Self.content(Self.nested(511))[...]) }
        #expect(throws: Never.self) { try Content(json: bytes(Self.nested(512))) }
        #expect(throws: JSONFault(.tooDeep, at: 512)) { try Content(json: bytes(Self.nested(513))) }
        #expect(throws: Never.self) { try JSONValue(parsing: bytes(Self.nested(512))) }
        #expect(throws: JSONFault(.tooDeep, at: 512)) { try JSONValue(parsing: bytes(Self.nested(513))) }
        let full = String(repeating: "[", count: 512) + "1" + String(repeating: "]", count: 512)
        #expect(throws: Never.self) { try Content(json: bytes(full)) }
        #expect(throws: Never.self) { try JSONValue(parsing: bytes(full)) }
        let shallow = MessageDecoder(maximumDepth: 3)
        #expect(throws: Never.self) { try shallow.decode(Self.content("[[1]]")[...]) }
        let error = #expect(throws: DecodeError.self) { try shallow.decode(Self.content("[[[1]]]")[...]) }
        #expect(error?.code == .tooDeep)
        #expect(error?.description.contains("deeper than 3") == true)
    }

    @Test("a frame larger than the limit is refused by its size alone")
    func size() {
        let frame = frame(content: "1")
        #expect(throws: Never.self) { try MessageDecoder(maximumBytes: frame.count).decode(frame) }
        let error = #expect(throws: DecodeError.self) {
            try MessageDecoder(maximumBytes: frame.count - 1).decode(frame)
        }
        #expect(error?.code == .tooLarge)
        #expect(error?.description == "frame of \(frame.count) bytes is larger than \(frame.count - 1)")
    }

    @Test("errors hold nothing of the body")
    func silent() {
        let error = #expect(throws: DecodeError.self) {
            try MessageDecoder().decode(bytes(#"{"content":{"password":"hunter2" "x"}}"#))
        }
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.description.contains("password") == false)
    }

    @Test("of duplicate fields the last wins, and halves of a header add up, as in Go")
    func duplicates() throws {
        let message = try MessageDecoder().decode(
            bytes(
                #"{"content":1,"header":{"msg_id":"a","sync":true,"msg_id":"b"},"content":[2],"header":{"type":"t"}}"#))
        #expect(message.id == "b")
        #expect(message.header.sync)
        #expect(message.header.type == "t")
        #expect(text(message.content.json) == "[2]")
    }

    @Test(
        "a known field in other letters or escapes is that field, as Go reads it, and no second one",
        arguments: [
            #""Source":"cloudhub""#, #""SOURCE":"cloudhub""#, #""sour\u0063e":"cloudhub""#,
            "\"\u{17F}ource\":\"cloudhub\"",
        ])
    func foldedNames(second: String) throws {
        let message = try MessageDecoder().decode(
            bytes(#"{"header":{"MSG_ID":"m"},"route":{"source":"edged",\#(second)}}"#))
        #expect(message.id == "m")
        #expect(message.route.source == "cloudhub")
        #expect(message.route.extras.isEmpty)
        #expect(text(MessageEncoder.encode(message)).contains("edged") == false)
    }

    @Test("null, absent and empty fields are the same")
    func nulls() throws {
        let message = try MessageDecoder().decode(
            bytes(
                #"{"header":{"msg_id":"m","timestamp":null,"sync":null,"parent_msg_id":null},"route":null}"#))
        #expect(message.header == Header(id: "m", timestamp: 0))
        #expect(message.route == Route(source: "", group: "", operation: "", resource: ""))
        #expect(message.content == .null)
        #expect(message.content.isEmpty)
    }

    @Test("escapes in fields are undone, a lone surrogate becomes U+FFFD")
    func escapes() throws {
        let message = try MessageDecoder().decode(
            bytes(#"{"header":{"msg_id":"m\/\u00fc\ud83d\ude00\ud800"},"route":{"resource":"a\u002fpod\/x"}}"#))
        #expect(message.id == "m/ü😀\u{FFFD}")
        #expect(message.route.resource == "a/pod/x")
    }

    @Test(
        "content keeps its bytes",
        arguments: [
            "1.0", "1", "-0", "1e400", "0.10000000000000000000000001", "12345678901234567890123", #""\ud800""#,
            #""\u00FC""#,
            "\"\u{2028}\"", "{ \"b\" : 1 , \"a\" : [ ] }", #"{"a":1,"a":2}"#, "null", "false", "\"\"", #""a\/b""#,
            "[\n]",
        ])
    func contentStays(content: String) throws {
        let frame = bytes(#" {"header":{"msg_id":"m","timestamp":1},"route":{},"content":"# + content + "} \n")
        let message = try MessageDecoder().decode(frame)
        #expect(text(message.content.json) == content)
        #expect(
            text(MessageEncoder.encode(message))
                == #"{"header":{"msg_id":"m","timestamp":1},"route":{},"content":"# + content + "}")
    }
}
