import Beehive
import Testing

@testable import KubeAPI

/// Keys that look alike, and keys that come twice: each patch means one thing.
struct PatchKeyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var object: String
        var patch: String
        var result: String
        var testDescription: String { "\(patch) on \(object)" }

        init(_ object: String, _ patch: String, _ result: String) {
            (self.object, self.patch, self.result) = (object, patch, result)
        }
    }

    static let rows: [Row] = [
        // The last of two counts, alone: nothing of the first is merged in.
        Row(#"{}"#, #"{"a":1,"a":2}"#, #"{"a":2}"#),
        Row(#"{}"#, #"{"d":{"x":"1"},"d":{"y":"2"}}"#, #"{"d":{"y":"2"}}"#),
        Row(#"{"a":0}"#, #"{"a":1,"a":null}"#, #"{}"#), Row(#"{"a":0}"#, #"{"a":null,"a":1}"#, #"{"a":1}"#),
        Row(#"{"a":1,"a":2}"#, #"{"b":3}"#, #"{"a":2,"b":3}"#), Row(#"{"a":1,"a":2}"#, #"{"a":null}"#, #"{}"#),
        Row(#"{"d":{"x":1}}"#, #"{"d":{"y":1},"d":null}"#, #"{}"#),
        // A key is the same however it is escaped.
        Row(#"{"a":1}"#, #"{"\u0061":2}"#, #"{"a":2}"#), Row(#"{"\u0061":1}"#, #"{"a":null}"#, #"{}"#),
        Row(#"{}"#, #"{"a":1,"\u0061":2}"#, #"{"a":2}"#),
        Row("{\"\u{e9}\":1}", #"{"\u00e9":2}"#, "{\"\u{e9}\":2}"),
        // And another when its bytes are others, whatever it looks like.
        Row("{\"\u{e9}\":1}", "{\"e\u{301}\":2}", "{\"\u{e9}\":1,\"e\u{301}\":2}"),
        Row("{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"\u{e9}\":null}", "{\"e\u{301}\":2}"),
        Row("{\"K\":1}", "{\"\u{212a}\":2}", "{\"K\":1,\"\u{212a}\":2}"),
    ]

    @Test("merge patches and strategic ones go by the bytes of keys, and by the last of several", arguments: rows)
    func keys(_ row: Row) throws {
        let object = try JSONValue(parsing: Bytes(row.object.utf8))
        let patch = try JSONValue(parsing: Bytes(row.patch.utf8))
        // As bytes: two texts that look the same are equal to Swift.
        #expect(Array(MergePatch.apply(patch, to: object).json) == Array(row.result.utf8))
        let kind = KubeKind(
            resource: KubeKind.Resource(group: "", version: "v1", plural: "configmaps"), kind: "ConfigMap",
            isNamespaced: true)
        let schema = try #require(MergeSchema.of(kind))
        #expect(Array(StrategicPatch.apply(patch, to: object, schema: schema).json) == Array(row.result.utf8))
    }

    @Test("a 404 tells of an object when it names it, and not of a path that nobody knows")
    func absence() {
        func isAbsence(_ details: JSONValue?, code: Int = 404) -> Bool {
            APIFailure(code, reason: "NotFound", "not found", details: details)
                .isAbsence(of: "alpha", kinds: ["configmaps", "configmap", "ConfigMap"])
        }
        for kind in ["configmaps", "configmap", "ConfigMap", ""] {
            #expect(isAbsence(["name": "alpha", "kind": JSONValue(text: kind)]))
        }
        #expect(!isAbsence(["name": "alpha", "kind": "configmaps"], code: 403))
        #expect(!isAbsence(nil) && !isAbsence([:]) && !isAbsence(["name": "beta", "kind": "configmaps"]))
        #expect(!isAbsence(["name": "alpha", "kind": "namespaces"]))
        let unknown: JSONValue = [
            "name": "alpha", "kind": "configmaps",
            "causes": [["reason": "UnexpectedServerResponse", "message": "404 page not found"]],
        ]
        #expect(!isAbsence(unknown))
    }

    @Test("the row of a conflict names its object, whose name may have dots")
    func conflictRows() {
        let object = ResourcePath(namespace: "demo", type: .configMap, id: "a.b")
        let row = WriteConflict.path(of: object, id: "x-1")
        #expect(row.key == "demo/conflict/configmap.a.b.x-1")
        #expect(WriteConflict.path(under: row) == object)
        for id in ["configmap", "configmap.x", ".a.b", "configmap..x"] {
            #expect(WriteConflict.path(under: ResourcePath(namespace: "d", type: WriteConflict.type, id: id)) == nil)
        }
    }
}
