import Beehive
import Testing

@testable import KubeAPI

/// What counts as saying the same: a real change must never be taken for none.
struct JSONEqualityTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var left: String
        var right: String
        var isSame: Bool
        var testDescription: String { "\(left) \(isSame ? "is" : "is not") \(right)" }

        init(_ left: String, _ right: String, _ isSame: Bool) {
            (self.left, self.right, self.isSame) = (left, right, isSame)
        }
    }

    static let rows: [Row] = [
        Row("\"\u{e9}\"", "\"e\u{301}\"", false), Row("\"\u{e9}\"", #""\u00e9""#, true),
        Row("{\"\u{e9}\":1}", "{\"e\u{301}\":1}", false), Row("{\"\u{e9}\":1}", #"{"\u00e9":1}"#, true),
        Row("{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"e\u{301}\":2,\"\u{e9}\":1}", true),
        Row("9007199254740993", "9007199254740992", false), Row("9007199254740993", "9007199254740993.0", true),
        Row("1e900000", "2e1000000", false), Row("1e900000", "1e900000", true), Row("1e900000", "10e899999", true),
        Row("1e-900000", "2e-900000", false), Row("1e99999999999999999999", "2e99999999999999999999", false),
        Row("1", "1.0", true), Row("1", "1e0", true), Row("100", "1E+2", true), Row("0.1", "1e-1", true),
        Row("0.1", "0.10000000000000001", true), Row("0.1", "0.2", false), Row("1.5", "2", false),
        Row("0", "-0", true), Row("0", "0.00e7", true), Row("1", "-1", false), Row("10", "1", false),
        Row("1", #""1""#, false), Row("null", "false", false), Row("[1,2]", "[2,1]", false),
        Row(#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, true), Row(#"{"a":1,"a":2}"#, #"{"a":2}"#, true),
        Row(#"{"a":1}"#, #"{"a":1,"b":2}"#, false), Row("{}", "[]", false),
    ]

    @Test("texts and keys are the same by their bytes, whole numbers by all their digits", arguments: rows)
    func says(_ row: Row) throws {
        let left = try JSONValue(parsing: Bytes(row.left.utf8))
        let right = try JSONValue(parsing: Bytes(row.right.utf8))
        #expect(left.says(right) == row.isSame && right.says(left) == row.isSame)
    }

    @Test("a JSON patch finds members by the bytes of their keys")
    func keys() throws {
        let patch = try JSONPatch([["op": "add", "path": "/e\u{301}", "value": 2]])
        let result = try patch.apply(to: .object([JSONMember("\u{e9}", 1)]))
        #expect(result.members.count == 2)
    }
}
