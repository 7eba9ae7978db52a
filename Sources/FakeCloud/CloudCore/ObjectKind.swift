internal import Beehive

/// A kind of object: its names in Kubernetes and on the wire.
struct ObjectKind: Sendable, Hashable {
    /// Such as `ConfigMap`.
    let name: String
    /// Such as `v1`.
    let apiVersion: String
    /// Such as `configmaps`.
    let plural: String
    let isNamespaced: Bool

    /// The word in resources.
    var type: ResourceType { ResourceType(name.lowercased()) }

    /// The group part of `apiVersion`; empty for the core's.
    var group: String {
        guard let slash = apiVersion.firstIndex(of: "/") else { return "" }
        return String(apiVersion[..<slash])
    }

    init(_ name: String, _ apiVersion: String = "v1", plural: String? = nil, isNamespaced: Bool = true) {
        self.name = name
        self.apiVersion = apiVersion
        self.plural = plural ?? name.lowercased() + "s"
        self.isNamespaced = isNamespaced
    }

    static let pod = ObjectKind("Pod")
    static let configMap = ObjectKind("ConfigMap")
    static let secret = ObjectKind("Secret")
    static let node = ObjectKind("Node", isNamespaced: false)
    static let lease = ObjectKind("Lease", "coordination.k8s.io/v1")
    static let service = ObjectKind("Service")
    static let endpoints = ObjectKind("Endpoints", plural: "endpoints")
    static let serviceAccount = ObjectKind("ServiceAccount")
    static let namespace = ObjectKind("Namespace", isNamespaced: false)
    static let volume = ObjectKind("PersistentVolume", isNamespaced: false)
    static let claim = ObjectKind("PersistentVolumeClaim")
    static let attachment = ObjectKind("VolumeAttachment", "storage.k8s.io/v1", isNamespaced: false)
    static let signingRequest = ObjectKind(
        "CertificateSigningRequest", "certificates.k8s.io/v1", isNamespaced: false)

    static let definition = ObjectKind(
        "CustomResourceDefinition", "apiextensions.k8s.io/v1", isNamespaced: false)
    static let endpointSlice = ObjectKind("EndpointSlice", "discovery.k8s.io/v1")
    static let deployment = ObjectKind("Deployment", "apps/v1")
    static let serviceAccountAccess = ObjectKind(
        "ServiceAccountAccess", "policy.kubeedge.io/v1alpha1", plural: "serviceaccountaccesses")

    static let known = [
        pod, configMap, secret, node, lease, service, endpoints, serviceAccount, namespace, volume, claim, attachment,
        signingRequest, definition, endpointSlice, deployment, serviceAccountAccess,
    ]

    /// The known kind of this name, or one like most.
    static func named(_ name: String, apiVersion: String = "v1") -> ObjectKind {
        known.first { $0.name == name } ?? ObjectKind(name, apiVersion)
    }

    /// The known kind that a resource's type names.
    static func of(_ type: ResourceType) -> ObjectKind? { known.first { $0.type == type } }
}

/// Which object.
struct ObjectKey: Sendable, Hashable {
    let kind: ObjectKind
    /// Empty for kinds without one.
    let namespace: String
    let name: String

    init(_ kind: ObjectKind, _ namespace: String, _ name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// The resource under which the cloud speaks of it.
    var resource: String {
        let word = kind == .node ? "null" : kind.isNamespaced ? namespace : "default"
        return "\(word)/\(kind.type)/\(name)"
    }
}
