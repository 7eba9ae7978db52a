import Beehive
import KubeAPI
import Testing

@Suite("OpenAPI")
struct OpenAPITests {
    private let catalog = KindCatalog.assembled(definitions: [CustomKindTests.definition])
    private static let asked = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    private static let answered = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    private func document(_ path: String, accept: String? = nil) throws -> Discovery.Document {
        try #require(
            Discovery.respond(path: path.split(separator: "/").map(String.init), accept: accept, catalog: catalog))
    }

    private func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: try document(path).bytes) }

    private static func references(in value: JSONValue) -> [String] {
        value.members.flatMap { $0.key == "$ref" ? [$0.value.text ?? ""] : references(in: $0.value) }
            + value.elements.flatMap(references)
    }

    @Test("every reference of the older document leads somewhere, and every kind has a schema")
    func older() throws {
        let json = try json("openapi/v2")
        #expect(json["swagger"] == "2.0")
        let definitions = json["definitions"]?.members ?? []
        let names = Set(definitions.map { "#/definitions/" + $0.key })
        #expect(names.count == definitions.count)
        #expect(Set(Self.references(in: json)).subtracting(names) == [])
        let kinds = Set(definitions.flatMap { $0.value["x-kubernetes-group-version-kind"]?.elements ?? [] })
        for kind in catalog.kinds {
            let mark: JSONValue = [
                "group": JSONValue(text: kind.resource.group), "kind": JSONValue(text: kind.kind),
                "version": JSONValue(text: kind.resource.version),
            ]
            #expect(kinds.contains(mark), "\(kind.apiVersion) \(kind.kind)")
        }
    }

    @Test("every document of the index is there, whole in itself, and no larger than it has to be")
    func newer() throws {
        let paths = try json("openapi/v3")["paths"]?.members ?? []
        #expect(paths.map(\.key).contains("api/v1"))
        #expect(paths.count == Set(catalog.kinds.map(\.apiVersion)).count)
        for path in paths {
            let url = try #require(path.value["serverRelativeURL"]?.text)
            #expect(url == "/openapi/v3/" + path.key)
            let json = try json(url)
            #expect(json["openapi"] == "3.0.0")
            let schemas = (json["components"]?["schemas"]?.members ?? []).map { "#/components/schemas/" + $0.key }
            let missing = Set(Self.references(in: json)).subtracting(schemas)
            #expect(missing == [], "\(path.key)")
        }
        let leases = try document("openapi/v3/apis/coordination.k8s.io/v1").bytes
        #expect(leases.count < 12_000)
    }

    @Test(
        "what people explain is there",
        arguments: [
            ("core.v1.Pod", ["spec", "status", "metadata", "kind"]),
            ("core.v1.PodSpec", ["containers", "volumes", "nodeName", "tolerations", "initContainers"]),
            ("core.v1.Container", ["image", "livenessProbe", "resources", "volumeMounts", "ports", "env"]),
            ("core.v1.EphemeralContainer", ["image", "targetContainerName"]),
            ("core.v1.Volume", ["configMap", "secret", "hostPath", "emptyDir", "projected", "csi"]),
            ("core.v1.PodStatus", ["phase", "conditions", "podIP", "containerStatuses"]),
            ("core.v1.NodeStatus", ["conditions", "addresses", "nodeInfo"]),
            ("core.v1.ConfigMap", ["data", "binaryData"]),
            ("apps.v1.DeploymentSpec", ["replicas", "template", "strategy"]), ("batch.v1.CronJobSpec", ["schedule"]),
            ("coordination.v1.LeaseSpec", ["holderIdentity", "renewTime"]),
            ("discovery.v1.EndpointSlice", ["endpoints"]),
            ("certificates.v1.CertificateSigningRequestSpec", ["request", "signerName"]),
            ("storage.v1.StorageClass", ["provisioner"]), ("core.v1.PersistentVolumeSpec", ["capacity", "csi", "nfs"]),
        ])
    func fields(type: String, names: [String]) throws {
        let schema = try json("openapi/v2")["definitions"]?["io.k8s.api." + type]
        for name in names {
            let field = schema?["properties"]?[name]
            #expect(field?["description"]?.text?.isEmpty == false, "\(type) \(name)")
        }
    }

    @Test(
        "lists say how strategic merge treats them",
        arguments: [
            ("PodSpec", "containers", "merge", "name"), ("PodSpec", "volumes", "merge,retainKeys", "name"),
            ("PodSpec", "tolerations", nil, nil), ("Container", "ports", "merge", "containerPort"),
            ("Container", "volumeMounts", "merge", "mountPath"), ("ServiceSpec", "ports", "merge", "port"),
            ("NodeStatus", "addresses", "merge", "type"), ("NodeSpec", "podCIDRs", "merge", nil),
            ("ServiceAccount", "imagePullSecrets", nil, nil), ("ServiceAccount", "secrets", "merge", "name"),
        ] as [(String, String, String?, String?)])
    func merging(type: String, field: String, strategy: String?, key: String?) throws {
        let schema = try json("openapi/v2")["definitions"]?["io.k8s.api.core.v1." + type]?["properties"]?[field]
        #expect(schema != nil)
        #expect(schema?["x-kubernetes-patch-strategy"]?.text == strategy)
        #expect(schema?["x-kubernetes-patch-merge-key"]?.text == key)
    }

    @Test("a custom kind looks as its definition says")
    func custom() throws {
        let newer = try json("openapi/v3/apis/example.io/v2")["components"]?["schemas"]?["io.example.v2.Series"]
        #expect(newer?["description"] == "A series.")
        #expect(newer?["properties"]?["spec"]?["properties"]?["size"]?["type"] == "integer")
        #expect(newer?["properties"]?["metadata"]?["allOf"] != nil)
        let older = try json("openapi/v2")["definitions"]?["io.example.v2.Series"]
        #expect(older?["properties"]?["spec"]?["properties"]?["size"]?["type"] == "integer")
        #expect(older?["x-kubernetes-group-version-kind"]?.elements.first?["group"] == "example.io")
        let open = try json("openapi/v2")["definitions"]?["io.example.v1beta1.Series"]
        #expect(open?["x-kubernetes-preserve-unknown-fields"] == true)
        #expect(open?["properties"] == nil)
    }

    @Test("the older form of a definition's schema demands nothing that it cannot say")
    func olderCustom() throws {
        var definition = CustomKindTests.definition
        definition["spec"]?["versions"] = [
            [
                "name": "v1", "served": true,
                "schema": [
                    "openAPIV3Schema": [
                        "type": "object",
                        "properties": [
                            "port": [
                                "x-kubernetes-int-or-string": true, "anyOf": [["type": "integer"]], "type": "string",
                            ],
                            "open": [
                                "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                                "properties": ["a": ["type": "string"]],
                            ],
                            "maybe": ["type": "object", "nullable": true, "properties": ["a": ["type": "string"]]],
                            "many": ["type": "array", "items": ["type": "string", "nullable": true], "default": []],
                            "map": [
                                "type": "object", "additionalProperties": ["type": "number", "not": ["enum": [1]]],
                            ],
                            "few": ["type": "integer", "minimum": 1, "maximum": 9, "enum": [1, 9]],
                        ],
                    ]
                ],
            ]
        ]
        let catalog = KindCatalog.assembled(definitions: [definition])
        let answer = try #require(Discovery.respond(path: ["openapi", "v2"], accept: nil, catalog: catalog))
        let older = try JSONValue(parsing: answer.bytes)["definitions"]?["io.example.v1.Series"]?["properties"]
        #expect(older?["port"] == ["x-kubernetes-int-or-string": true])
        #expect(older?["open"] == ["type": "object", "x-kubernetes-preserve-unknown-fields": true])
        #expect(older?["maybe"] == [:])
        #expect(older?["many"] == ["type": "array", "items": [:]])
        #expect(older?["map"] == ["type": "object", "additionalProperties": ["type": "number"]])
        #expect(older?["few"] == ["type": "integer", "minimum": 1, "maximum": 9, "enum": [1, 9]])
        try expectSame(answer, catalog: catalog)
    }

    @Test("a schema nested without sense is cut where nobody would have written one")
    func nesting() throws {
        var schema: JSONValue = [
            "type": "string", "description": JSONValue(text: String(repeating: "x", count: 10_000)),
        ]
        for level in 0..<200 {
            schema =
                level % 2 == 0 ? ["type": "array", "items": schema] : ["type": "object", "properties": ["a": schema]]
        }
        var definition = CustomKindTests.definition
        definition["spec"]?["versions"] = [
            [
                "name": "v1", "served": true,
                "schema": ["openAPIV3Schema": ["type": "object", "properties": ["a": schema]]],
            ]
        ]
        let catalog = KindCatalog.assembled(definitions: [definition])
        let answer = try #require(Discovery.respond(path: ["openapi", "v2"], accept: nil, catalog: catalog))
        let older = try JSONValue(parsing: answer.bytes)["definitions"]?["io.example.v1.Series"]
        #expect((older?.json.count ?? 0) > 1000)
        #expect((older?.json.count ?? 0) < 5000)
        try expectSame(answer, catalog: catalog)
    }

    @Test("no group's name lets a custom kind take the place of a type of Kubernetes")
    func collision() throws {
        var definition = CustomKindTests.definition
        definition["spec"]?["group"] = "core.api.k8s.io"
        definition["spec"]?["names"] = ["plural": "pods", "kind": "Pod"]
        definition["spec"]?["versions"] = [["name": "v1", "served": true]]
        let catalog = KindCatalog.assembled(definitions: [definition])
        for path in [["openapi", "v2"], ["openapi", "v3", "apis", "core.api.k8s.io", "v1"]] {
            let answer = try #require(Discovery.respond(path: path, accept: nil, catalog: catalog))
            let json = try JSONValue(parsing: answer.bytes)
            let types = json["definitions"]?.members ?? json["components"]?["schemas"]?.members ?? []
            let found = types.filter { $0.key == "io.k8s.api.core.v1.Pod" }
            #expect(found.allSatisfy { $0.value["x-kubernetes-group-version-kind"]?.elements.first?["group"] == "" })
            #expect(found.count == (path.count == 2 ? 1 : 0))
        }
    }

    @Test("a patch says in both versions what it may be asked", arguments: ["openapi/v2", "openapi/v3/api/v1"])
    func patches(path: String) throws {
        let patch = try json(path)["paths"]?["/api/v1/namespaces/{namespace}/configmaps/{name}"]?["patch"]
        let names = patch?["parameters"]?.elements.compactMap { $0["name"]?.text }
        #expect(names == ["dryRun", "fieldManager", "fieldValidation", "force"])
        #expect(patch?["x-kubernetes-group-version-kind"] == ["group": "", "kind": "ConfigMap", "version": "v1"])
        let types =
            patch?["consumes"]?.elements.compactMap(\.text) ?? patch?["requestBody"]?["content"]?.members.map(\.key)
        #expect(types?.contains("application/strategic-merge-patch+json") == true)
        #expect(try json(path)["paths"]?["/api/v1/nodes/{name}"]?["patch"] != nil)
    }

    @Test(
        "the form is the one that was asked for, under a name that clients can read",
        arguments: [
            (asked, answered), (answered, answered), ("application/json,\(asked)", "application/json"),
            ("\(asked);q=0.5,*/*", "application/json"), ("text/html", "application/json"),
        ])
    func negotiation(accept: String, type: String) throws {
        #expect(try document("openapi/v2", accept: accept).contentType == type)
    }

    @Test("the protobuf form, read back, is the JSON form")
    func protobufForm() throws { try expectSame(try document("openapi/v2"), catalog: catalog) }

    private func expectSame(_ document: Discovery.Document, catalog: KindCatalog) throws {
        let json = try JSONValue(parsing: document.bytes)
        let encoded = try #require(
            Discovery.respond(path: ["openapi", "v2"], accept: Self.asked, catalog: catalog))
        let message = try ProtobufMessage(encoded.bytes)
        #expect(message.texts(1) == ["2.0"])
        #expect(try message.messages(2).first?.texts(1) == ["Kubernetes"])
        let definitions = try #require(try message.messages(9).first).entries(1)
        #expect(definitions.map(\.name) == json["definitions"]?.members.map(\.key))
        for (definition, member) in zip(definitions, json["definitions"]?.members ?? []) {
            #expect(Self.sorted(try definition.value.schema()) == Self.sorted(member.value), "\(member.key)")
        }
        let paths = try #require(try message.messages(8).first).entries(2)
        #expect(paths.map(\.name) == json["paths"]?.members.map(\.key))
        let path = try #require(paths.first { $0.name == "/api/v1/namespaces/{namespace}/pods/{name}" })
        let patch = try #require(try path.value.messages(8).first)
        let names = try patch.messages(8).flatMap {
            try $0.messages(1).first?.messages(2).first?.messages(3).first?.texts(4) ?? []
        }
        #expect(names.first == "dryRun")
        let mark = try patch.entries(13).first { $0.name == "x-kubernetes-group-version-kind" }
        #expect(try mark?.value.yaml?["kind"] == "Pod")
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.map { JSONMember($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }
}
