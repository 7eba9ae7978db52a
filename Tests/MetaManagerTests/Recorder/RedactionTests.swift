import Beehive
import KubeAPI
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// What is written down of contents: enough to decide again, nothing of their values.
struct RedactionTests {
    private let redaction = Redaction()

    private func redacted(
        _ json: String, _ resource: String = "demo/secret/s", group: ModuleGroup = .resource
    ) throws -> String {
        let route = Route(source: .edgeController, group: group, operation: .update, resource: resource)
        return String(decoding: redaction.content(try Content(json: Bytes(json.utf8)), of: route), as: UTF8.self)
    }

    static let canaries: [(json: String, resource: String, kept: [String])] = [
        (
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","uid":"u","resourceVersion":"7","labels":{"a":"CANARY"}},"data":{"k":"CANARY"}}"#,
            "demo/secret/s", [#""name":"s""#, #""uid":"u""#, #""resourceVersion":"7""#, #""kind":"Secret""#]
        ),
        (#""CANARY""#, "demo/secret/s", []),
        (#"["CANARY",{"metadata":{"name":"n"},"x":"CANARY"}]"#, "demo/servicelist", [#""name":"n""#]),
        (#"{"items":[{"metadata":{"name":"n"},"x":"CANARY"}]}"#, "demo/endpointslist", [#""name":"n""#]),
        (
            #"{"spec":{"audiences":["api"],"expirationSeconds":60},"status":{"token":"CANARY","expirationTimestamp":"2027-01-01T00:00:00Z"}}"#,
            "demo/serviceaccounttoken/web", ["audiences", "2027-01-01"]
        ),
        (
            #"{"Object":{"metadata":{"name":"n","resourceVersion":"8"},"data":{"x":"CANARY"}},"Err":null}"#,
            "demo/podpatch/a", [#""resourceVersion":"8""#, #""Err":null"#]
        ),
        (
            #"{"ErrStatus":{"status":"Failure","message":"CANARY","reason":"NotFound","code":404}}"#, "demo/secret/s",
            [#""reason":"NotFound""#]
        ),
        (
            #"{"Object":null,"Err":{"ErrStatus":{"message":"CANARY","reason":"Conflict","code":409}}}"#,
            "demo/podpatch/a",
            [#""reason":"Conflict""#]
        ),
        (
            #""{\"metadata\":{\"uid\":\"u\"},\"status\":{\"x\":\"CANARY\",\"l\":[{\"$patch\":\"delete\",\"type\":\"CANARY\"}]}}""#,
            "demo/podpatch/a", [#"$patch\":\"delete"#, #"uid\":\"u"#]
        ),
        (#"{"metadata":"CANARY","data":"CANARY"}"#, "demo/secret/s", []),
        (#"{"ErrStatus":"CANARY","Err":"CANARY","Object":"CANARY"}"#, "demo/secret/s", []),
        (#"{"metadata":{"holder":"x"},"spec":{"holderIdentity":"CANARY"}}"#, "demo/lease/l", ["holderIdentity"]),
        (#"{"ErrStatus":{"reason":"CANARY is no word","code":"CANARY"}}"#, "demo/secret/s", []),
    ]

    @Test(arguments: canaries.indices)
    func `names and versions stay, values go`(index: Int) throws {
        let (json, resource, kept) = Self.canaries[index]
        let text = try redacted(json, resource)
        #expect(!text.contains("CANARY"), "\(text)")
        for part in kept { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(try Content(json: Bytes(text.utf8)).kind == Content(json: Bytes(json.utf8)).kind)
    }

    @Test func `an application keeps what it asks, and nothing of its bodies`() throws {
        let application = Application.create(
            KubeKind.Resource(group: "", version: "v1", plural: "secrets"), namespace: "demo",
            body: Bytes(#"{"metadata":{"name":"n"},"data":{"x":"CANARY"}}"#.utf8))
        let answer = ApplicationAnswer(
            id: "CANARY", status: .rejected, reason: "CANARY",
            failure: APIFailure(
                409, reason: "Conflict", "CANARY",
                details: ["name": "n", "uid": "CANARY", "causes": [["message": "CANARY", "field": "CANARY"]]]))
        let json = String(decoding: answer.content(to: application, node: "n").json.map { $0 }, as: UTF8.self)
        let text = try redacted(json, "null", group: .dynamicController)
        let tree = try JSONValue(parsing: Bytes(text.utf8))
        let body = try #require(Base64.decode(Bytes((tree["ReqBody"]?.text ?? "").utf8)))
        #expect(!text.contains("CANARY") && !String(decoding: body, as: UTF8.self).contains("CANARY"))
        let read = try #require(ApplicationAnswer(content: tree))
        #expect(read.status == .rejected && read.failure?.code == 409 && read.failure?.reason == "Conflict")
        #expect(Application(content: tree)?.key == application.key)
    }

    @Test func `equal contents have equal digests, here and in no other process`() throws {
        let one = try redacted(#"{"metadata":{"name":"s"},"data":1}"#)
        #expect(try redacted(#"{"metadata":{"name":"s"},"data":1}"#) == one)
        #expect(try redacted(#"{"metadata":{"name":"s"},"data":2}"#) != one)
        let other = Redaction()
        #expect(other.digest(Array("x".utf8)) != redaction.digest(Array("x".utf8)))
    }

    @Test func `what cannot be stored cannot be stored when it is redacted`() throws {
        for json in ["null", #""""#, "{}", #""OK""#, "true"] { #expect(try redacted(json) == json) }
    }

    @Test func `a stored value that is no JSON stays none`() {
        let value = redaction.value(Bytes("no json: CANARY".utf8), type: .podStatus)
        #expect(throws: JSONFault.self) { try Content(json: value[...]) }
        #expect(!String(decoding: value, as: UTF8.self).contains("CANARY"))
    }
}
