internal import Beehive

/// Singular, plural and short names of types, as a Kubernetes user types them.
enum TypeNames {
    private static let known: [(type: ResourceType, names: [String])] = [
        (.pod, ["pods", "po"]), (.podStatus, ["podstatuses"]), (.podPatch, ["podpatches"]),
        (.podList, ["podlists"]), (.configMap, ["configmaps", "cm"]), (.secret, ["secrets"]),
        (.node, ["nodes", "no"]), (.nodeStatus, ["nodestatuses"]), (.nodePatch, ["nodepatches"]),
        (.lease, ["leases"]), (.event, ["events", "ev"]), (.service, ["services", "svc"]), (.endpoints, ["ep"]),
        (.serviceAccountToken, ["serviceaccounttokens", "tokens"]),
        (.serviceAccountAccess, ["serviceaccountaccesses", "saaccess"]),
        (.persistentVolume, ["persistentvolumes", "pv"]),
        (.persistentVolumeClaim, ["persistentvolumeclaims", "pvc"]),
        (.volumeAttachment, ["volumeattachments", "va"]),
        (.certificateSigningRequest, ["certificatesigningrequests", "csr"]), (.device, ["devices"]),
        (.deviceModel, ["devicemodels"]), ("serviceaccount", ["serviceaccounts", "sa"]),
        ("namespace", ["namespaces", "ns"]), ("deployment", ["deployments", "deploy"]),
        ("replicaset", ["replicasets", "rs"]), ("daemonset", ["daemonsets", "ds"]),
        ("statefulset", ["statefulsets", "sts"]), ("endpointslice", ["endpointslices"]), ("job", ["jobs"]),
        ("cronjob", ["cronjobs", "cj"]), ("ingress", ["ingresses", "ing"]),
    ]

    /// The type that a word names; an unknown word names the type of its own text.
    static func type(_ word: String) -> ResourceType {
        let word = word.lowercased()
        if let found = known.first(where: { $0.type.rawValue == word || $0.names.contains(word) }) { return found.type }
        // Kinds that nobody listed: a plain plural, which the stored types confirm or not.
        return ResourceType(word.hasSuffix("s") && !word.hasSuffix("ss") ? String(word.dropLast()) : word)
    }

    /// True for types whose objects stand in no namespace.
    static func isClusterScoped(_ type: ResourceType) -> Bool { clusterScoped.contains(type) }

    private static let clusterScoped: Set<ResourceType> = [
        .node, .nodeStatus, .nodePatch, .persistentVolume, .volumeAttachment, .certificateSigningRequest, "namespace",
        "storageclass", "csidriver", "csinode", "clusterrole", "clusterrolebinding", "customresourcedefinition",
        "priorityclass", "runtimeclass", "ingressclass",
    ]
}
