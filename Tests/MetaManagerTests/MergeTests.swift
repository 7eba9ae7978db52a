import Beehive
import MetaManager
import TestKit
import Testing

/// Strategic merge patches, and composing two of them (`messages.md`, section 2).
struct MergeTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let base: String
        let patch: String
        let result: String
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "members are set, null removes", base: #"{"a":1,"b":2}"#, patch: #"{"b":null,"c":3}"#,
            result: #"{"a":1,"c":3}"#),
        Row(name: "objects merge", base: #"{"s":{"a":1}}"#, patch: #"{"s":{"b":2}}"#, result: #"{"s":{"a":1,"b":2}}"#),
        Row(
            name: "an object over another kind", base: #"{"s":7}"#, patch: #"{"s":{"b":2,"c":null}}"#,
            result: #"{"s":{"b":2}}"#),
        Row(
            name: "conditions merge by type",
            base: #"{"conditions":[{"type":"A","s":1},{"type":"B","s":1}]}"#,
            patch: #"{"conditions":[{"type":"B","s":2},{"type":"C","s":3}]}"#,
            result: #"{"conditions":[{"type":"A","s":1},{"type":"B","s":2},{"type":"C","s":3}]}"#),
        Row(
            name: "podIPs merge by ip", base: #"{"podIPs":[{"ip":"1"}]}"#, patch: #"{"podIPs":[{"ip":"2"}]}"#,
            result: #"{"podIPs":[{"ip":"1"},{"ip":"2"}]}"#),
        Row(
            name: "other lists are replaced", base: #"{"containerStatuses":[{"name":"a"},{"name":"b"}]}"#,
            patch: #"{"containerStatuses":[{"name":"b"}]}"#, result: #"{"containerStatuses":[{"name":"b"}]}"#),
        Row(
            name: "$patch delete of an element", base: #"{"conditions":[{"type":"A"},{"type":"B"}]}"#,
            patch: #"{"conditions":[{"type":"A","$patch":"delete"}]}"#, result: #"{"conditions":[{"type":"B"}]}"#),
        Row(
            name: "$patch replace of a list", base: #"{"conditions":[{"type":"A"},{"type":"B"}]}"#,
            patch: #"{"conditions":[{"$patch":"replace"},{"type":"C"}]}"#, result: #"{"conditions":[{"type":"C"}]}"#),
        Row(
            name: "$patch replace with a merge key", base: #"{"conditions":[{"type":"A"}]}"#,
            patch: #"{"conditions":[{"$patch":"replace","type":"X"},{"type":"C"}]}"#,
            result: #"{"conditions":[{"type":"C"}]}"#),
        Row(
            name: "$patch replace of an object", base: #"{"s":{"a":1}}"#, patch: #"{"s":{"$patch":"replace","b":2}}"#,
            result: #"{"s":{"b":2}}"#),
        Row(
            name: "$patch delete of an object", base: #"{"s":{"a":1}}"#, patch: #"{"s":{"$patch":"delete"}}"#,
            result: #"{"s":{}}"#),
        Row(
            name: "$retainKeys", base: #"{"s":{"a":1,"b":2}}"#, patch: #"{"s":{"$retainKeys":["b","c"],"c":3}}"#,
            result: #"{"s":{"b":2,"c":3}}"#),
        Row(
            name: "$setElementOrder", base: #"{"conditions":[{"type":"A"},{"type":"B"}]}"#,
            patch:
                #"{"$setElementOrder/conditions":[{"type":"C"},{"type":"A"},{"type":"B"}],"conditions":[{"type":"C"}]}"#,
            result: #"{"conditions":[{"type":"C"},{"type":"A"},{"type":"B"}]}"#),
        Row(
            name: "$deleteFromPrimitiveList", base: #"{"finalizers":["a","b"]}"#,
            patch: #"{"$deleteFromPrimitiveList/finalizers":["a"]}"#, result: #"{"finalizers":["b"]}"#),
        Row(
            name: "escapes and digits stay", base: #"{"a":1.0,"b":"\u00e4"}"#, patch: #"{"c":12345678901234567890}"#,
            result: #"{"a":1.0,"b":"\u00e4","c":12345678901234567890}"#),
    ]

    @Test("a strategic merge patch is applied as the API server applies it", arguments: rows)
    func applies(row: Row) throws {
        let result = StrategicMerge.apply(try Self.tree(row.patch), to: try Self.tree(row.base))
        #expect(String(decoding: result.json, as: UTF8.self) == row.result)
    }

    static func tree(_ text: String) throws -> JSONValue { try JSONValue(parsing: Bytes(text.utf8)) }

    struct Pair: CustomTestStringConvertible, Sendable {
        let earlier: String
        let later: String
        let composed: String?
        var testDescription: String { "\(earlier) then \(later)" }
    }

    static let pairs = [
        Pair(earlier: #"{"s":{"a":1}}"#, later: #"{"s":{"a":2,"b":3}}"#, composed: #"{"s":{"a":2,"b":3}}"#),
        Pair(earlier: #"{"s":{"a":1}}"#, later: #"{"s":null}"#, composed: #"{"s":null}"#),
        Pair(earlier: #"{"s":null}"#, later: #"{"s":{"a":1}}"#, composed: nil),
        Pair(earlier: #"{"s":1}"#, later: #"{"s":{"a":1}}"#, composed: nil),
        Pair(earlier: #"{"conditions":null}"#, later: #"{"conditions":[{"type":"A"}]}"#, composed: nil),
        Pair(
            earlier: #"{"s":{"$patch":"replace","a":1}}"#, later: #"{"s":{"a":null,"b":{"c":null}}}"#,
            composed: #"{"s":{"b":{},"$patch":"replace"}}"#),
        Pair(
            earlier: #"{"conditions":[{"type":"A","s":1}]}"#,
            later: #"{"conditions":[{"type":"A","s":2},{"type":"B"}]}"#,
            composed: #"{"conditions":[{"type":"A","s":2},{"type":"B"}]}"#),
    ]

    @Test("two patches compose into one, or stay two", arguments: pairs)
    func composes(pair: Pair) throws {
        let joined = PatchComposition.compose(try Self.tree(pair.later), after: try Self.tree(pair.earlier))
        #expect(joined.map { String(decoding: $0.json, as: UTF8.self) } == pair.composed)
    }

    @Test("a composed patch does what both do, one after the other")
    func property() {
        let seed = Seeds.next()
        var random = SeededRandom(seed: seed)
        var found = 0
        for _ in 0..<40_000 {
            let base = Patches.object(depth: 2, asPatch: false, &random)
            let first = Patches.object(depth: 2, asPatch: true, &random)
            let second = Patches.object(depth: 2, asPatch: true, &random)
            guard let joined = PatchComposition.compose(second, after: first) else { continue }
            found += 1
            let once = StrategicMerge.apply(joined, to: base)
            let twice = StrategicMerge.apply(second, to: StrategicMerge.apply(first, to: base))
            guard Patches.sorted(once) != Patches.sorted(twice) else { continue }
            let texts = [base, first, second, joined, once, twice].map { String(decoding: $0.json, as: UTF8.self) }
            Issue.record(
                """
                METAMANAGER_SEED=\(seed)
                base     \(texts[0])
                first    \(texts[1])
                second   \(texts[2])
                composed \(texts[3])
                gives    \(texts[4])
                not      \(texts[5])
                """)
            return
        }
        #expect(found > 10_000, "most pairs compose")
    }
}

/// Random objects and patches over few names, so that they meet.
enum Patches {
    static func object(depth: Int, asPatch: Bool, _ random: inout SeededRandom) -> JSONValue {
        var members: [JSONMember] = []
        if asPatch, random.one(in: 14) { members.append(JSONMember("$patch", random.pick(["replace", "delete"]))) }
        for name in ["a", "b"] where random.one(in: 2) {
            members.append(JSONMember(name, value(depth: depth, asPatch: asPatch, &random)))
        }
        for name in ["conditions", "list"] where random.one(in: 3) {
            if asPatch, random.one(in: 8) {
                members.append(JSONMember(name, .null))
                continue
            }
            members.append(JSONMember(name, .array(elements(asPatch: asPatch, &random))))
            guard asPatch, name == "conditions", random.one(in: 3) else { continue }
            let order = ["A", "B", "C"].filter { _ in random.one(in: 2) }
            members.append(
                JSONMember(
                    "$setElementOrder/conditions",
                    .array(order.map { .object([JSONMember("type", JSONValue(text: $0))]) })))
        }
        return .object(members)
    }

    static func value(depth: Int, asPatch: Bool, _ random: inout SeededRandom) -> JSONValue {
        if asPatch, random.one(in: 5) { return .null }
        if depth > 0, !random.one(in: 3) { return object(depth: depth - 1, asPatch: asPatch, &random) }
        return JSONValue(integer: random.below(3))
    }

    static func elements(asPatch: Bool, _ random: inout SeededRandom) -> [JSONValue] {
        var list: [JSONValue] = []
        if asPatch, random.one(in: 8) { list.append(["$patch": "replace"]) }
        for name in ["A", "B", "C"] where random.one(in: 2) {
            var element: JSONValue = ["type": JSONValue(text: name)]
            if asPatch, random.one(in: 5) {
                element["$patch"] = "delete"
            } else {
                element["x"] = asPatch && random.one(in: 5) ? .null : JSONValue(integer: random.below(3))
                if random.one(in: 2) { element["y"] = JSONValue(integer: random.below(3)) }
            }
            list.append(element)
        }
        return list
    }

    /// Members in one order: which order they came in says nothing.
    static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.map { JSONMember($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }
}
