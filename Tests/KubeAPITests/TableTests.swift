import Beehive
import KubeAPI
import Testing

@Suite("Tables")
struct TableTests {
    @Test(
        "how long ago",
        arguments: [
            (-1, "0s"), (-2, "<invalid>"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (599, "9m59s"),
            (600, "10m"),
            (659, "10m"), (10_799, "179m"), (10_800, "3h"), (12_000, "3h20m"), (28_799, "7h59m"), (28_800, "8h"),
            (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"), (691_199, "7d23h"), (691_200, "8d"),
            (63_071_999, "729d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (252_287_999, "7y364d"),
            (252_288_000, "8y"),
            (600_000_000, "19y"),
        ] as [(Int64, String)])
    func ages(seconds: Int64, expected: String) {
        let object: JSONValue = ["metadata": ["name": "a", "creationTimestamp": ago(seconds)]]
        #expect(cells("", "configmaps", object) == "a | 0 | \(expected)")
    }

    @Test("a time that is absent or no time")
    func noAges() {
        #expect(cells("", "configmaps", [:]) == " | 0 | <unknown>")
        #expect(cells("", "configmaps", ["metadata": ["creationTimestamp": nil]]) == " | 0 | <unknown>")
        #expect(cells("", "configmaps", ["metadata": ["creationTimestamp": "soon"]]) == " | 0 | <invalid>")
    }

    @Test(
        "a node's status and roles",
        arguments: [
            ([:], "Unknown | <none>"),
            (["status": ["conditions": [["type": "Ready", "status": "True"]]]], "Ready | <none>"),
            (["status": ["conditions": [["type": "Ready", "status": "Unknown"]]]], "NotReady | <none>"),
            (
                [
                    "spec": ["unschedulable": true],
                    "status": [
                        "conditions": [
                            ["type": "DiskPressure", "status": "True"], ["type": "Ready", "status": "True"],
                        ]
                    ],
                ], "Ready,SchedulingDisabled | <none>"
            ),
            (
                [
                    "metadata": [
                        "labels": [
                            "node-role.kubernetes.io/edge": "", "node-role.kubernetes.io/agent": "",
                            "kubernetes.io/role": "edge",
                            "node-role.kubernetes.io/": "",
                        ]
                    ]
                ], "Unknown | agent,edge"
            ),
        ] as [(JSONValue, String)])
    func nodes(object: JSONValue, expected: String) {
        #expect(
            cells("", "nodes", object)
                == " | \(expected) | <unknown> |  | <none> | <none> | <unknown> | <unknown> | <unknown>")
    }

    @Test("a node's wide columns")
    func wideNode() {
        let object: JSONValue = [
            "metadata": named("n"),
            "status": [
                "addresses": [["type": "Hostname", "address": "n"], ["type": "InternalIP", "address": "10.0.0.1"]],
                "nodeInfo": [
                    "kubeletVersion": "v1.32.1-kubeedge", "osImage": "Debian", "kernelVersion": "6.1",
                    "containerRuntimeVersion": "containerd://2.0",
                ],
            ],
        ]
        #expect(
            cells("", "nodes", object)
                == "n | Unknown | <none> | 5m | v1.32.1-kubeedge | 10.0.0.1 | <none> | Debian | 6.1 | containerd://2.0")
    }

    @Test("a table of a list, of one object, and of a watch")
    func forms() {
        let object: JSONValue = ["metadata": ["name": "a", "resourceVersion": "7"], "data": ["k": "v"]]
        let table = ObjectTable(kind: kind("", "configmaps"))
        let list = table.list([object, object], metadata: ["resourceVersion": "9", "continue": "c"], now: tableNow)
        #expect(list["kind"] == "Table" && list["apiVersion"] == "meta.k8s.io/v1")
        #expect(list["metadata"] == ["resourceVersion": "9", "continue": "c"])
        #expect(list["rows"]?.elements.count == 2 && list["columnDefinitions"]?.elements.count == 3)
        #expect(
            list["columnDefinitions"]?.elements.first == [
                "name": "Name", "type": "string", "format": "name", "description": "The object's name within its kind.",
                "priority": 0,
            ])
        let one = table.object(object, now: tableNow)
        #expect(one["metadata"] == ["resourceVersion": "7"] && one["rows"]?.elements.count == 1)
        let later = table.object(object, withColumns: false, now: tableNow)
        #expect(later["columnDefinitions"] == [] && later["rows"] == one["rows"])
        let partial: JSONValue = [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": ["name": "a", "resourceVersion": "7"],
        ]
        #expect(one["rows"]?.elements.first?["object"] == partial)
        #expect(one["rows"]?.elements.first?["cells"] == ["a", 1, "<unknown>"])
    }

    @Test("what a row carries of its object")
    func included() throws {
        let object: JSONValue = ["metadata": ["name": "a"], "data": ["k": "v"]]
        func row(_ word: String) throws -> JSONValue? {
            let included = try ObjectTable.Included([QueryField(name: "includeObject", value: word)])
            let table = ObjectTable(kind: kind("", "configmaps"), included: included, version: "v1beta1")
            return table.row(object, now: tableNow)["object"]
        }
        #expect(try row("Object") == object && row("None") == .null)
        #expect(try row("")?["apiVersion"] == "meta.k8s.io/v1beta1" && row("Metadata") == row(""))
        let failure = #expect(throws: APIFailure.self) { try row("All") }
        #expect(failure?.code == 400 && failure?.message.contains("must be 'Metadata', 'Object', 'None'") == true)
        #expect(try ObjectTable.Included([]) == .metadata)
    }

    @Test(
        "every kind has as many cells as columns, whatever its objects lack or hold",
        arguments: [
            ("", "pods"), ("", "nodes"), ("", "services"), ("", "configmaps"), ("", "secrets"), ("", "endpoints"),
            ("", "events"), ("", "namespaces"), ("", "serviceaccounts"), ("", "persistentvolumes"),
            ("", "persistentvolumeclaims"), ("", "replicationcontrollers"), ("", "limitranges"),
            ("apps", "deployments"),
            ("apps", "daemonsets"), ("apps", "statefulsets"), ("apps", "replicasets"), ("apps", "controllerrevisions"),
            ("batch", "jobs"), ("batch", "cronjobs"), ("policy", "poddisruptionbudgets"), ("events.k8s.io", "events"),
            ("coordination.k8s.io", "leases"), ("discovery.k8s.io", "endpointslices"),
            ("networking.k8s.io", "ingresses"),
            ("networking.k8s.io", "ingressclasses"), ("networking.k8s.io", "networkpolicies"),
            ("storage.k8s.io", "storageclasses"), ("storage.k8s.io", "volumeattachments"),
            ("storage.k8s.io", "csinodes"),
            ("certificates.k8s.io", "certificatesigningrequests"), ("rbac.authorization.k8s.io", "rolebindings"),
            ("rbac.authorization.k8s.io", "clusterrolebindings"), ("rbac.authorization.k8s.io", "roles"),
            ("scheduling.k8s.io", "priorityclasses"), ("node.k8s.io", "runtimeclasses"),
            ("devices.kubeedge.io", "devices"),
            ("example.com", "things"),
        ])
    func counts(group: String, plural: String) {
        let table = ObjectTable(kind: kind(group, plural))
        let columns = table.list([], metadata: [:], now: tableNow)["columnDefinitions"]?.elements.count
        let strange: JSONValue = [[1, [], ["a": [:]]], "text", 7, true, nil, ["x": nil]]
        let keys = [
            "metadata", "spec", "status", "data", "subsets", "ports", "endpoints", "roleRef", "subjects", "count",
        ]
        var objects: [JSONValue] = [[:], nil, 7, []]
        for value in strange.elements { objects.append(.object(keys.map { JSONMember($0, value) })) }
        let inner = [
            "conditions", "containerStatuses", "initContainerStatuses", "ports", "selector", "template", "labels",
        ]
        for value in strange.elements {
            let part = JSONValue.object(inner.map { JSONMember($0, value) })
            objects.append(.object(keys.map { JSONMember($0, part) }))
        }
        for object in objects { #expect(table.row(object, now: tableNow)["cells"]?.elements.count == columns) }
    }
}
