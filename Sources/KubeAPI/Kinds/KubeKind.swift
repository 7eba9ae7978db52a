public import Beehive

/// One kind of object as the Kubernetes API serves it, in one version.
public struct KubeKind: Hashable, Sendable {
    /// Group and version with the plural: what a path names.
    public struct Resource: Hashable, Sendable, CustomStringConvertible {
        /// The API group; empty for the core group.
        public var group: String
        /// The version, such as `v1`.
        public var version: String
        /// The plural, lower case, as it stands in paths.
        public var plural: String

        /// Makes a resource.
        ///
        /// - Parameters:
        ///   - group: the API group; empty for the core group.
        ///   - version: the version.
        ///   - plural: the plural, as it stands in paths.
        public init(group: String, version: String, plural: String) {
            self.group = group
            self.version = version
            self.plural = plural
        }

        /// `group/version`, or the version alone for the core group.
        public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
        /// `plural.group`, as messages of Kubernetes name a resource; the plural alone for the core group.
        public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
    }

    /// Who says that there is a kind; each case knows better than the next.
    public enum Source: Int, Sendable, Comparable, CaseIterable {
        /// The program's own table.
        case builtIn
        /// A stored CustomResourceDefinition.
        case definition
        /// A discovery document of the cloud.
        case discovery
        /// Nobody: an object was stored, and its plural is made up from its kind.
        case guessed

        /// Orders by trust, the most trusted first.
        public static func < (left: Source, right: Source) -> Bool { left.rawValue < right.rawValue }
    }

    /// Every verb that a kind with stored objects has, in discovery's order.
    public static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// What paths name it.
    public var resource: Resource
    /// The `kind` of one object.
    public var kind: String
    /// The singular, lower case; as a rule the store's type.
    public var singular: String
    /// What people write for it, such as `cm`.
    public var shortNames: [String] = []
    /// Groups of kinds it belongs to, such as `all`.
    public var categories: [String] = []
    /// Whether objects live in namespaces.
    public var isNamespaced: Bool
    /// What may stand behind an object's name, such as `status`.
    public var subresources: [String] = []
    /// What may be done with objects, as discovery says it.
    public var verbs: [String] = KubeKind.allVerbs
    /// True for custom resources: patches merge as JSON does, columns and schema come with the definition.
    public var isCustom = false
    /// Who says that there is such a kind.
    public var source: Source = .builtIn
    /// The columns of its table, for custom kinds whose definition names some.
    public var columns: [PrinterColumn] = []
    /// The `openAPIV3Schema` of its definition; nil for built-in kinds, and where only the names are known.
    public var schema: JSONValue?
    /// The `kind` of a list.
    public var listKind: String

    /// Makes a kind.
    ///
    /// - Parameters:
    ///   - resource: what paths name it.
    ///   - kind: the `kind` of one object.
    ///   - singular: the singular, lower case; the kind in lower case unless given.
    ///   - isNamespaced: whether objects live in namespaces.
    public init(resource: Resource, kind: String, singular: String? = nil, isNamespaced: Bool) {
        self.resource = resource
        self.kind = kind
        self.singular = singular ?? kind.lowercased()
        self.isNamespaced = isNamespaced
        listKind = "\(kind)List"
    }

    /// `group/version`, as objects carry it.
    public var apiVersion: String { resource.apiVersion }
    /// The type under which KubeEdge's messages store it: the kind in lower case.
    public var storedType: ResourceType { ResourceType(kind.lowercased()) }
}
