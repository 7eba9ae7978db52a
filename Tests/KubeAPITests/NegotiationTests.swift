import Beehive
import KubeAPI
import Testing

@Suite("Forms of answers")
struct NegotiationTests {
    private static let kubectl =
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"

    @Test(
        "what a client wants most is found",
        arguments: [
            (nil, "json"), ("", "json"), ("*/*", "json"), ("application/*", "json"), ("application/yaml", "yaml"),
            ("application/json", "json"), ("APPLICATION/JSON ; charset=utf-8", "json"),
            ("application/vnd.kubernetes.protobuf, application/json", "json"),
            ("application/vnd.kubernetes.protobuf,*/*", "json"), (Self.kubectl, "json Table v1"),
            ("application/json;as=Table;v=v1beta1;g=meta.k8s.io", "json Table v1beta1"),
            ("application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "json"),
            ("application/json;as=Table;v=v1;g=other,application/yaml", "yaml"),
            ("application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata", "json PartialObjectMetadata v1"),
            (
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"
                    + "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
                "json PartialObjectMetadataList v1"
            ),
            ("application/yaml;as=Table;v=v1;g=meta.k8s.io", "yaml Table v1"),
            ("application/json;q=0.5,application/yaml", "yaml"),
            ("application/json;q=0.5,application/yaml;q=0.4", "json"),
            ("*/*,application/yaml", "yaml"), ("application/yaml;q=0,application/json;q=0.1", "json"),
            ("application/yaml;q=x,*/*;q=0.1", "json"), ("nonsense,application/json", "json"),
            ("application/json;as=\"Table\";v=v1;g=meta.k8s.io", "json Table v1"),
            ("application/json;stream=other,application/yaml", "yaml"),
        ] as [(String?, String)])
    func found(accept: String?, expected: String) throws {
        let form = try AnswerForm(accept: accept)
        let words = [form.encoding.rawValue, form.transform?.kind, form.transform?.version]
        #expect(words.compactMap(\.self).joined(separator: " ") == expected)
    }

    @Test(
        "what there is not is a 406",
        arguments: [
            "application/vnd.kubernetes.protobuf", "text/html", "application/json;q=0", "nonsense", "application/cbor",
            "application/json;as=Table;v=v9;g=meta.k8s.io",
            "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
            "application/yaml;stream=watch", String(repeating: "a/b,", count: 10_000) + "application/json",
        ])
    func notAcceptable(accept: String) {
        let failure = #expect(throws: APIFailure.self) { try AnswerForm(accept: accept) }
        #expect(failure?.code == 406 && failure?.reason == "NotAcceptable")
        #expect(failure?.message == "only the following media types are accepted: application/json, application/yaml")
        #expect(failure?.status["kind"] == "Status" && failure?.status["code"] == 406)
    }

    @Test(
        "protobuf is for those who take nothing else, of kinds that have it",
        arguments: [
            ("application/vnd.kubernetes.protobuf", "protobuf"),
            ("application/vnd.kubernetes.protobuf,application/json;q=0.1", "json"),
            ("application/vnd.kubernetes.protobuf, */*", "json"), ("application/yaml", "yaml"),
            ("application/vnd.kubernetes.protobuf;stream=watch", nil), ("application/cbor", nil),
            ("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", nil),
        ] as [(String, String?)])
    func protobuf(accept: String, expected: String?) throws {
        #expect((try? AnswerForm(accept: accept, hasProtobuf: true))?.encoding.rawValue == expected)
        #expect(throws: APIFailure.self) {
            try AnswerForm(accept: "application/vnd.kubernetes.protobuf", isWatch: true, hasProtobuf: true)
        }
    }

    @Test("a watch is a stream of JSON")
    func watch() throws {
        #expect(try AnswerForm(accept: "application/json;stream=watch", isWatch: true) == AnswerForm(.json))
        #expect(try AnswerForm(accept: "application/yaml,application/json;q=0.1", isWatch: true).encoding == .json)
        #expect(try AnswerForm(accept: Self.kubectl, isWatch: true).transform?.isTable == true)
        let failure = #expect(throws: APIFailure.self) { try AnswerForm(accept: "application/yaml", isWatch: true) }
        #expect(failure?.code == 406)
    }

    @Test("discovery offers kinds of its own, and names them in the answer")
    func discovery() throws {
        let group = AnswerForm.Transform(kind: "APIGroupDiscoveryList", group: "apidiscovery.k8s.io", version: "v2")
        let form = try AnswerForm(
            accept: "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,application/json",
            transforms: [group])
        #expect(form.transform == group)
        #expect(form.contentType == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        #expect(try AnswerForm(accept: Self.kubectl).contentType == "application/json")
        #expect(try AnswerForm(accept: Self.kubectl, transforms: [group]).transform == nil)
    }

    @Test("bodies are JSON or YAML, patches are told by their type")
    func bodies() throws {
        #expect(try BodyType(ofObject: nil) == .json)
        #expect(try BodyType(ofObject: "application/json; charset=utf-8") == .json)
        #expect(try BodyType(ofObject: "application/yaml") == .yaml)
        #expect(try BodyType(ofObject: "application/vnd.kubernetes.protobuf") == .protobuf)
        for type in BodyType.allCases.dropFirst(3) { #expect(try BodyType(ofPatch: type.rawValue) == type) }
        for type in [nil, "", "application/json", "application/vnd.kubernetes.protobuf"] as [String?] {
            let failure = #expect(throws: APIFailure.self) { try BodyType(ofPatch: type) }
            #expect(failure?.code == 415 && failure?.reason == "UnsupportedMediaType")
        }
        for type in ["application/octet-stream", "application/merge-patch+json", "x", "*/*"] {
            let failure = #expect(throws: APIFailure.self) { try BodyType(ofObject: type) }
            #expect(failure?.code == 415 && failure?.message.contains("application/json, application/yaml") == true)
        }
    }

    @Test("metadata alone")
    func metadata() {
        let object: JSONValue = ["kind": "Pod", "metadata": ["name": "a"], "spec": [:]]
        #expect(
            PartialMetadata.object(object) == [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": ["name": "a"],
            ])
        #expect(
            PartialMetadata.list([object], metadata: ["resourceVersion": "7"], version: "v1beta1") == [
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1beta1",
                "metadata": ["resourceVersion": "7"],
                "items": [
                    ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1beta1", "metadata": ["name": "a"]]
                ],
            ])
    }
}
