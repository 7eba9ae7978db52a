public import Beehive

/// What stored objects say they are.
public struct StoredKind: Hashable, Sendable {
    /// `group/version`, as the object carries it.
    public var apiVersion: String
    /// The `kind`.
    public var kind: String
    /// Whether the object names a namespace.
    public var isNamespaced: Bool

    /// Makes one.
    ///
    /// - Parameters:
    ///   - apiVersion: `group/version`, as the object carries it.
    ///   - kind: the `kind`.
    ///   - isNamespaced: whether the object names a namespace.
    public init(apiVersion: String, kind: String, isNamespaced: Bool) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.isNamespaced = isNamespaced
    }
}

extension KindCatalog {
    /// The catalog that follows from everything that is known, each source counting only where no better one speaks.
    ///
    /// Kubernetes' own kinds are as the table says. Of custom ones a stored definition knows best and says which
    /// versions there are; then comes what a cloud's discovery said, then the table's kinds of KubeEdge, and last what
    /// stored objects say they are, with a plural that is made up unless another version of the same kind has one.
    ///
    /// - Parameters:
    ///   - definitions: CustomResourceDefinitions.
    ///   - discovery: discovery documents of the cloud, the newest first.
    ///   - stored: what stored objects say they are.
    /// - Returns: the catalog, in the order of discovery.
    public static func assembled(
        definitions: [JSONValue] = [], discovery: [JSONValue] = [], stored: [StoredKind] = []
    ) -> KindCatalog {
        var gathering = Gathering()
        for kind in BuiltInKinds.kubernetes { gathering.add(kind) }
        let defined = definitions.flatMap(KubeKind.defined(by:))
        for kind in defined { gathering.add(kind) }
        let known = Set(defined.map(GroupAndKind.init))
        // A definition says which versions there are: an older word on others no longer counts.
        for kind in discovery.flatMap(KubeKind.discovered(in:)) + BuiltInKinds.kubeEdge
        where !known.contains(GroupAndKind(kind)) {
            gathering.add(kind)
        }
        for stored in stored {
            guard
                var kind = KubeKind.guessed(
                    apiVersion: stored.apiVersion, kind: stored.kind, isNamespaced: stored.isNamespaced)
            else { continue }
            if let sibling = gathering.sibling(of: kind) {
                kind.resource.plural = sibling.resource.plural
                kind.singular = sibling.singular
                kind.isNamespaced = sibling.isNamespaced
            }
            gathering.add(kind)
        }
        return KindCatalog(kinds: gathering.inOrder)
    }

    private struct GroupAndKind: Hashable {
        let group: String
        let kind: String

        init(_ kind: KubeKind) {
            group = kind.resource.group
            self.kind = kind.kind
        }
    }

    /// Kinds, of which the first to be added counts, by what paths name and by what objects say.
    private struct Gathering {
        private var kinds: [KubeKind] = []
        private var resources: Set<KubeKind.Resource> = []
        private var names: Set<String> = []
        private var siblings: [GroupAndKind: KubeKind] = [:]

        mutating func add(_ kind: KubeKind) {
            let name = "\(kind.apiVersion) \(kind.kind)"
            guard !resources.contains(kind.resource), !names.contains(name) else { return }
            resources.insert(kind.resource)
            names.insert(name)
            kinds.append(kind)
            let key = GroupAndKind(kind)
            if siblings[key] == nil { siblings[key] = kind }
        }

        func sibling(of kind: KubeKind) -> KubeKind? { siblings[GroupAndKind(kind)] }

        /// The core group, Kubernetes' others as the table has them, the rest by name; preferred versions first.
        var inOrder: [KubeKind] {
            var ranks: [String: Int] = ["": 0]
            for kind in BuiltInKinds.kubernetes where ranks[kind.resource.group] == nil {
                ranks[kind.resource.group] = ranks.count
            }
            return
                kinds
                .map { (rank: ranks[$0.resource.group] ?? .max, version: VersionOrder($0.resource.version), kind: $0) }
                .sorted { left, right in
                    let (a, b) = (left.kind.resource, right.kind.resource)
                    if left.rank != right.rank { return left.rank < right.rank }
                    if a.group != b.group { return a.group < b.group }
                    if left.version != right.version { return left.version < right.version }
                    return a.plural < b.plural
                }
                .map(\.kind)
        }
    }
}
