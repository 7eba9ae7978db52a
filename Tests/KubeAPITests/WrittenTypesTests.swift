import Beehive
import Testing

@testable import KubeAPI

/// What is written without the cloud must be readable for clients that know its type.
struct WrittenTypesTests {
    private static func validation(
        _ verb: ResourceRequest.Verb, _ group: String, _ plural: String, _ word: String
    ) -> WriteValidation {
        let resource = KubeKind.Resource(group: group, version: "v1", plural: plural)
        let name: String? = verb == .create ? Optional<String>.none : "n"
        return WriteValidation(
            ResourceRequest(verb: verb, resource: resource, namespace: "demo", name: name),
            kind: KubeKind(resource: resource, kind: word, isNamespaced: true))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var kind: String
        var body: String
        /// The field that the refusal names; nil: it is taken.
        var field: String?
        var testDescription: String { "\(kind) \(body)" }

        init(_ kind: String, _ body: String, _ field: String?) {
            (self.kind, self.body, self.field) = (kind, body, field)
        }
    }

    static let kinds = [
        "ConfigMap": ("", "configmaps"), "Lease": ("coordination.k8s.io", "leases"), "Event": ("", "events"),
        "Gadget": ("example.org", "gadgets"),
    ]

    static let rows: [Row] = [
        Row("ConfigMap", #"{"data":[1]}"#, "data"), Row("ConfigMap", #"{"data":{"a":1}}"#, "data.a"),
        Row("ConfigMap", #"{"data":{"a":"1"},"binaryData":{"b":"YQ=="},"immutable":false}"#, nil),
        Row("ConfigMap", #"{"binaryData":{"b":"no base64"}}"#, "binaryData.b"),
        Row("ConfigMap", #"{"immutable":"yes"}"#, "immutable"), Row("ConfigMap", #"{"data":null}"#, nil),
        Row("ConfigMap", #"{"metadata":{"deletionTimestamp":"garbage"}}"#, "metadata.deletionTimestamp"),
        Row("ConfigMap", #"{"metadata":{"creationTimestamp":null}}"#, nil),
        Row("ConfigMap", #"{"metadata":{"creationTimestamp":"2026-01-02T03:04:05+01:00"}}"#, nil),
        Row("ConfigMap", #"{"metadata":{"managedFields":7}}"#, "metadata.managedFields"),
        Row(
            "Gadget", #"{"metadata":{"ownerReferences":"y","resourceVersion":""},"spec":[1]}"#,
            "metadata.ownerReferences"),
        Row("Gadget", #"{"metadata":{"ownerReferences":[{"uid":1}]}}"#, "metadata.ownerReferences[0].uid"),
        Row("Gadget", #"{"metadata":{"finalizers":[1]}}"#, "metadata.finalizers[0]"),
        Row("Gadget", #"{"data":[1]}"#, nil),
        Row("Lease", #"{"spec":{"renewTime":"2026-01-02T03:04:05.000000Z","leaseDurationSeconds":15}}"#, nil),
        Row("Lease", #"{"spec":{"renewTime":"2026-01-02T03:04:05Z"}}"#, "spec.renewTime"),
        Row("Lease", #"{"spec":{"leaseDurationSeconds":5000000000}}"#, "spec.leaseDurationSeconds"),
        Row("Lease", #"{"spec":7}"#, "spec"),
        Row("Event", #"{"count":1,"firstTimestamp":"2026-01-02T03:04:05Z","involvedObject":{"name":"p"}}"#, nil),
        Row("Event", #"{"eventTime":null,"involvedObject":{"name":4}}"#, "involvedObject.name"),
        Row("Event", #"{"count":"1"}"#, "count"),
    ]

    @Test("a field of another type is refused with its name, in new objects and in changed ones", arguments: rows)
    func types(_ row: Row) throws {
        let (group, plural) = try #require(Self.kinds[row.kind])
        var body = try JSONValue(parsing: Bytes(row.body.utf8))
        body["metadata"] = .object((body["metadata"]?.members ?? []) + [JSONMember("name", "n")])
        func refusal(_ run: () throws(APIFailure) -> JSONValue) -> APIFailure? {
            do throws(APIFailure) {
                _ = try run()
                return nil
            } catch {
                return error
            }
        }
        let create = Self.validation(.create, group, plural, row.kind)
        let update = Self.validation(.update, group, plural, row.kind)
        let current: JSONValue = ["metadata": ["name": "n", "resourceVersion": "7"]]
        var changed = body
        changed["metadata"]?["resourceVersion"] = "7"
        let change = changed
        for failure in [
            refusal { () throws(APIFailure) in try create.created(body, suffix: "x") },
            refusal { () throws(APIFailure) in try update.updated(change, over: current) },
        ] {
            #expect(failure?.code == row.field.map { _ in 400 })
            if let field = row.field { #expect(failure?.message.contains(": \(field) has to be") == true) }
        }
    }

    @Test("what only an API server gives is not taken from a new object")
    func given() throws {
        let body: JSONValue = [
            "metadata": [
                "name": "n", "deletionTimestamp": "2026-01-02T03:04:05Z", "generation": 7, "selfLink": "x",
                "managedFields": [["manager": "m"]], "deletionGracePeriodSeconds": 3, "labels": ["a": "b"],
            ]
        ]
        let object = try Self.validation(.create, "", "configmaps", "ConfigMap").created(body, suffix: "x")
        #expect(object["metadata"]?.members.map(\.key) == ["name", "labels", "namespace"])
    }

    @Test("an object that rows and lists could not hold is refused instead of lost")
    func depth() throws {
        let validation = Self.validation(.create, "example.org", "gadgets", "Gadget")
        func body(_ depth: Int) -> JSONValue { ["metadata": ["name": "n"], "spec": HostilePatchTests.nest(depth - 1)] }
        let object = try validation.created(body(ObjectDepth.maximum), suffix: "x")
        let write = PendingWrite(
            resource: validation.kind.resource, namespace: "demo", name: "n", object: object, time: 0, caller: "c")
        #expect(PendingWrite(write.json.json) == write)
        #expect(throws: APIFailure.self) { try validation.created(body(ObjectDepth.maximum + 1), suffix: "x") }
        let update = Self.validation(.update, "", "configmaps", "ConfigMap")
        #expect(throws: APIFailure.self) {
            try update.updated(body(ObjectDepth.maximum + 1), over: ["metadata": ["name": "n"]])
        }
        let status = WriteValidation(
            ResourceRequest(
                verb: .update, resource: update.kind.resource, namespace: "demo", name: "n", subresource: "status"),
            kind: update.kind)
        let deep: JSONValue = ["metadata": ["name": "n"], "data": HostilePatchTests.nest(ObjectDepth.maximum)]
        #expect(throws: APIFailure.self, "what the cloud has nested deeper is not wrapped into a row either") {
            try status.updated(["metadata": ["name": "n"], "status": [:]], over: deep)
        }
    }
}
