/// The lists that Kubernetes' own types merge element by element; every other list is replaced whole.
enum MergeTypes {
    /// The lists of statuses, by their names alone.
    static let statusLists = ["conditions": "type", "addresses": "type", "podIPs": "ip", "ownerReferences": "uid"]

    private typealias Field = MergeSchema.Field

    private static func keyed(_ key: String, _ type: String? = nil) -> Field { Field(list: .keyed(key), type: type) }
    private static func object(_ type: String) -> Field { Field(type: type) }
    private static let set = Field(list: .set)

    /// The fields of each type that have rules, or lead to some; kinds stand as `group/Kind`.
    static let fields: [String: [String: MergeSchema.Field]] = {
        var all = parts
        for (name, fields) in kinds {
            var fields = fields
            fields["metadata"] = object("ObjectMeta")
            all[name] = fields
        }
        return all
    }()

    private static let conditions: [String: Field] = ["conditions": keyed("type")]

    private static let parts: [String: [String: Field]] = [
        "Object": ["metadata": object("ObjectMeta")],
        "ObjectMeta": ["finalizers": set, "ownerReferences": keyed("uid")],
        "Conditions": conditions,
        "PodTemplate": ["metadata": object("ObjectMeta"), "spec": object("PodSpec")],
        "PodSpec": [
            "containers": keyed("name", "Container"), "initContainers": keyed("name", "Container"),
            "ephemeralContainers": keyed("name", "Container"), "volumes": keyed("name"),
            "imagePullSecrets": keyed("name"), "hostAliases": keyed("ip"),
            "topologySpreadConstraints": keyed("topologyKey"), "schedulingGates": keyed("name"),
            "resourceClaims": keyed("name"),
        ],
        "Container": [
            "ports": keyed("containerPort"), "env": keyed("name"), "volumeMounts": keyed("mountPath"),
            "volumeDevices": keyed("devicePath"),
        ],
        "PodStatus": [
            "conditions": keyed("type"), "podIPs": keyed("ip"), "hostIPs": keyed("ip"),
            "resourceClaimStatuses": keyed("name"),
        ],
        "Workload": ["template": object("PodTemplate")],
        "JobTemplate": ["metadata": object("ObjectMeta"), "spec": object("Workload")],
        "CronJobSpec": ["jobTemplate": object("JobTemplate")],
        "ServiceSpec": ["ports": keyed("port")],
        "NodeSpec": ["podCIDRs": set],
        "NodeStatus": ["conditions": keyed("type"), "addresses": keyed("type")],
        "DisruptionBudgetSpec": ["selector": Field(isReplaced: true)],
        "Webhook": ["matchConditions": keyed("name")],
        "AdmissionPolicySpec": ["matchConditions": keyed("name")],
    ]

    private static let workload: [String: Field] = ["spec": object("Workload"), "status": object("Conditions")]
    private static let withConditions: [String: Field] = ["status": object("Conditions")]

    private static let kinds: [String: [String: Field]] = [
        "/Pod": ["spec": object("PodSpec"), "status": object("PodStatus")],
        "/PodTemplate": ["template": object("PodTemplate")],
        "/ReplicationController": workload,
        "/Service": ["spec": object("ServiceSpec"), "status": object("Conditions")],
        "/Node": ["spec": object("NodeSpec"), "status": object("NodeStatus")],
        "/ServiceAccount": ["secrets": keyed("name")],
        "/Namespace": withConditions,
        "/PersistentVolumeClaim": withConditions,
        "apps/Deployment": workload,
        "apps/StatefulSet": workload,
        "apps/DaemonSet": workload,
        "apps/ReplicaSet": workload,
        "batch/Job": workload,
        "batch/CronJob": ["spec": object("CronJobSpec")],
        "autoscaling/HorizontalPodAutoscaler": withConditions,
        "policy/PodDisruptionBudget": ["spec": object("DisruptionBudgetSpec"), "status": object("Conditions")],
        "networking.k8s.io/NetworkPolicy": withConditions,
        "apiregistration.k8s.io/APIService": withConditions,
        "flowcontrol.apiserver.k8s.io/FlowSchema": withConditions,
        "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration": withConditions,
        "admissionregistration.k8s.io/MutatingWebhookConfiguration": ["webhooks": keyed("name", "Webhook")],
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration": ["webhooks": keyed("name", "Webhook")],
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy": ["spec": object("AdmissionPolicySpec")],
    ]
}
