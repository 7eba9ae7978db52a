import Beehive
import KubeAPI
import Testing

@Suite("Tables of the other kinds")
struct KindTableTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let group: String
        let plural: String
        let object: JSONValue
        let expected: String

        init(_ group: String, _ plural: String, _ expected: String, _ object: JSONValue, _ metadata: JSONValue = [:]) {
            (self.group, self.plural, self.expected) = (group, plural, expected)
            var object = object
            object["metadata"] = named("a", metadata)
            self.object = object
        }

        var testDescription: String { "\(plural): \(expected)" }
    }

    private static let template: JSONValue = [
        "spec": [
            "containers": [["name": "x", "image": "i:1"], ["name": "y", "image": "j"]],
            "nodeSelector": ["b": "2", "a": "1"],
        ]
    ]
    private static let selector: JSONValue = [
        "matchLabels": ["z": "1", "a": "b"],
        "matchExpressions": [
            ["key": "t", "operator": "In", "values": ["y", "x"]], ["key": "n", "operator": "DoesNotExist"],
            ["key": "s", "operator": "NotIn", "values": ["q"]], ["key": "e", "operator": "Exists"],
        ],
    ]
    private static let selected = "a=b,e,!n,s notin (q),t in (x,y),z=1"

    private static let cases: [Case] = [
        Case(
            "", "services", "a | ClusterIP | 10.1.0.1 | <none> | 80/TCP,53/UDP | 5m | app=web",
            [
                "spec": [
                    "type": "ClusterIP", "clusterIP": "10.1.0.1",
                    "ports": [["port": 80], ["port": 53, "protocol": "UDP"]],
                    "selector": ["app": "web"],
                ]
            ]),
        Case(
            "", "services", "a | NodePort | 10.1.0.1 | 1.2.3.4,1.2.3.5 | 80:30080/TCP | 5m | <none>",
            [
                "spec": [
                    "type": "NodePort", "clusterIPs": ["10.1.0.1", "fd::1"], "externalIPs": ["1.2.3.4", "1.2.3.5"],
                    "ports": [["port": 80, "nodePort": 30080, "protocol": "TCP"]],
                ]
            ]),
        Case(
            "", "services", "a | LoadBalancer | None | <pending> | <none> | 5m | <none>",
            [
                "spec": ["type": "LoadBalancer", "clusterIP": "None"]
            ]),
        Case(
            "", "services", "a | LoadBalancer | <none> | 9.9.9.9,lb.example,1.1.1.1 | <none> | 5m | <none>",
            [
                "spec": ["type": "LoadBalancer", "externalIPs": ["1.1.1.1"]],
                "status": ["loadBalancer": ["ingress": [["hostname": "lb.example"], ["ip": "9.9.9.9"]]]],
            ]),
        Case(
            "", "services", "a | ExternalName | <none> | out.example | <none> | 5m | <none>",
            [
                "spec": ["type": "ExternalName", "externalName": "out.example"]
            ]),
        Case(
            "", "endpoints", "a | 1.1.1.1:80,1.1.1.2:80,1.1.1.1:81 + 2 more... | 5m",
            [
                "subsets": [
                    ["addresses": [["ip": "1.1.1.1"], ["ip": "1.1.1.2"]], "ports": [["port": 80], ["port": 81]]],
                    ["addresses": [["ip": "::1"]], "ports": [["port": 5]]],
                ]
            ]),
        Case(
            "", "endpoints", "a | [fd::1]:443,1.1.1.1 | 5m",
            [
                "subsets": [
                    ["addresses": [["ip": "fd::1"]], "ports": [["port": 443]]], ["addresses": [["ip": "1.1.1.1"]]],
                ]
            ]),
        Case("", "endpoints", "a | <none> | 5m", [:]),
        Case(
            "discovery.k8s.io", "endpointslices",
            "a | IPv4 | 80,*,81 + 1 more... | 1.1.1.1,1.1.1.2,1.1.1.3 + 1 more... | 5m",
            [
                "addressType": "IPv4", "ports": [["port": 80], ["name": "any"], ["port": 81], ["port": 82]],
                "endpoints": [["addresses": ["1.1.1.1", "1.1.1.2"]], ["addresses": ["1.1.1.3", "1.1.1.4"]]],
            ]),
        Case("discovery.k8s.io", "endpointslices", "a | IPv6 | <unset> | <unset> | 5m", ["addressType": "IPv6"]),
        Case(
            "", "secrets", "a | kubernetes.io/tls | 2 | 5m", ["type": "kubernetes.io/tls", "data": ["a": "", "b": ""]]),
        Case("", "configmaps", "a | 3 | 5m", ["data": ["a": "", "b": ""], "binaryData": ["c": ""]]),
        Case("", "namespaces", "a | Active | 5m", ["status": ["phase": "Active"]]),
        Case("", "serviceaccounts", "a | 1 | 5m", ["secrets": [["name": "s"]]]),
        Case(
            "apps", "deployments", "a | 1/3 | 2 | 1 | 5m | x,y | i:1,j | \(selected)",
            [
                "spec": ["replicas": 3, "template": template, "selector": selector],
                "status": ["readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1],
            ]),
        Case(
            "apps", "daemonsets", "a | 5 | 4 | 3 | 2 | 1 | a=1,b=2 | 5m | x,y | i:1,j | \(selected)",
            [
                "spec": ["template": template, "selector": selector],
                "status": [
                    "desiredNumberScheduled": 5, "currentNumberScheduled": 4, "numberReady": 3,
                    "updatedNumberScheduled": 2,
                    "numberAvailable": 1,
                ],
            ]),
        Case("apps", "statefulsets", "a | 0/2 | 5m | x,y | i:1,j", ["spec": ["replicas": 2, "template": template]]),
        Case(
            "apps", "replicasets", "a | 3 | 2 | 1 | 5m | x,y | i:1,j | \(selected)",
            [
                "spec": ["replicas": 3, "template": template, "selector": selector],
                "status": ["replicas": 2, "readyReplicas": 1],
            ]),
        Case(
            "", "replicationcontrollers", "a | 1 | 0 | 0 | 5m |  |  | a=b",
            ["spec": ["replicas": 1, "selector": ["a": "b"]]]),
        Case(
            "apps", "controllerrevisions", "a | daemonset.apps/d | 4 | 5m", ["revision": 4],
            [
                "ownerReferences": [
                    ["kind": "X"], ["apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "controller": true],
                ]
            ]),
        Case(
            "batch", "jobs", "a | Complete | 1/1 | 2m5s | 5m | x,y | i:1,j | <none>",
            [
                "spec": ["completions": 1, "template": template],
                "status": [
                    "succeeded": 1, "startTime": ago(300), "completionTime": ago(175),
                    "conditions": [["type": "Complete", "status": "True"]],
                ],
            ]),
        Case(
            "batch", "jobs", "a | Running | 0/1 of 3 | 60s | 5m |  |  | <none>",
            [
                "spec": ["parallelism": 3],
                "status": ["startTime": ago(60), "conditions": [["type": "Failed", "status": "False"]]],
            ]),
        Case(
            "batch", "jobs", "a | Suspended | 0/1 |  | 5m |  |  | <none>",
            [
                "status": ["conditions": [["type": "Suspended", "status": "True"]]]
            ]),
        Case(
            "batch", "cronjobs", "a | */5 * * * * | <none> | False | 1 | 2m | 5m | x,y | i:1,j | <none>",
            [
                "spec": ["schedule": "*/5 * * * *", "suspend": false, "jobTemplate": ["spec": ["template": template]]],
                "status": ["active": [["name": "j"]], "lastScheduleTime": ago(120)],
            ]),
        Case(
            "batch", "cronjobs", "a |  | Europe/Berlin | <unset> | 0 | <none> | 5m |  |  | <none>",
            [
                "spec": ["timeZone": "Europe/Berlin"]
            ]),
        Case(
            "policy", "poddisruptionbudgets", "a | 50% | N/A | 1 | 5m",
            [
                "spec": ["minAvailable": "50%"], "status": ["disruptionsAllowed": 1],
            ]),
        Case("coordination.k8s.io", "leases", "a | node-1 | 5m", ["spec": ["holderIdentity": "node-1"]]),
        Case(
            "storage.k8s.io", "storageclasses", "a (default) | p.io | Retain | WaitForFirstConsumer | true | 5m",
            [
                "provisioner": "p.io", "reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer",
                "allowVolumeExpansion": true,
            ], ["annotations": ["storageclass.kubernetes.io/is-default-class": "true"]]),
        Case("storage.k8s.io", "storageclasses", "a | p.io | Delete | Immediate | false | 5m", ["provisioner": "p.io"]),
        Case(
            "", "persistentvolumes",
            "a | 5Gi | RWO,ROX,RWOP | Retain | Bound | ns/c | fast | <unset> | why | 5m | Filesystem",
            [
                "spec": [
                    "capacity": ["storage": "5Gi"],
                    "accessModes": ["ReadOnlyMany", "ReadWriteOncePod", "ReadWriteOnce"],
                    "persistentVolumeReclaimPolicy": "Retain", "claimRef": ["namespace": "ns", "name": "c"],
                    "storageClassName": "fast", "volumeMode": "Filesystem",
                ], "status": ["phase": "Bound", "reason": "why"],
            ]),
        Case(
            "", "persistentvolumes", "a |  |  |  | Terminating |  | old | <unset> |  | 5m | <unset>",
            [
                "spec": ["storageClassName": "new"], "status": ["phase": "Bound"],
            ],
            [
                "deletionTimestamp": "2026-11-21T11:00:00Z",
                "annotations": ["volume.beta.kubernetes.io/storage-class": "old"],
            ]),
        Case(
            "", "persistentvolumeclaims", "a | Bound | v | 5Gi | RWX | fast | gold | 5m | Block",
            [
                "spec": [
                    "volumeName": "v", "storageClassName": "fast", "volumeAttributesClassName": "gold",
                    "volumeMode": "Block",
                    "accessModes": ["ReadWriteOnce"],
                ], "status": ["phase": "Bound", "capacity": ["storage": "5Gi"], "accessModes": ["ReadWriteMany"]],
            ]),
        Case(
            "", "persistentvolumeclaims", "a | Pending |  |  |  |  | <unset> | 5m | <unset>",
            [
                "status": [
                    "phase": "Pending", "capacity": ["storage": "5Gi"],
                ]
            ]),
        Case(
            "storage.k8s.io", "volumeattachments", "a | csi.io | v | n | true | 5m",
            [
                "spec": ["attacher": "csi.io", "nodeName": "n", "source": ["persistentVolumeName": "v"]],
                "status": ["attached": true],
            ]),
        Case("storage.k8s.io", "csinodes", "a | 2 | 5m", ["spec": ["drivers": [[:], [:]]]]),
        Case(
            "certificates.k8s.io", "certificatesigningrequests", "a | 5m | s.io/x | me | 24h | Approved,Issued",
            [
                "spec": ["signerName": "s.io/x", "username": "me", "expirationSeconds": 86400],
                "status": ["certificate": "QQ==", "conditions": [["type": "Approved"]]],
            ]),
        Case(
            "certificates.k8s.io", "certificatesigningrequests", "a | 5m | <none> |  | <none> | Denied,Failed",
            [
                "status": ["conditions": [["type": "Approved"], ["type": "Failed"], ["type": "Denied"]]]
            ]),
        Case("certificates.k8s.io", "certificatesigningrequests", "a | 5m | <none> |  | <none> | Pending", [:]),
        Case(
            "networking.k8s.io", "ingresses", "a | nginx | x.io,y.io,z.io + 1 more... | 1.1.1.1,h.io | 80, 443 | 5m",
            [
                "spec": [
                    "ingressClassName": "nginx", "tls": [[:]],
                    "rules": [["host": "x.io"], ["host": "y.io"], [:], ["host": "z.io"], ["host": "w.io"]],
                ], "status": ["loadBalancer": ["ingress": [["hostname": "h.io"], ["ip": "1.1.1.1"]]]],
            ]),
        Case("networking.k8s.io", "ingresses", "a | <none> | * |  | 80 | 5m", [:]),
        Case(
            "networking.k8s.io", "ingressclasses", "a | c.io/x | Params.p.io/b | 5m",
            [
                "spec": ["controller": "c.io/x", "parameters": ["apiGroup": "p.io", "kind": "Params", "name": "b"]]
            ]),
        Case("networking.k8s.io", "networkpolicies", "a | \(selected) | 5m", ["spec": ["podSelector": selector]]),
        Case(
            "rbac.authorization.k8s.io", "rolebindings", "a | Role/r | 5m | u, v | g | ns/s",
            [
                "roleRef": ["kind": "Role", "name": "r"],
                "subjects": [
                    ["kind": "User", "name": "u"], ["kind": "Group", "name": "g"], ["kind": "User", "name": "v"],
                    ["kind": "ServiceAccount", "name": "s", "namespace": "ns"],
                ],
            ]),
        Case("rbac.authorization.k8s.io", "roles", "a | 2026-11-21T11:55:00Z", [:]),
        Case("", "limitranges", "a | 2026-11-21T11:55:00Z", [:]),
        Case(
            "scheduling.k8s.io", "priorityclasses", "a | 1000 | true | 5m | Never",
            [
                "value": 1000, "globalDefault": true, "preemptionPolicy": "Never",
            ]),
        Case("node.k8s.io", "runtimeclasses", "a | kata | 5m", ["handler": "kata"]),
        Case(
            "devices.kubeedge.io", "devices", "a | edge-1 | thermo | 5m | modbus",
            [
                "spec": [
                    "nodeName": "edge-1", "deviceModelRef": ["name": "thermo"],
                    "protocol": ["protocolName": "modbus", "configData": [:]],
                ]
            ]),
        Case("devices.kubeedge.io", "devicemodels", "a | 5m", [:]), Case("example.com", "things", "a | 5m", [:]),
    ]

    @Test("cells", arguments: cases)
    func row(row: Case) { #expect(cells(row.group, row.plural, row.object) == row.expected) }

    @Test("an event in the core group's form")
    func events() {
        let event: JSONValue = [
            "metadata": named("e"), "type": "Warning", "reason": "BackOff", "message": " \n it fails\t\n", "count": 3,
            "involvedObject": ["kind": "Pod", "name": "web", "fieldPath": "spec.containers{c}"],
            "source": ["component": "kubelet", "host": "edge-1"], "firstTimestamp": ago(600), "lastTimestamp": ago(30),
        ]
        #expect(
            cells("", "events", event)
                == "30s | Warning | BackOff | pod/web | spec.containers{c} | kubelet, edge-1 | it fails | 10m | 3 | e")
        #expect(
            cells(
                "", "events",
                [
                    "metadata": named("e"), "involvedObject": ["kind": "Node"],
                    "eventTime": "2026-11-21T11:59:00.123456Z",
                ])
                == "60s |  |  | node |  |  |  | 60s | 1 | e")
    }

    @Test("an event in the newer form")
    func newerEvents() {
        let event: JSONValue = [
            "metadata": named("e"), "type": "Normal", "reason": "Started", "note": "up", "eventTime": ago(60),
            "regarding": ["kind": "Pod", "name": "web"], "reportingController": "x.io/c", "reportingInstance": "c-1",
            "series": ["count": 7, "lastObservedTime": ago(5)], "deprecatedFirstTimestamp": nil,
        ]
        #expect(
            cells("events.k8s.io", "events", event)
                == "5s | Normal | Started | pod/web |  | x.io/c, c-1 | up | 60s | 7 | e")
    }
}
