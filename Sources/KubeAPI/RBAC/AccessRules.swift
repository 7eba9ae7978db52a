/// What one caller may do: everything, or what a list of rules grants.
public struct AccessRules: Hashable, Sendable {
    /// A rule, and where it holds.
    public struct Grant: Hashable, Sendable {
        /// The namespace in which it holds; nil for everywhere.
        public var namespace: String?
        /// The rule.
        public var rule: PolicyRule

        /// Makes a grant.
        ///
        /// - Parameters:
        ///   - namespace: the namespace in which it holds; nil for everywhere.
        ///   - rule: the rule.
        public init(namespace: String? = nil, rule: PolicyRule) {
            self.namespace = namespace
            self.rule = rule
        }
    }

    /// True for admins: no rule is looked at.
    public let isEverything: Bool
    /// What is granted.
    public let grants: [Grant]

    /// Makes rules from grants.
    ///
    /// - Parameter grants: what is granted.
    public init(grants: [Grant]) {
        isEverything = false
        self.grants = grants
    }

    private init(isEverything: Bool) {
        self.isEverything = isEverything
        grants = [
            Grant(rule: PolicyRule(verbs: ["*"], apiGroups: ["*"], resources: ["*"])),
            Grant(rule: PolicyRule(verbs: ["*"], nonResourceURLs: ["*"])),
        ]
    }

    /// What admins may do.
    public static let everything = AccessRules(isEverything: true)
    /// What nobody in particular may do; health and discovery need no rule.
    public static let nothing = AccessRules(grants: [])

    /// What everybody may do who is known: the cluster's own roles `system:basic-user` and `system:discovery`.
    public static let everybody = AccessRules(grants: [
        Grant(
            rule: PolicyRule(
                verbs: ["create"], apiGroups: ["authorization.k8s.io"],
                resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"])),
        Grant(
            rule: PolicyRule(
                verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"])),
        Grant(
            rule: PolicyRule(
                verbs: ["get"],
                nonResourceURLs: [
                    "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
                    "/version", "/version/",
                ])),
    ])

    /// These rules and others.
    ///
    /// - Parameter other: the others.
    /// - Returns: rules that allow what either allows.
    public func adding(_ other: AccessRules) -> AccessRules {
        isEverything || other.isEverything ? .everything : AccessRules(grants: grants + other.grants)
    }

    /// Whether something is allowed.
    ///
    /// - Parameter question: what somebody wants to do.
    /// - Returns: true when one grant allows it; there are no rules that deny.
    public func allows(_ question: AccessQuestion) -> Bool {
        if isEverything { return true }
        return grants.contains { $0.holds(for: question) && $0.rule.allows(question) }
    }

    /// Nil when a request is allowed, otherwise the refusal.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - user: who asks.
    /// - Returns: a 403 in the API server's words, or nil.
    public func refusal(of request: ResourceRequest, user: String) -> APIFailure? {
        if isEverything { return nil }
        let question = AccessQuestion(request)
        return allows(question) ? nil : question.refusal(of: user)
    }
}

extension AccessRules.Grant {
    fileprivate func holds(for question: AccessQuestion) -> Bool {
        guard let namespace else { return true }
        // A Role grants nothing outside its namespace, and no paths.
        guard case .object(let object) = question.target else { return false }
        return object.namespace == namespace
    }
}
