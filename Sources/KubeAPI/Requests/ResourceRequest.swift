/// A request for objects, as its method, path and query say it.
public struct ResourceRequest: Hashable, Sendable {
    /// What is asked for, in the words of Kubernetes' authorization.
    public enum Verb: String, Sendable, CaseIterable {
        /// One object.
        case get
        /// All objects that match.
        case list
        /// What is there, and what changes from then on.
        case watch
        /// A new object.
        case create
        /// An object is to be replaced.
        case update
        /// Parts of an object are to change.
        case patch
        /// An object is to go.
        case delete
        /// All objects that match are to go.
        case deletecollection
    }

    /// What is asked for.
    public var verb: Verb
    /// Group, version and plural.
    public var resource: KubeKind.Resource
    /// The namespace; nil for kinds without, and for all namespaces.
    public var namespace: String?
    /// The object; nil for lists, and for `create`.
    public var name: String?
    /// What stands behind the name, such as `status`; nil for the object itself.
    public var subresource: String?
    /// What the query says.
    public var options: RequestOptions

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - verb: what is asked for.
    ///   - resource: group, version and plural.
    ///   - namespace: the namespace; nil for kinds without, and for all namespaces.
    ///   - name: the object; nil for lists, and for `create`.
    ///   - subresource: what stands behind the name.
    ///   - options: what the query says.
    public init(
        verb: Verb, resource: KubeKind.Resource, namespace: String? = nil, name: String? = nil,
        subresource: String? = nil, options: RequestOptions = RequestOptions()
    ) {
        self.verb = verb
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
        self.options = options
    }
}

/// What the query of a request says: Kubernetes' ListOptions, GetOptions, CreateOptions, PatchOptions and DeleteOptions.
public struct RequestOptions: Hashable, Sendable {
    /// How `resourceVersion` is meant in a list.
    public enum VersionMatch: String, Sendable {
        /// As of this version.
        case exact = "Exact"
        /// As of this version or a newer one.
        case notOlderThan = "NotOlderThan"
    }

    /// `labelSelector`, parsed; nil when everything matches.
    public var labels: LabelSelector?
    /// `fieldSelector`, parsed; nil when everything matches.
    public var fields: FieldSelector?
    /// `resourceVersion`; empty when absent.
    public var resourceVersion = ""
    /// `resourceVersionMatch`.
    public var versionMatch: VersionMatch?
    /// `limit`; nil when absent or 0.
    public var limit: Int?
    /// `continue`; empty when absent.
    public var continuation = ""
    /// `timeoutSeconds`.
    public var timeoutSeconds: Int?
    /// `allowWatchBookmarks`.
    public var allowsBookmarks = false
    /// `sendInitialEvents`; nil when absent.
    public var sendsInitialEvents: Bool?
    /// `dryRun=All`.
    public var isDryRun = false
    /// `fieldManager`; empty when absent.
    public var fieldManager = ""
    /// `fieldValidation`; empty when absent.
    public var fieldValidation = ""
    /// `force`, of a server-side apply.
    public var isForced = false
    /// `propagationPolicy`; empty when absent.
    public var propagationPolicy = ""
    /// `gracePeriodSeconds`.
    public var gracePeriodSeconds: Int?
    /// The query as it came, without the path: what is handed on to the cloud.
    public var query: [QueryField] = []

    /// Options that ask for nothing in particular.
    public init() {}
}

/// One field of a query, unescaped.
public struct QueryField: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a field.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - value: the value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
