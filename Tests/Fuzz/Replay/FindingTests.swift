import Beehive
import EdgeHub
import MetaManager
import MetaManagerApp
import Testing

/// What hostile input has shown, or would have: each was wrong once.
struct FindingTests {
    @Test(
        "a key with escapes is the key that it names",
        arguments: [
            (#"{"k\u0069nd":"Pod","\u006detadata":{"u\u0069d":"b","n\u0061me":"n"}}"#, "b"),
            (#"{"metadata":{"uid":"a","name":"n"},"kind":"Pod","\u006detadata":{"uid":"b","name":"n"}}"#, "b"),
            (#"{"metadata":{"uid":"a","name":"n","uid\\":"c"},"kind":"Pod"}"#, "a"),
        ])
    func escapedKeys(json: String, uid: String) throws {
        let content = try Content(json: Bytes(json.utf8))
        #expect(content.text(content.sketch.uid) == uid)
        #expect(content.text(content.sketch.name) == "n")
        #expect(content.text(content.sketch.objectKind) == "Pod")
    }

    @Test("an order that names an element twice does not make two of it")
    func order() throws {
        let patch = try JSONValue(
            parsing: Bytes(
                #"{"$setElementOrder/conditions":[{"type":"A"},{"type":"A"},{"type":"B"},{"type":"A"}]}"#.utf8))
        let base = try JSONValue(parsing: Bytes(#"{"conditions":[{"type":"B"},{"type":"A"}]}"#.utf8))
        let merged = StrategicMerge.apply(patch, to: base)
        #expect(String(decoding: merged.json, as: UTF8.self) == #"{"conditions":[{"type":"A"},{"type":"B"}]}"#)
    }

    @Test("patches of a hundred thousand members are composed in a time that grows with them", .timeLimit(.minutes(5)))
    func manyMembers() throws {
        func patch(_ value: String) -> JSONValue {
            .object((0..<100_000).map { JSONMember("m\($0)", JSONValue(text: value)) })
        }
        let composed = try #require(PatchComposition.compose(patch("b"), after: patch("a")))
        #expect(composed.members.count == 100_000)
        #expect(composed.members.allSatisfy { $0.value.text == "b" })
    }

    @Test("patches of lists of fifty thousand elements are composed likewise", .timeLimit(.minutes(5)))
    func manyElements() throws {
        func patch(_ value: String) -> JSONValue {
            let list = (0..<50_000).map { index -> JSONValue in
                ["type": JSONValue(text: "t\(index)"), "status": JSONValue(text: value)]
            }
            return ["conditions": .array(list)]
        }
        let composed = try #require(PatchComposition.compose(patch("b"), after: patch("a")))
        #expect(composed["conditions"]?.elements.count == 50_000)
    }

    @Test("many parts make no duration longer than one part may")
    func duration() {
        let text = String(repeating: "11574074d", count: 10_000)
        #expect(DurationText.parse(text) == nil)
    }

    @Test("a recording that would last for ages is refused", arguments: ["9223372036854775807", "-1", "31622400001"])
    func recording(time: String) {
        let line = #"{"t_ms":\#(time),"dir":"event","event":{"what":"x"}}"#
        #expect(throws: RecordedTraffic.Fault.self) { try RecordedTraffic(parsing: Bytes(line.utf8)) }
    }

    @Test("a name that is no text is told, as the API server does", arguments: ["123", "1e3", "true", "0x1F"])
    func manifestName(name: String) {
        let text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}}"
        let manifests = Manifests([("f.yaml", Array(text.utf8))])
        #expect(manifests.objects.isEmpty)
        #expect(manifests.errors.count == 1)
    }
}
