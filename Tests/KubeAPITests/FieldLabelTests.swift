import Beehive
import Testing

@testable import KubeAPI

/// Field selectors that name no field of the kind are told from those that select nothing.
struct FieldLabelTests {
    private static func kind(_ group: String, _ version: String, _ plural: String) throws -> KubeKind {
        try #require(
            KindCatalog.assembled(definitions: [CustomKindTests.definition]).kind(
                of: .init(group: group, version: version, plural: plural)))
    }

    @Test(
        "fields of the schema are taken, wherever they stand",
        arguments: [
            ("", "pods", "metadata.name"), ("", "pods", "spec.nodeName"), ("", "pods", "status.phase"),
            ("", "pods", "status.podIP"), ("", "pods", "spec.restartPolicy"), ("", "pods", "spec.schedulerName"),
            ("", "pods", "spec.serviceAccountName"), ("", "pods", "status.nominatedNodeName"),
            ("", "pods", "status.podIPs"), ("", "pods", "spec.hostNetwork"), ("", "pods", "kind"),
            ("", "pods", "metadata.labels.app"), ("", "pods", "metadata.uid"), ("", "pods", "spec.nodeSelector.x.y"),
            ("", "secrets", "type"), ("", "nodes", "spec.unschedulable"), ("", "namespaces", "status.phase"),
            ("", "events", "involvedObject.name"), ("", "events", "involvedObject.kind"), ("", "events", "reason"),
            ("", "events", "involvedObject.fieldPath"), ("", "events", "type"), ("", "events", "source.component"),
            ("", "events", "involvedObject.uid"), ("", "events", "involvedObject.namespace"),
            ("", "events", "involvedObject.apiVersion"), ("", "events", "involvedObject.resourceVersion"),
            ("", "events", "reportingComponent"), ("", "replicationcontrollers", "status.replicas"),
        ])
    func fields(group: String, plural: String, path: String) throws {
        let selector = try FieldSelector(parsing: "\(path)=x")
        try FieldLabels.check(selector, kind: try Self.kind(group, "v1", plural))
    }

    @Test(
        "others are a 400 that names them",
        arguments: [
            ("", "pods", "spec.foo"), ("", "pods", "metadata.nam"), ("", "pods", "foo"), ("", "pods", "kind.x"),
            ("", "pods", "spec.containers.name"), ("", "pods", "status.phase.x"), ("", "configmaps", "spec.x"),
        ])
    func unknown(group: String, plural: String, path: String) throws {
        let selector = try FieldSelector(parsing: "\(path)=x")
        let kind = try Self.kind(group, "v1", plural)
        let failure = #expect(throws: APIFailure.self) { try FieldLabels.check(selector, kind: kind) }
        #expect(failure?.code == 400)
        #expect(failure?.message.contains("field label not supported: \(path)") == true)
    }

    @Test("of custom kinds the definition decides; without one anything goes")
    func custom() throws {
        var kind = KubeKind(
            resource: .init(group: "example.io", version: "v1", plural: "things"), kind: "Thing", isNamespaced: true)
        kind.isCustom = true
        let any = try FieldSelector(parsing: "spec.whatever=1")
        try FieldLabels.check(any, kind: kind)
        kind.schema = [
            "type": "object",
            "properties": [
                "spec": [
                    "type": "object",
                    "properties": [
                        "size": ["type": "integer"], "open": ["x-kubernetes-preserve-unknown-fields": true],
                        "map": ["type": "object", "additionalProperties": ["type": "string"]],
                    ],
                ]
            ],
        ]
        for path in ["spec.size", "spec.open.x.y", "spec.map.x", "metadata.labels.a"] {
            try FieldLabels.check(try FieldSelector(parsing: "\(path)=1"), kind: kind)
        }
        for path in ["spec.whatever", "spec.size.x", "metadata.foo", "status.x"] {
            #expect(throws: APIFailure.self, "\(path)") {
                try FieldLabels.check(try FieldSelector(parsing: "\(path)=1"), kind: kind)
            }
        }
    }
}
