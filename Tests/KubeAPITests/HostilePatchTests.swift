import Beehive
import Testing

@testable import KubeAPI

/// Patches of strangers that mean harm: what they may cost is bounded, whatever they say.
struct HostilePatchTests {
    private static func code(_ patch: JSONValue, on value: JSONValue) -> Int? {
        do throws(APIFailure) {
            _ = try JSONPatch(patch).apply(to: value)
            return nil
        } catch {
            return error.code
        }
    }

    /// An object nested so deep.
    static func nest(_ depth: Int) -> JSONValue {
        var value: JSONValue = [:]
        for _ in 1..<depth { value = ["x": value] }
        return value
    }

    @Test("no row of moves builds a value deeper than what can be written and freed")
    func deepMoves() {
        let tail = String(repeating: "/x", count: 200)
        var steps: [JSONValue] = [["op": "add", "path": "/a", "value": [:]]]
        for _ in 0..<100 {
            steps.append(["op": "add", "path": "/c", "value": Self.nest(201)])
            steps.append(["op": "move", "from": "/a", "path": JSONValue(text: "/c\(tail)")])
            steps.append(["op": "move", "from": "/c", "path": "/a"])
        }
        #expect(Self.code(.array(steps), on: [:]) == 422)
    }

    @Test("adding, replacing and copying are bounded like moving", arguments: ["add", "replace", "copy"])
    func deepValues(_ operation: String) {
        let tail = String(repeating: "/x", count: 250)
        func run(_ depth: Int) -> Int? {
            let value = Self.nest(depth)
            let step: JSONValue = [
                "op": JSONValue(text: operation), "path": JSONValue(text: "/a\(tail)"), "from": "/b", "value": value,
            ]
            return Self.code([step], on: ["a": Self.nest(252), "b": value])
        }
        #expect(run(ObjectDepth.maximum - 251) == nil)
        #expect(run(ObjectDepth.maximum - 250) == 422)
    }

    @Test("tests of a large object are paid for: some are answered, a thousand are refused")
    func tests() {
        let large = JSONValue.object((0..<20_000).map { JSONMember("k\($0)", .number([49])) })
        func run(_ count: Int) -> Int? {
            let step: JSONValue = ["op": "test", "path": "/a", "value": large]
            return Self.code(.array(Array(repeating: step, count: count)), on: ["a": large])
        }
        #expect(run(2) == nil)
        #expect(run(1000) == 413)
    }

    @Test("so are tests of long texts and numbers")
    func longTests() {
        for (one, other) in [
            (JSONValue.string(Self.bytes("x", 900_000)), JSONValue.string(Self.bytes("x", 900_000))),
            (.number(Self.bytes("1", 900_000)), .number(Self.bytes("1", 900_000))),
        ] {
            let step: JSONValue = ["op": "test", "path": "/a", "value": other]
            #expect(Self.code([step], on: ["a": one]) == nil)
            #expect(Self.code(.array(Array(repeating: step, count: 1000)), on: ["a": one]) == 413)
        }
    }

    private static func bytes(_ text: String, _ count: Int) -> Bytes {
        Bytes(repeatElement(text.utf8.first ?? 0, count: count))
    }

    @Test("the depth of a value is counted from its outermost braces")
    func depth() {
        #expect(!JSONValue.null.isDeeper(than: 0) && JSONValue.object([]).isDeeper(than: 0))
        #expect(!Self.nest(7).isDeeper(than: 7) && Self.nest(7).isDeeper(than: 6))
        #expect(JSONValue.array([1, [2, [3]]]).isDeeper(than: 2))
    }
}
