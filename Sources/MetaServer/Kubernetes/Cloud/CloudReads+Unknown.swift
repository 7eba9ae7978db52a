internal import Beehive
internal import KubeAPI

/// What is unknown here must not look as if it were not there: whoever takes "not found" or an empty list for the truth
/// cleans up what goes on in the cloud.
extension CloudReads {
    /// What a cloud brings to its nodes without being asked through the API; what is not here of it is taken to be absent.
    private static let delivered: Set<ResourceType> = [
        .pod, .node, .configMap, .secret, .lease, .device, .deviceModel, .serviceAccountAccess, "rule", "ruleendpoint",
    ]

    /// Whether an object that is not stored can be said to be absent while the cloud cannot be asked.
    func knowsAll(_ kind: KubeKind, _ namespace: String?) -> Bool {
        // What this node decides about by itself it must also be able to make.
        if Self.delivered.contains(kind.storedType) || context.policy().accepts(kind, nil) { return true }
        return context.applications?.hasAsked(for: kind.resource, namespace: kind.isNamespaced ? namespace : nil)
            ?? true
    }

    /// Something of which nobody here knows whether it is there.
    struct Unknown: Sendable {
        private let resource: KubeKind.Resource
        private let name: String?

        init(_ request: ResourceRequest) {
            resource = request.resource
            name = request.name
        }

        /// The refusal.
        func failure(_ cause: String) -> APIFailure {
            var details: JSONValue = [
                "group": JSONValue(text: resource.group), "kind": JSONValue(text: resource.plural),
            ]
            if let name { details["name"] = JSONValue(text: name) }
            return APIFailure(
                503, reason: "ServiceUnavailable",
                "\(name.map { "\(resource) \"\($0)\" is" } ?? "\(resource) are") not known on this node: the cloud was never "
                    + "asked for such objects, and could not be asked now: \(cause)",
                details: details, retryAfter: WritePolicy.retryAfter)
        }
    }
}
