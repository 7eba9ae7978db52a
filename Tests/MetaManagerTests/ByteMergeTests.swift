import Beehive
import MetaManager
import TestKit
import Testing

/// Merging reports on their bytes gives what merging trees gives.
struct ByteMergeTests {
    private static func tree(_ text: Bytes) throws -> JSONValue { try JSONValue(parsing: text) }

    @Test("what the table of merges says holds for bytes", arguments: MergeTests.rows)
    func table(row: MergeTests.Row) throws {
        let object = Bytes(#"{"metadata":{},"status":\#(row.base),"z":[1]}"#.utf8)
        guard let merged = ByteMerge.merge(Bytes(row.patch.utf8), intoMember: "status", of: object) else {
            // Left to the tree: only what has directives is.
            #expect(row.patch.contains("$"))
            return
        }
        #expect(String(decoding: merged, as: UTF8.self) == #"{"metadata":{},"status":\#(row.result),"z":[1]}"#)
    }

    @Test(
        "what is not plain is left to the tree",
        arguments: [
            #"{"a":1,"a":2}"#, #"{"k\u0061":1}"#, #"{"ä":1}"#, #"{"conditions":[{"status":"no type"}]}"#,
            #"{"conditions":["text"]}"#, #"{"conditions":[{"type":"A"},{"type":"A"}]}"#, #"["list"]"#, #"{"a":1"#, "",
        ])
    func leaves(patch: String) {
        let object = Bytes(#"{"status":{"conditions":[]}}"#.utf8)
        #expect(ByteMerge.merge(Bytes(patch.utf8), intoMember: "status", of: object) == nil)
    }

    @Test("without the member, too")
    func absent() {
        #expect(ByteMerge.merge(Bytes("{}".utf8), intoMember: "status", of: Bytes(#"{"spec":{}}"#.utf8)) == nil)
    }

    @Test("any report over any status gives what the tree gives", arguments: 0..<40 as Range<UInt64>)
    func sameAsTree(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var done = 0
        for _ in 0..<100 {
            let base = Self.object(depth: 0, &random)
            let patch = Self.object(depth: 0, &random)
            let object = Bytes(#"{ "spec" : {} , "status": \#(base) }"#.utf8)
            guard let merged = ByteMerge.merge(Bytes(patch.utf8), intoMember: "status", of: object) else { continue }
            done += 1
            let wanted = StrategicMerge.apply(try Self.tree(Bytes(patch.utf8)), to: try Self.tree(Bytes(base.utf8)))
            let made = try #require(try Self.tree(merged)["status"])
            #expect(Self.read(made) == Self.read(wanted), "seed \(seed): \(patch) over \(base)")
        }
        #expect(done > 10, "seed \(seed): hardly anything was merged here")
    }

    /// As every reader has it: of several members with one key the last counts.
    private static func read(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            var result = JSONValue.object([])
            for member in members { result[member.key] = read(member.value) }
            return result
        case .array(let elements): return .array(elements.map(read))
        default: return value
        }
    }

    private static func object(depth: Int, _ random: inout SeededRandom) -> String {
        let keys = ["a", "b", "phase", "conditions", "podIPs", "list", "nested"]
        let members = (0..<Int.random(in: 0...5, using: &random)).compactMap { _ -> String? in
            guard let key = keys.randomElement(using: &random) else { return nil }
            return "\"\(key)\": \(value(of: key, depth: depth, &random))"
        }
        return "{\(members.joined(separator: " ,"))}"
    }

    private static func value(of key: String, depth: Int, _ random: inout SeededRandom) -> String {
        if let field = ["conditions": "type", "podIPs": "ip"][key], Int.random(in: 0..<8, using: &random) > 0 {
            let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                let more = object(depth: 3, &random).dropFirst()
                let identity = "\"\(field)\":\"\(["A", "B", "C"].randomElement(using: &random) ?? "A")\""
                return "{\(identity)\(more == "}" ? "" : ",")\(more)"
            }
            return "[\(elements.joined(separator: ", "))]"
        }
        switch Int.random(in: 0..<(depth < 3 ? 7 : 5), using: &random) {
        case 0: return "null"
        case 1: return "\(Int.random(in: -9...9, using: &random))"
        case 2: return "\"t\(Int.random(in: 0...2, using: &random))\""
        case 3: return "[1, {\"x\" :null}]"
        case 4: return "true"
        default: return object(depth: depth + 1, &random)
        }
    }
}
