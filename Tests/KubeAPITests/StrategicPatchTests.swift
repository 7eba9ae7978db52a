import Beehive
import Testing

@testable import KubeAPI

/// Strategic merge patches of built-in kinds.
struct StrategicPatchTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var kind: String
        var base: String
        var patch: String
        var result: String
        var testDescription: String { "\(kind): \(what)" }
    }

    static func kind(_ name: String) -> KubeKind {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return KubeKind(
            resource: KubeKind.Resource(group: parts[0], version: "v1", plural: parts[1].lowercased() + "s"),
            kind: parts[1], isNamespaced: true)
    }

    static let rows: [Row] = [
        Row(
            what: "containers by name, their ports by containerPort, env by name, mounts by mountPath", kind: "/Pod",
            base:
                #"{"spec":{"containers":[{"name":"a","image":"i:1","ports":[{"containerPort":80}],"env":[{"name":"X","value":"1"}],"volumeMounts":[{"mountPath":"/m","name":"v"}]},{"name":"b"}]}}"#,
            patch:
                #"{"spec":{"containers":[{"name":"a","image":"i:2","ports":[{"containerPort":80,"name":"http"},{"containerPort":81}],"env":[{"name":"X","value":"2"},{"name":"Y"}],"volumeMounts":[{"mountPath":"/m","readOnly":true}]}]}}"#,
            result:
                #"{"spec":{"containers":[{"name":"a","image":"i:2","ports":[{"containerPort":80,"name":"http"},{"containerPort":81}],"env":[{"name":"X","value":"2"},{"name":"Y"}],"volumeMounts":[{"mountPath":"/m","name":"v","readOnly":true}]},{"name":"b"}]}}"#
        ),
        Row(
            what: "the template of a workload has the rules of a pod", kind: "apps/Deployment",
            base: #"{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","args":["x"]}]}}}}"#,
            patch: #"{"spec":{"template":{"spec":{"containers":[{"name":"a","args":["y","z"]}]}}}}"#,
            result: #"{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","args":["y","z"]}]}}}}"#),
        Row(
            what: "so has that of a cron job", kind: "batch/CronJob",
            base:
                #"{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}}}}"#,
            patch:
                #"{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"b","image":"i"}]}}}}}}"#,
            result:
                #"{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b","image":"i"}]}}}}}}"#
        ),
        Row(
            what: "an element is deleted by its key", kind: "/Pod",
            base: #"{"spec":{"volumes":[{"name":"a","emptyDir":{}},{"name":"b","emptyDir":{}}]}}"#,
            patch: #"{"spec":{"volumes":[{"name":"a","$patch":"delete"}]}}"#,
            result: #"{"spec":{"volumes":[{"name":"b","emptyDir":{}}]}}"#),
        Row(
            what: "a list, or an object, is replaced on request", kind: "/Pod",
            base: #"{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"volumes":[{"name":"a"},{"name":"b"}]}}"#,
            patch:
                #"{"metadata":{"labels":{"$patch":"replace","c":"3"}},"spec":{"volumes":[{"$patch":"replace"},{"name":"c"}]}}"#,
            result: #"{"metadata":{"labels":{"c":"3"}},"spec":{"volumes":[{"name":"c"}]}}"#),
        Row(
            what: "tolerations are replaced as a whole", kind: "/Pod",
            base: #"{"spec":{"tolerations":[{"key":"a"},{"key":"b"}]}}"#,
            patch: #"{"spec":{"tolerations":[{"key":"a","operator":"Exists"}]}}"#,
            result: #"{"spec":{"tolerations":[{"key":"a","operator":"Exists"}]}}"#),
        Row(
            what: "host aliases by ip, pull secrets by name, spread constraints by topology key", kind: "/Pod",
            base:
                #"{"spec":{"hostAliases":[{"ip":"1.1.1.1","hostnames":["a"]}],"imagePullSecrets":[{"name":"s"}],"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":1}]}}"#,
            patch:
                #"{"spec":{"hostAliases":[{"ip":"1.1.1.1","hostnames":["b"]}],"imagePullSecrets":[{"name":"t"}],"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":2}]}}"#,
            result:
                #"{"spec":{"hostAliases":[{"ip":"1.1.1.1","hostnames":["b"]}],"imagePullSecrets":[{"name":"s"},{"name":"t"}],"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":2}]}}"#
        ),
        Row(
            what: "finalizers are a set, owners go by uid", kind: "/ConfigMap",
            base: #"{"metadata":{"finalizers":["a"],"ownerReferences":[{"uid":"1","name":"x"}]}}"#,
            patch: #"{"metadata":{"finalizers":["a","b"],"ownerReferences":[{"uid":"1","name":"y"},{"uid":"2"}]}}"#,
            result: #"{"metadata":{"finalizers":["a","b"],"ownerReferences":[{"uid":"1","name":"y"},{"uid":"2"}]}}"#),
        Row(
            what: "values are taken out of a set", kind: "/ConfigMap",
            base: #"{"metadata":{"finalizers":["a","b","c"]}}"#,
            patch: #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"]}}"#,
            result: #"{"metadata":{"finalizers":["a","c"]}}"#),
        Row(
            what: "a service's ports by port", kind: "/Service",
            base: #"{"spec":{"ports":[{"port":80,"targetPort":1},{"port":81}]}}"#,
            patch: #"{"spec":{"ports":[{"port":80,"targetPort":2}]}}"#,
            result: #"{"spec":{"ports":[{"port":80,"targetPort":2},{"port":81}]}}"#),
        Row(
            what: "conditions by type", kind: "/Node",
            base: #"{"status":{"conditions":[{"type":"A","status":"True"}],"addresses":[{"type":"X","address":"1"}]}}"#,
            patch: #"{"status":{"conditions":[{"type":"A","status":"False"},{"type":"B"}]}}"#,
            result:
                #"{"status":{"conditions":[{"type":"A","status":"False"},{"type":"B"}],"addresses":[{"type":"X","address":"1"}]}}"#
        ),
        Row(
            what: "a map of unknown keys is merged, null removes", kind: "/ConfigMap",
            base: #"{"data":{"a":"1","b":"2"}}"#, patch: #"{"data":{"a":null,"c":"3"}}"#,
            result: #"{"data":{"b":"2","c":"3"}}"#),
        Row(
            what: "only the keys that are retained stay", kind: "apps/Deployment",
            base: #"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}"#,
            patch: #"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#,
            result: #"{"spec":{"strategy":{"type":"Recreate"}}}"#),
        Row(
            what: "what an order does not name keeps its place in front of what it stood in front of", kind: "/Pod",
            base: #"{"spec":{"containers":[{"name":"mesh"},{"name":"a"},{"name":"log"},{"name":"b"}]}}"#,
            patch:
                #"{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"},{"name":"c"}],"containers":[{"name":"c"}]}}"#,
            result:
                #"{"spec":{"containers":[{"name":"mesh"},{"name":"log"},{"name":"b"},{"name":"a"},{"name":"c"}]}}"#),
        Row(
            what: "a budget's selector is replaced", kind: "policy/PodDisruptionBudget",
            base: #"{"spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"1"}}}}"#,
            patch: #"{"spec":{"selector":{"matchLabels":{"b":"2"}}}}"#,
            result: #"{"spec":{"minAvailable":1,"selector":{"matchLabels":{"b":"2"}}}}"#),
    ]

    @Test("lists are merged as Kubernetes' types say", arguments: rows)
    func merge(_ row: Row) throws {
        let schema = try #require(MergeSchema.of(Self.kind(row.kind)))
        let patch = try JSONPatchTests.tree(row.patch)
        #expect(StrategicPatch.fault(in: patch, schema: schema) == nil)
        let result = StrategicPatch.apply(patch, to: try JSONPatchTests.tree(row.base), schema: schema)
        #expect(result.says(try JSONPatchTests.tree(row.result)), "\(String(decoding: result.json, as: UTF8.self))")
    }

    @Test("custom kinds have no such patches")
    func custom() {
        var kind = Self.kind("example.org/Gadget")
        kind.isCustom = true
        #expect(MergeSchema.of(kind) == nil)
    }

    @Test(
        "what Kubernetes refuses is refused with the cause",
        arguments: [
            (#"{"spec":{"containers":[{"image":"i"}]}}"#, "no 'name'"), (#"{"spec":{"$patch":"spam"}}"#, "$patch"),
            (#"{"spec":{"$retainKeys":"type"}}"#, "wants a list"),
            (#"{"spec":{"containers":["text"]}}"#, "no 'name'"),
        ])
    func faults(_ patch: String, _ words: String) throws {
        let schema = try #require(MergeSchema.of(Self.kind("/Pod")))
        #expect(StrategicPatch.fault(in: try JSONPatchTests.tree(patch), schema: schema)?.contains(words) == true)
    }

    @Test("long orders and lists take time in proportion")
    func long() throws {
        let schema = try #require(MergeSchema.of(Self.kind("/Pod")))
        func names(_ count: Int, _ prefix: String) -> JSONValue {
            .array((0..<count).map { ["name": JSONValue(text: "\(prefix)\($0)")] })
        }
        let base: JSONValue = ["spec": ["containers": names(50_000, "a")]]
        let patch: JSONValue = [
            "spec": ["$setElementOrder/containers": names(50_000, "b"), "containers": names(50_000, "b")]
        ]
        let result = StrategicPatch.apply(patch, to: base, schema: schema)
        #expect(result["spec"]?["containers"]?.elements.count == 100_000)
    }
}
