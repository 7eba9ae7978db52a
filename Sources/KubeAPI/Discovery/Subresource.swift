/// What stands behind an object's name: which kind is read and written there, and how.
struct Subresource: Equatable {
    /// The word in the path, such as `status`.
    let name: String
    /// Group and version of what is read and written there; nil when it is the object's own.
    var groupVersion: (group: String, version: String)? { Self.foreign[kind] }
    /// The kind of what is read and written there.
    let kind: String
    /// What may be done.
    let verbs: [String]

    /// The subresource of a kind.
    init(_ name: String, of owner: KubeKind) {
        self.name = name
        let fact = Self.facts["\(owner.resource.plural)/\(name)"] ?? Self.facts[name]
        kind = fact.flatMap { $0.kind.isEmpty ? nil : $0.kind } ?? owner.kind
        verbs = fact?.verbs ?? ["get", "patch", "update"]
    }

    /// Kinds that belong to groups of their own.
    private static let foreign: [String: (group: String, version: String)] = [
        "Scale": ("autoscaling", "v1"), "Eviction": ("policy", "v1"), "TokenRequest": ("authentication.k8s.io", "v1"),
    ]

    /// An empty kind is the object's own; what is not named here is read and written as `status` is.
    private static let facts: [String: (kind: String, verbs: [String])] = [
        "scale": ("Scale", ["get", "patch", "update"]), "token": ("TokenRequest", ["create"]),
        "eviction": ("Eviction", ["create"]), "binding": ("Binding", ["create"]), "finalize": ("", ["update"]),
        "log": ("", ["get"]), "attach": ("PodAttachOptions", ["create", "get"]),
        "exec": ("PodExecOptions", ["create", "get"]), "portforward": ("PodPortForwardOptions", ["create", "get"]),
        "pods/proxy": ("PodProxyOptions", proxyVerbs), "nodes/proxy": ("NodeProxyOptions", proxyVerbs),
        "services/proxy": ("ServiceProxyOptions", proxyVerbs),
    ]

    private static let proxyVerbs = ["create", "delete", "get", "patch", "update"]
}
