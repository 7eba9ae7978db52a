/// The kinds that stand outside of namespaces.
enum ClusterScope {
    private static let kinds: Set<String> = [
        "Node", "PersistentVolume", "Namespace", "VolumeAttachment", "CertificateSigningRequest", "StorageClass",
        "CSIDriver", "CSINode", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PriorityClass",
        "RuntimeClass", "IngressClass", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "FlowSchema", "PriorityLevelConfiguration",
        "NodeGroup",
    ]

    static func holds(_ kind: String) -> Bool { kinds.contains(kind) }

    /// What KubeEdge writes where a namespace would stand.
    static func namespaceWord(of kind: String) -> String { kind == "Node" ? "null" : "default" }
}
