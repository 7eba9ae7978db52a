internal import Beehive

/// One rule of a Role or ClusterRole: these verbs on these things.
public struct PolicyRule: Hashable, Sendable {
    /// The verbs; `*` is all.
    public var verbs: [String]
    /// The API groups, the empty text for the core group; `*` is all.
    public var apiGroups: [String]
    /// Plurals, `plural/subresource`, `*/subresource`; `*` is all.
    public var resources: [String]
    /// The names of the objects; empty is all.
    public var resourceNames: [String]
    /// Paths that are no objects; `*` at the end stands for any rest.
    public var nonResourceURLs: [String]

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - verbs: the verbs.
    ///   - apiGroups: the API groups.
    ///   - resources: plurals, with their subresources.
    ///   - resourceNames: the names of the objects.
    ///   - nonResourceURLs: paths that are no objects.
    public init(
        verbs: [String], apiGroups: [String] = [], resources: [String] = [], resourceNames: [String] = [],
        nonResourceURLs: [String] = []
    ) {
        self.verbs = verbs
        self.apiGroups = apiGroups
        self.resources = resources
        self.resourceNames = resourceNames
        self.nonResourceURLs = nonResourceURLs
    }

    /// Whether the rule, taken by itself, allows something; where it holds is decided by its binding.
    ///
    /// - Parameter question: what somebody wants to do.
    /// - Returns: true when every part fits.
    public func allows(_ question: AccessQuestion) -> Bool {
        guard Self.holds(verbs, question.verb) else { return false }
        switch question.target {
        case .path(let path): return nonResourceURLs.contains { Self.isPath(path, of: $0) }
        case .object(let object):
            return Self.holds(apiGroups, object.group) && resources.contains { object.isNamed(by: $0) }
                && (resourceNames.isEmpty || resourceNames.contains(object.name))
        }
    }

    private static func holds(_ words: [String], _ word: String) -> Bool {
        words.contains { $0 == "*" || $0 == word }
    }

    private static func isPath(_ path: String, of pattern: String) -> Bool {
        guard pattern.utf8.last == UInt8(ascii: "*") else { return path == pattern }
        // By bytes: characters would join marks of the path to the last one of the pattern.
        return path.utf8.starts(with: pattern.utf8.dropLast())
    }
}

extension AccessQuestion.Object {
    /// Whether a rule's word for resources means this.
    fileprivate func isNamed(by word: String) -> Bool {
        guard word != "*" else { return true }
        guard !subresource.isEmpty else { return word == plural }
        return word == "\(plural)/\(subresource)" || word == "*/\(subresource)"
    }
}
