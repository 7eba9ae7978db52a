internal import Beehive

/// What the API server fills in: a node sees pods with it, and compares what it stored with what comes.
enum PodDefaults {
    static func filled(_ pod: JSONValue) -> JSONValue {
        var pod = pod
        var spec = withoutEmpty(pod["spec"] ?? .object([]))
        for list in ["initContainers", "containers"] {
            guard let containers = spec[list]?.elements else { continue }
            spec[list] = .array(containers.map { add(container, to: withoutEmpty($0)) })
        }
        if let volumes = spec["volumes"]?.elements { spec["volumes"] = .array(volumes.map(volume)) }
        spec["serviceAccount"] = spec["serviceAccount"] ?? spec["serviceAccountName"]
        pod["spec"] = add(self.spec, to: spec)
        var status = add(["phase": "Pending", "qosClass": "BestEffort"], to: pod["status"] ?? .object([]))
        if let address = status["podIP"], status["podIPs"] == nil { status["podIPs"] = [["ip": address]] }
        pod["status"] = status
        return pod
    }

    private static let container: JSONValue = [
        "resources": .object([]), "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    ]

    private static let spec: JSONValue = [
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default", "serviceAccount": "default", "securityContext": .object([]),
        "schedulerName": "default-scheduler",
        "tolerations": [toleration("not-ready"), toleration("unreachable")], "priority": 0, "enableServiceLinks": true,
        "preemptionPolicy": "PreemptLowerPriority",
    ]

    private static func toleration(_ key: String) -> JSONValue {
        [
            "key": JSONValue(text: "node.kubernetes.io/\(key)"), "operator": "Exists", "effect": "NoExecute",
            "tolerationSeconds": 300,
        ]
    }

    private static func volume(_ given: JSONValue) -> JSONValue {
        var volume = given
        for source in ["configMap", "secret", "projected", "downwardAPI"] {
            if let value = volume[source] { volume[source] = add(["defaultMode": 420], to: value) }
        }
        return volume
    }

    private static func withoutEmpty(_ value: JSONValue) -> JSONValue {
        .object(value.members.filter { $0.value != .array([]) && $0.value != .null })
    }

    private static func add(_ defaults: JSONValue, to value: JSONValue) -> JSONValue {
        var value = value
        for member in defaults.members where value[member.key] == nil { value[member.key] = member.value }
        return value
    }
}
