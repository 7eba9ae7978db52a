import Beehive
import KubeAPI
import Testing

@Suite("Custom kinds")
struct CustomKindTests {
    /// A definition with three versions, of which one is not served.
    static let definition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "series.example.io"],
        "spec": [
            "group": "example.io", "scope": "Namespaced",
            "names": [
                "plural": "series", "singular": "series", "kind": "Series", "listKind": "ManySeries",
                "shortNames": ["sr"], "categories": ["all"],
            ],
            "versions": [
                ["name": "v1beta1", "served": true, "storage": false],
                ["name": "v3", "served": false, "storage": false],
                [
                    "name": "v2", "served": true, "storage": true, "subresources": ["status": [:], "scale": [:]],
                    "additionalPrinterColumns": [
                        ["name": "Size", "type": "integer", "format": "int32", "jsonPath": ".spec.size"],
                        [
                            "name": "Since", "type": "date", "jsonPath": ".status.since", "priority": 1,
                            "description": "Since when.",
                        ], ["type": "string"],
                    ],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object", "description": "A series.",
                            "properties": ["spec": ["type": "object", "properties": ["size": ["type": "integer"]]]],
                        ]
                    ],
                ],
            ],
        ],
    ]

    @Test("a definition gives a kind for each served version, the preferred one first")
    func versions() {
        let kinds = KubeKind.defined(by: Self.definition)
        #expect(kinds.map(\.apiVersion) == ["example.io/v2", "example.io/v1beta1"])
        #expect(
            kinds.allSatisfy { $0.resource.plural == "series" && $0.kind == "Series" && $0.listKind == "ManySeries" })
        #expect(kinds.allSatisfy { $0.isCustom && $0.source == .definition && $0.isNamespaced })
        #expect(kinds.first?.shortNames == ["sr"])
        #expect(kinds.first?.categories == ["all"])
        #expect(kinds.first?.subresources == ["scale", "status"])
        #expect(kinds.last?.subresources == [])
        #expect(kinds.first?.schema?["description"]?.text == "A series.")
    }

    @Test("a definition's columns are read, but for those without name or path")
    func columns() {
        #expect(
            KubeKind.defined(by: Self.definition).first?.columns == [
                PrinterColumn(name: "Size", type: "integer", format: "int32", jsonPath: ".spec.size"),
                PrinterColumn(
                    name: "Since", type: "date", description: "Since when.", priority: 1, jsonPath: ".status.since"),
            ])
    }

    @Test(
        "what cannot be a definition gives no kind",
        arguments: [
            ("group", JSONValue.null), ("group", "a/b"), ("group", "EXAMPLE"), ("group", 3), ("names", [:]),
            ("names", ["plural": "a b", "kind": "A"]), ("names", ["plural": "as", "kind": ""]), ("versions", "v1"),
            ("versions", [["name": "v/1", "served": true]]), ("versions", [["name": "v1"]]),
        ] as [(String, JSONValue)])
    func malformed(member: String, value: JSONValue) {
        var definition = Self.definition
        definition["spec"]?[member] = value
        #expect(KubeKind.defined(by: definition).isEmpty)
    }

    @Test("both forms of the cloud's discovery are understood", arguments: [false, true])
    func discovered(isAggregated: Bool) throws {
        let list: JSONValue = [
            "kind": "APIResourceList", "groupVersion": "example.io/v1",
            "resources": [
                [
                    "name": "oxen", "singularName": "", "namespaced": false, "kind": "Ox", "verbs": ["get", "list"],
                    "shortNames": ["x"], "categories": ["farm"],
                ],
                ["name": "oxen/status", "singularName": "", "namespaced": false, "kind": "Ox", "verbs": ["get"]],
                ["name": "Bad/", "kind": "Bad"], ["name": "nameless"],
            ],
        ]
        let aggregated: JSONValue = [
            "kind": "APIGroupDiscoveryList",
            "items": [
                [
                    "metadata": ["name": "example.io"],
                    "versions": [
                        [
                            "version": "v1",
                            "resources": [
                                [
                                    "resource": "oxen", "responseKind": ["kind": "Ox"], "scope": "Cluster",
                                    "verbs": ["get", "list"], "shortNames": ["x"], "categories": ["farm"],
                                    "subresources": [["subresource": "status"]],
                                ], ["resource": "nameless"],
                            ],
                        ]
                    ],
                ]
            ],
        ]
        let kinds = KubeKind.discovered(in: isAggregated ? aggregated : list)
        let kind = try #require(kinds.first)
        #expect(kinds.count == 1)
        #expect(kind.resource == .init(group: "example.io", version: "v1", plural: "oxen"))
        #expect(kind.kind == "Ox")
        #expect(kind.singular == "ox")
        #expect(!kind.isNamespaced)
        #expect(kind.verbs == ["get", "list"])
        #expect(kind.shortNames == ["x"])
        #expect(kind.categories == ["farm"])
        #expect(kind.subresources == ["status"])
        #expect(kind.source == .discovery)
    }

    @Test(
        "a plural is made up by Kubernetes' rule",
        arguments: [
            ("Widget", "widgets"), ("Policy", "policies"), ("Class", "classes"), ("Endpoints", "endpoints"),
            ("Box", "boxs"), ("Gateway", "gatewaies"),
        ])
    func guesses(name: String, plural: String) {
        let kind = KubeKind.guessed(apiVersion: "example.io/v1", kind: name, isNamespaced: true)
        #expect(kind?.resource == .init(group: "example.io", version: "v1", plural: plural))
        #expect(kind?.source == .guessed)
    }

    @Test("nothing is made up from words that cannot stand in a path", arguments: ["", "a/b/c", "/v1", "v1/", "A/v1"])
    func wrongWords(apiVersion: String) {
        #expect(KubeKind.guessed(apiVersion: apiVersion, kind: "Widget", isNamespaced: true) == nil)
        #expect(KubeKind.guessed(apiVersion: "v1", kind: "wid get", isNamespaced: true) == nil)
        #expect(KubeKind.guessed(apiVersion: "v1", kind: "", isNamespaced: true) == nil)
    }
}
