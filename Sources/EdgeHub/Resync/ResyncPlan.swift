internal import Beehive

/// What is to be asked of the cloud, so that the node has again what its pods need.
///
/// Not asked: the pods themselves, which no cloud answers; service account tokens, whose request holds audiences, a
/// lifetime and the pod's uid that only edged knows, and which edged asks for again; persistent volumes, but for lost
/// ones, since the cloud's sync loop takes each back within seconds of an answer.
struct ResyncPlan: Hashable, Sendable {
    /// The types that a cloud answers by name.
    static let askable: Set<ResourceType> = [
        .node, .configMap, .secret, .persistentVolumeClaim, .persistentVolume, .volumeAttachment, .lease,
        .certificateSigningRequest, .clusterCA,
    ]

    /// The resources to query, each once, in the order they are needed.
    private(set) var queries: [String] = []
    /// Lost keys of types that no cloud answers.
    private(set) var unaskable: [String] = []

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - node: the node's name.
    ///   - pods: the stored pods.
    ///   - others: further objects that are stored, by key.
    ///   - lost: the keys of rows that could not be saved.
    ///   - settled: what need not be asked for, because it is stored or was asked for.
    init(
        node: String, pods: [JSONValue], others: [String] = [], lost: [String] = [], settled: Set<String> = []
    ) {
        var seen = settled
        func ask(_ resource: String) { if seen.insert(resource).inserted { queries.append(resource) } }
        ask("null/node/\(node)")
        for pod in pods {
            let namespace = pod["metadata"]?["namespace"]?.text ?? "default"
            for need in PodNeeds.of(pod, namespace: namespace) { ask(need.path.key) }
            for claim in PodNeeds.claims(of: pod, namespace: namespace) { ask(claim.key) }
        }
        for key in lost {
            if Self.isAskable(key) { ask(key) } else { unaskable.append(key) }
        }
        for key in others where Self.isAskable(key) { ask(key) }
    }

    /// True for the resource of one object of a type that a cloud answers.
    static func isAskable(_ key: String) -> Bool {
        if key == SpecialResource.clusterCA { return true }
        guard let path = try? ResourcePath(parsing: key) else { return false }
        return !path.id.isEmpty && askable.contains(path.type)
    }
}
