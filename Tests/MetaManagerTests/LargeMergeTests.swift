import Beehive
import MetaManager
import Testing

/// A peer chooses how large an object is; the time that it takes must not grow with the square of that.
@Suite("Large merges", .timeLimit(.minutes(1)))
struct LargeMergeTests {
    private static let count = 60_000

    @Test("an object of very many members, each patched, and as many new ones")
    func members() {
        let base = JSONValue.object((0..<Self.count).map { JSONMember("k\($0)", JSONValue(integer: $0)) })
        let patch = JSONValue.object(
            (0..<Self.count).map { JSONMember("k\($0)", $0 % 2 == 0 ? .null : "new") }
                + (0..<Self.count).map { JSONMember("n\($0)", true) })
        let merged = StrategicMerge.apply(patch, to: base).members
        #expect(merged.count == Self.count / 2 + Self.count)
        #expect(merged.first == JSONMember("k1", "new") && merged.last == JSONMember("n\(Self.count - 1)", true))
    }

    @Test("a list of very many conditions, each patched")
    func conditions() {
        func list(_ status: String) -> JSONValue {
            [
                "conditions": .array(
                    (0..<Self.count).map { ["type": JSONValue(text: "t\($0)"), "status": JSONValue(text: status)] })
            ]
        }
        let merged = StrategicMerge.apply(list("True"), to: list("False"))["conditions"]?.elements ?? []
        #expect(merged.count == Self.count && merged.allSatisfy { $0["status"] == "True" })
    }

    @Test("a small report over a very large status, on its bytes")
    func smallOverLarge() throws {
        let members = (0..<Self.count).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let conditions = (0..<Self.count).map { "{\"type\":\"t\($0)\"}" }.joined(separator: ",")
        for status in ["{\(members)}", "{\"conditions\":[\(conditions)]}"] {
            let pod = Bytes("{\"status\":\(status)}".utf8)
            for report in ["{}", #"{"conditions":[]}"#, #"{"phase":"Running"}"#] {
                let merged = ByteMerge.merge(Bytes(report.utf8), intoMember: "status", of: pod)
                // What is too much to compare is left to the tree, which has an index.
                guard let merged else { continue }
                let tree = StrategicMerge.apply(
                    try JSONValue(parsing: Bytes(report.utf8)), to: try JSONValue(parsing: Bytes(status.utf8)))
                #expect(try JSONValue(parsing: merged)["status"] == tree)
            }
        }
    }

    @Test("of several elements with one key the first is patched, and deletion takes one after the other")
    func twins() {
        let base: JSONValue = ["conditions": [["type": "a", "n": 1], ["type": "b"], ["type": "a", "n": 2]]]
        let patched = StrategicMerge.apply(["conditions": [["type": "a", "n": 9]]], to: base)
        #expect(patched == ["conditions": [["type": "a", "n": 9], ["type": "b"], ["type": "a", "n": 2]]])
        let deletion: JSONValue = ["type": "a", "$patch": "delete"]
        let once = StrategicMerge.apply(["conditions": [deletion]], to: base)
        #expect(once == ["conditions": [["type": "b"], ["type": "a", "n": 2]]])
        let twice = StrategicMerge.apply(["conditions": [deletion, deletion]], to: base)
        #expect(twice == ["conditions": [["type": "b"]]])
    }
}
