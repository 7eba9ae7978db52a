internal import Beehive

/// What stands behind an object's name and is served here: which kind is read and written there, and how.
///
/// Only what the way to the cloud carries as what it is: creating, updating and patching behind a name do, reading does
/// only where it is the object itself. Whatever else somebody asks for would become a request of another meaning.
package struct Subresource: Equatable {
    /// The word in the path, such as `status`.
    package let name: String
    /// Group and version of what is read and written there; nil when it is the object's own.
    var groupVersion: (group: String, version: String)? { Self.foreign[kind] }
    /// The kind of what is read and written there.
    let kind: String
    /// What may be done.
    package let verbs: [String]

    /// The subresource of a kind; nil for one that is not served.
    init?(_ name: String, of owner: KubeKind) {
        // A kind that nobody has told of may have a status; of the others it is known what they have.
        guard owner.subresources.contains(name) || owner.source == .guessed || owner.source == .discovery,
            let fact = Self.facts[name] ?? (owner.isCustom ? nil : Self.facts["\(owner.resource.plural)/\(name)"])
        else { return nil }
        self.name = name
        kind = fact.kind.isEmpty ? owner.kind : fact.kind
        verbs = fact.verbs
    }

    /// Kinds that belong to groups of their own.
    private static let foreign: [String: (group: String, version: String)] = [
        "Scale": ("autoscaling", "v1"), "Eviction": ("policy", "v1"), "TokenRequest": ("authentication.k8s.io", "v1"),
    ]

    /// An empty kind is the object's own.
    private static let facts: [String: (kind: String, verbs: [String])] = [
        "status": ("", ["get", "patch", "update"]), "scale": ("Scale", ["patch", "update"]),
        "certificatesigningrequests/approval": ("", ["patch", "update"]),
        "pods/binding": ("Binding", ["create"]), "pods/eviction": ("Eviction", ["create"]),
        "serviceaccounts/token": ("TokenRequest", ["create"]),
    ]

    /// What leads to a container or a port: neither this program nor its way to the cloud goes there.
    private static let elsewhere: Set<String> = [
        "attach", "ephemeralcontainers", "exec", "log", "portforward", "proxy",
    ]

    /// Nil when a request for a subresource can be served as what it is; otherwise why not.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - kind: its kind.
    /// - Returns: a 404 for what is not served at all, a 405 for what is served by other methods.
    package static func refusal(of request: ResourceRequest, kind: KubeKind) -> APIFailure? {
        guard let name = request.subresource else { return nil }
        let what = "\(request.resource)/\(OneLine.of(name, limit: 64))"
        guard let part = Subresource(name, of: kind) else {
            let cure =
                elsewhere.contains(name)
                ? "use the container runtime on this node (crictl ps, logs, exec), or ask the cluster's API server"
                : "no message to the cloud leads there; ask the cluster's API server"
            return APIFailure(404, reason: "NotFound", "\(what) is not served here: \(cure)")
        }
        guard !part.verbs.contains(request.verb.rawValue) else { return nil }
        guard request.verb != .delete, request.verb != .deletecollection else {
            return APIFailure(405, reason: "MethodNotAllowed", "\(what) cannot be deleted")
        }
        return APIFailure(
            405, reason: "MethodNotAllowed",
            "\(request.verb.rawValue) of \(what) is not served here: no message to the cloud asks that; served are "
                + "\(part.verbs.joined(separator: ", ")); use the object itself, or ask the cluster's API server")
    }
}

extension KubeKind {
    /// What stands behind names of its objects and is served here.
    package var servedSubresources: [Subresource] { subresources.compactMap { Subresource($0, of: self) } }
}
