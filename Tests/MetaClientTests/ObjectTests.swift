import Beehive
import Testing

@testable import MetaClient

/// Typed values over trees.
@Suite("Objects of the typed client")
struct ObjectTests {
    @Test("what a property does not know stays as it came, whatever is changed beside it")
    func unknown() throws {
        let text =
            #"{"apiVersion":"v1","kind":"Pod","later":[1.0,1e3,12345678901234567890],"metadata":{"name":"p","#
            + #""namespace":"site","labels":{"b":"2","a":"1"},"x-new":null},"spec":{"nodeName":"n"},"#
            + #""status":{"phase":"Dreaming","odd":{"k":-0}}}"#
        var pod = Pod(json: try JSONValue(parsing: Bytes(text.utf8)))
        #expect(String(decoding: pod.json.json, as: UTF8.self) == text)
        #expect(pod.status.phase == "Dreaming")
        pod.labels = ["c": "3"]
        pod.status.json["phase"] = "Running"
        let changed = text.replacing(#"{"b":"2","a":"1"}"#, with: #"{"c":"3"}"#).replacing("Dreaming", with: "Running")
        #expect(String(decoding: pod.json.json, as: UTF8.self) == changed)
        #expect(pod.status.phase == .running)
    }

    @Test(
        "members of another type read as absent",
        arguments: [
            "null", "[]", "1", #"{"metadata":1,"spec":"x","status":[]}"#,
            #"{"metadata":{"name":1,"labels":[],"creationTimestamp":"soon"},"status":{"conditions":{},"phase":null}}"#,
        ])
    func hostile(text: String) throws {
        let json = try JSONValue(parsing: Bytes(text.utf8))
        let pod = Pod(json: json)
        #expect(pod.name.isEmpty && pod.labels.isEmpty && pod.created == nil && pod.containers.isEmpty)
        #expect(pod.status.phase.isEmpty && !pod.status.isReady && pod.status.restarts == 0)
        #expect(Lease(json: json).duration == nil && Node(json: json).addresses.isEmpty)
        #expect(CertificateSigningRequest(json: json).certificate == nil && TokenRequest(json: json).token == nil)
        #expect(Event(json: json).count == 1 && PersistentVolume(json: json).claim == nil)
    }

    @Test("a lease keeps its times to the millisecond, and its duration in whole seconds")
    func lease() throws {
        var lease = Lease(name: "l", namespace: "site")
        lease.holder = "me"
        lease.duration = .seconds(40)
        lease.renewed = 1_795_231_700_007
        #expect(lease.json["spec"]?["renewTime"]?.text?.hasSuffix(".007000Z") == true)
        #expect(lease.renewed == 1_795_231_700_007 && lease.duration == .seconds(40) && lease.holder == "me")
        lease.renewed = nil
        #expect(lease.json["spec"]?["renewTime"] == nil)
    }

    @Test("times with and without a fraction", arguments: [("", 0), (".5", 500), (".25", 250), (".123456", 123)])
    func times(fraction: String, more: Int64) throws {
        let whole = try #require(KubernetesTimestamp.milliseconds("2026-11-21T03:28:30Z"))
        #expect(Timestamp.milliseconds("2026-11-21T03:28:30\(fraction)Z") == whole + more)
    }

    @Test("bytes survive base 64", arguments: 0..<70)
    func base64(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        #expect(Base64Data.decode(Base64Data.encode(bytes)) == bytes)
    }

    @Test("what is no base 64 is nothing", arguments: ["a", "====", "ab c", "YQ=", "Y===", "\u{e9}abc"])
    func notBase64(text: String) {
        if text == "====" || text == "Y===" { return #expect(Base64Data.decode(text).map(\.isEmpty) ?? true) }
        #expect(Base64Data.decode(text) == nil)
    }

    @Test("an event names what it is about")
    func event() {
        var pod = Pod(name: "p", namespace: "site")
        pod.json["metadata"]?["uid"] = "u1"
        let event = Event(
            about: pod, name: "p.1", reason: "Started", message: "it runs", component: "agent", host: "n", at: 0)
        #expect(event.involvedName == pod.objectName && event.involvedKind == "Pod" && !event.isWarning)
        #expect(event.objectName == ObjectName(namespace: "site", name: "p.1"))
    }
}
