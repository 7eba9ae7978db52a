public import Beehive

/// The kinds that are served: those of the built-in table and the custom ones that are known, as one value.
public struct KindCatalog: Sendable {
    /// Every kind, in the order in which discovery lists them.
    public let kinds: [KubeKind]
    private let byResource: [KubeKind.Resource: KubeKind]
    private let byKind: [String: KubeKind]
    private let byStoredType: [ResourceType: [KubeKind]]

    /// Makes a catalog; of two kinds with the same group, version and plural the first counts.
    ///
    /// - Parameter kinds: the kinds, preferred versions first.
    public init(kinds: [KubeKind]) {
        var byResource: [KubeKind.Resource: KubeKind] = [:]
        var byKind: [String: KubeKind] = [:]
        var byStoredType: [ResourceType: [KubeKind]] = [:]
        var known: [KubeKind] = []
        for kind in kinds where byResource[kind.resource] == nil {
            known.append(kind)
            byResource[kind.resource] = kind
            let name = Self.name(apiVersion: kind.apiVersion, kind: kind.kind)
            if byKind[name] == nil { byKind[name] = kind }
            byStoredType[kind.storedType, default: []].append(kind)
        }
        self.kinds = known
        self.byResource = byResource
        self.byKind = byKind
        self.byStoredType = byStoredType
    }

    private static func name(apiVersion: String, kind: String) -> String { "\(apiVersion) \(kind)" }

    /// The kind that a path names.
    ///
    /// - Parameter resource: group, version and plural.
    /// - Returns: nil when no such kind is known.
    public func kind(of resource: KubeKind.Resource) -> KubeKind? { byResource[resource] }

    /// The kind that an object says it is.
    ///
    /// - Parameters:
    ///   - apiVersion: the object's `apiVersion`.
    ///   - kind: the object's `kind`.
    /// - Returns: nil when no such kind is known.
    public func kind(apiVersion: String, kind: String) -> KubeKind? {
        byKind[Self.name(apiVersion: apiVersion, kind: kind)]
    }

    /// The kinds whose objects the store keeps under one type, such as Kubernetes' and another group's `service`.
    ///
    /// - Parameter type: the store's type: a kind in lower case.
    /// - Returns: all of them, in the catalog's order.
    public func kinds(storedAs type: ResourceType) -> [KubeKind] { byStoredType[type] ?? [] }
}
