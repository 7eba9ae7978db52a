import Beehive

/// Which kind is shown how.
extension RowPrinter {
    /// The printer of a kind.
    ///
    /// - Parameters:
    ///   - kind: the kind.
    ///   - columns: those that a custom kind's definition asks for; nil when it asks for none.
    /// - Returns: the definition's columns, else the kind's own, else the name with the age.
    static func of(_ kind: KubeKind, columns: [PrinterColumn]?) -> RowPrinter {
        if let columns, !columns.isEmpty { return CustomRows.printer(columns) }
        if let known = known[Key(kind.resource.group, kind.resource.plural)] { return known }
        // As the API server: it tells an age only of kinds that have columns, or of custom ones.
        let group = kind.resource.group
        let isBuiltIn = !kind.isCustom && (!group.contains(".") || group.hasSuffix(".k8s.io"))
        return isBuiltIn ? dated : aged
    }

    private struct Key: Hashable {
        let group: String
        let plural: String

        init(_ group: String, _ plural: String) { (self.group, self.plural) = (group, plural) }
    }

    private static let aged = RowPrinter([.name, .age]) { [$0.name, $0.age] }
    private static let dated = RowPrinter([.name, .createdAt]) {
        [$0.name, $0.text($0.metadata["creationTimestamp"].text(or: "<unknown>"))]
    }

    private static let known: [Key: RowPrinter] = [
        Key("", "pods"): PodRow.printer, Key("", "nodes"): NodeRow.printer, Key("", "events"): EventRow.printer,
        Key("", "services"): ServiceRows.services, Key("", "endpoints"): ServiceRows.endpoints,
        Key("", "configmaps"): ConfigRows.configMaps, Key("", "secrets"): ConfigRows.secrets,
        Key("", "namespaces"): ConfigRows.namespaces, Key("", "serviceaccounts"): ConfigRows.serviceAccounts,
        Key("", "persistentvolumes"): StorageRows.volumes, Key("", "persistentvolumeclaims"): StorageRows.claims,
        Key("", "replicationcontrollers"): WorkloadRows.replicationControllers,
        Key("apps", "deployments"): WorkloadRows.deployments, Key("apps", "daemonsets"): WorkloadRows.daemonSets,
        Key("apps", "statefulsets"): WorkloadRows.statefulSets, Key("apps", "replicasets"): WorkloadRows.replicaSets,
        Key("apps", "controllerrevisions"): WorkloadRows.controllerRevisions,
        Key("policy", "poddisruptionbudgets"): WorkloadRows.disruptionBudgets,
        Key("batch", "jobs"): JobRows.jobs, Key("batch", "cronjobs"): JobRows.cronJobs,
        Key("events.k8s.io", "events"): EventRow.printer, Key("coordination.k8s.io", "leases"): ConfigRows.leases,
        Key("discovery.k8s.io", "endpointslices"): ServiceRows.endpointSlices,
        Key("networking.k8s.io", "ingresses"): ServiceRows.ingresses,
        Key("networking.k8s.io", "ingressclasses"): ServiceRows.ingressClasses,
        Key("networking.k8s.io", "networkpolicies"): ServiceRows.networkPolicies,
        Key("storage.k8s.io", "storageclasses"): StorageRows.classes,
        Key("storage.k8s.io", "volumeattachments"): StorageRows.attachments,
        Key("storage.k8s.io", "csinodes"): StorageRows.nodes,
        Key("certificates.k8s.io", "certificatesigningrequests"): AccessRows.signingRequests,
        Key("rbac.authorization.k8s.io", "rolebindings"): AccessRows.bindings,
        Key("rbac.authorization.k8s.io", "clusterrolebindings"): AccessRows.bindings,
        Key("scheduling.k8s.io", "priorityclasses"): ConfigRows.priorityClasses,
        Key("node.k8s.io", "runtimeclasses"): ConfigRows.runtimeClasses,
        Key("devices.kubeedge.io", "devices"): ConfigRows.devices,
    ]
}
