import Beehive
import KubeAPI
import MetaStore
import Testing

@testable import MetaManager

/// Members of rows and applications are kept of these alone: what else comes the same way is an object.
struct RedactionRowTests {
    private let redaction = Redaction()

    private static let resource = KubeKind.Resource(group: "", version: "v1", plural: "configmaps")

    private func controller(_ json: String, _ operation: Beehive.Operation) throws -> String {
        let route = Route(
            source: .dynamicController, group: .dynamicController, operation: operation, resource: "null")
        return String(decoding: redaction.content(try Content(json: Bytes(json.utf8)), of: route), as: UTF8.self)
    }

    static let objects = [
        #"{"apiVersion":"x/v1","kind":"Recipe","metadata":{"name":"n"},"steps":["CANARY"],"base":"CANARY","name":"CANARY","reason":"CANARY","time":"CANARY","resource":{"a":"CANARY"},"cloud":"CANARY","changed":["CANARY"]}"#,
        #"{"Key":"CANARY","Nodename":"CANARY","Subresource":"CANARY","Timestamp":"CANARY","Verb":"CANARY","Status":"CANARY"}"#,
        #"{"ID":"a","Key":{"x":"CANARY"},"Verb":["CANARY"],"Status":"Approved","Nodename":{"x":"CANARY"},"Timestamp":["CANARY"],"steps":"CANARY","name":"CANARY"}"#,
        #"{"Key":"/core/v1/pods/null/null","Verb":"list","base":"CANARY","reason":"CANARY","object":"CANARY","Status":"CANARY"}"#,
        #"[{"steps":"CANARY","Key":"CANARY"}]"#, #"{"one":{"ID":"a","Status":"Approved","Key":"CANARY"}}"#,
    ]

    @Test(arguments: objects, [Beehive.Operation.applicationResponse, .update])
    func `an object of the dynamic controller is redacted, whatever its members are called`(
        json: String, operation: Beehive.Operation
    ) throws {
        let text = try controller(json, operation)
        #expect(!text.contains("CANARY"), "\(text)")
        #expect(try Content(json: Bytes(text.utf8)).kind == Content(json: Bytes(json.utf8)).kind)
    }

    @Test func `a row keeps what tells it from others`() throws {
        var write = PendingWrite(
            resource: Self.resource, namespace: "demo", name: "settings", object: ["data": ["x": "CANARY"]],
            baseVersion: "12", baseUID: "u", time: 5, caller: "CANARY")
        write.steps = [.init(id: "s1", verb: .update, subresource: "status")]
        write.checking = ["x": "CANARY"]
        write.tries = 3
        let row = redaction.value(write.json.json, type: PendingWrite.type)
        #expect(!String(decoding: row, as: UTF8.self).contains("CANARY"))
        let read = try #require(PendingWrite(row[...]))
        #expect(read.resource == Self.resource && read.namespace == "demo" && read.name == "settings")
        #expect(read.baseVersion == "12" && read.baseUID == "u" && read.time == 5 && read.steps == write.steps)
        #expect(read.tries == 3)
        for (reason, kept) in [("Conflict", true), ("CANARY is no word", false)] {
            let conflict = WriteConflict(write, reason: reason, message: "CANARY", cloudVersion: "13", ended: 7)
            let row = redaction.value(conflict.json.json, type: WriteConflict.type)
            #expect(!String(decoding: row, as: UTF8.self).contains("CANARY"))
            let read = try #require(WriteConflict(row[...]))
            #expect(read.cloudVersion == "13" && read.ended == 7 && (read.reason == reason) == kept)
        }
    }

    @Test(arguments: [PendingWrite.type, WriteConflict.type])
    func `what stands in the place of a row and is none keeps nothing`(type: ResourceType) {
        for json in [
            #"{"name":"CANARY","steps":["CANARY"],"base":"CANARY"}"#, "[\"CANARY\"]", "no json: CANARY",
            #"{"resource":{"group":"","version":"v1","plural":"CANARY"},"name":"CANARY","object":null,"steps":[{"id":"CANARY","verb":"dance"}]}"#,
        ] {
            let row = redaction.value(Bytes(json.utf8), type: type)
            #expect(!String(decoding: row, as: UTF8.self).contains("CANARY"))
            #expect(PendingWrite(row[...]) == nil && WriteConflict(row[...]) == nil)
        }
    }

    static let refusals: [JSONValue?] = [
        nil, [:], ["name": "n", "kind": "configmaps"], ["name": "n", "kind": "ConfigMap", "group": "CANARY"],
        ["name": "other", "kind": "configmaps"], ["name": "n", "kind": "namespaces", "uid": "CANARY"], ["name": "n"],
        ["name": "n", "kind": "configmaps", "causes": [["reason": "UnexpectedServerResponse", "message": "CANARY"]]],
        ["name": "n", "kind": "configmaps", "causes": [["message": "CANARY"], ["reason": "CANARY is no word"]]],
    ]

    @Test(arguments: refusals.indices, [404, 403])
    func `of a refusal stays what tells whether its object is absent`(index: Int, code: Int) throws {
        let failure = APIFailure(code, reason: "NotFound", "CANARY", details: Self.refusals[index])
        let asked = Application.get(Self.resource, namespace: "demo", name: "n")
        let answer = ApplicationAnswer(id: "x", status: .rejected, failure: failure)
        let json = String(decoding: answer.content(to: asked, node: "e").json, as: UTF8.self)
        let text = try controller(json, .applicationResponse)
        #expect(!text.contains("CANARY"), "\(text)")
        let read = try #require(ApplicationAnswer(content: JSONValue(parsing: Bytes(text.utf8)))?.failure)
        let kinds = ["configmaps", "configmap", "ConfigMap"]
        #expect(read.isAbsence(of: "n", kinds: kinds) == failure.isAbsence(of: "n", kinds: kinds))
        #expect(read.code == failure.code && read.reason == failure.reason)
    }
}
