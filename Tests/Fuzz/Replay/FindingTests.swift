import Beehive
import EdgeHub
import MetaManager
import MetaManagerApp
import TestKit
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

    @Test(
        "a time beyond the calendar is none",
        arguments: [
            "9223372036854775807-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
            "2026-11-21T99999999999999999:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T00:60:00Z",
        ])
    func time(text: String) { #expect(KubernetesTimestamp.milliseconds(text) == nil) }

    @Test(
        "a token of any life does not end the program", arguments: ["9223372036854775807", "-9223372036854775808", "0"])
    func tokenLife(seconds: String) throws {
        let frame =
            #"{"header":{"msg_id":"a","timestamp":1},"route":{"source":"edged","group":"meta","operation":"query","#
            + #""resource":"ns/serviceaccounttoken/s"},"content":{"spec":{"expirationSeconds":\#(seconds)}}}"#
        let answer =
            #"{"spec":{"expirationSeconds":\#(seconds)},"status":{"token":"t","expirationTimestamp":"#
            + #""9999-12-31T23:59:59Z"}}"#
        var bench = PlanBench()
        bench.connect()
        let query = try MessageDecoder().decode(Bytes(frame.utf8))
        let asked = bench.feed(.fromModule(query, PlanBench.edged))
        let request = try #require(PlanBench.frames(asked).first)
        let content = try Content(json: Bytes(answer.utf8))
        let header = Header(id: "b", parentID: request.id, timestamp: 2)
        bench.feed(.fromCloud(Message(header: header, route: request.route, content: content)))
        var again = query
        again.header.id = "c"
        bench.feed(.fromModule(again, PlanBench.edged))
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
