public import Beehive
public import KubeAPI

/// Answers reviews on the node: who somebody is, and what they may do here.
///
/// The right to make a review is checked by whoever calls this, as for any other object (`create`): everybody who is
/// known may ask about themselves, and only admins, or whom a rule allows, about others.
public struct AccessReviews: Sendable {
    private let authenticator: any Authenticator
    private let accounts: StoredAccounts

    /// Makes answers.
    ///
    /// - Parameters:
    ///   - authenticator: the API's own; asked about the tokens of token reviews.
    ///   - accounts: the accounts that the cloud has told of.
    public init(authenticator: any Authenticator, accounts: StoredAccounts) {
        self.authenticator = authenticator
        self.accounts = accounts
    }

    /// The plurals that are answered here, by group; all are only created.
    ///
    /// - Parameter resource: group, version and plural.
    /// - Returns: whether `answer` knows it.
    public static func answers(_ resource: KubeKind.Resource) -> Bool {
        switch (resource.group, resource.plural) {
        case ("authorization.k8s.io", "selfsubjectaccessreviews"), ("authorization.k8s.io", "selfsubjectrulesreviews"),
            ("authorization.k8s.io", "subjectaccessreviews"), ("authorization.k8s.io", "localsubjectaccessreviews"),
            ("authentication.k8s.io", "selfsubjectreviews"), ("authentication.k8s.io", "tokenreviews"):
            true
        default: false
        }
    }

    /// Answers a review; a success is sent with status 201.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural, one that `answers` knows.
    ///   - namespace: the path's namespace, for local reviews.
    ///   - body: the review.
    ///   - caller: who asks.
    ///   - rules: what the caller may do.
    /// - Returns: the review with its status.
    /// - Throws: a `Status` when the review makes no sense.
    public func answer(
        _ resource: KubeKind.Resource, namespace: String? = nil, body: JSONValue, caller: Caller, rules: AccessRules
    ) async throws(APIFailure) -> JSONValue {
        guard case .object = body else { throw .badRequest("the body is no object: a review is expected") }
        var body = body
        if body["apiVersion"] == nil { body["apiVersion"] = JSONValue(text: resource.apiVersion) }
        switch resource.plural {
        case "selfsubjectaccessreviews":
            return AccessReview.answer(body, isAllowed: rules.allows(try AccessReview.question(body)))
        case "selfsubjectrulesreviews": return try AccessReview.rules(body, rules)
        case "selfsubjectreviews": return AccessReview.whoAmI(body, caller.user)
        case "subjectaccessreviews", "localsubjectaccessreviews":
            let question = try AccessReview.question(
                body, namespace: resource.plural == "subjectaccessreviews" ? nil : namespace ?? "")
            let subject = try AccessReview.subject(body)
            guard let rules = try await found(subject) else {
                return AccessReview.answer(
                    body, isAllowed: false, reason: "no ServiceAccountAccess on this node tells what this user may do")
            }
            return AccessReview.answer(body, isAllowed: rules.allows(question))
        case "tokenreviews": return try await review(body)
        default: throw .notFound(resource, name: body["metadata"]?["name"]?.text ?? "")
        }
    }

    private func found(_ user: UserInfo) async throws(APIFailure) -> AccessRules? {
        if user.groups.contains("system:masters") { return .everything }
        guard let account = UserInfo.account(of: user.name) else { return nil }
        do {
            let rules = try await accounts.rules(namespace: account.namespace, name: account.name)
            return rules.map { AccessRules.everybody.adding($0) }
        } catch {
            throw APIFailure(503, reason: "ServiceUnavailable", "the service account cannot be looked up: \(error)")
        }
    }

    private func review(_ body: JSONValue) async throws(APIFailure) -> JSONValue {
        guard let token = body["spec"]?["token"]?.text, !token.isEmpty, let target = RequestTarget("/") else {
            throw .badRequest("spec.token: Required value: token is required for TokenReview in authentication")
        }
        // Tokens are printable; anything else is none, and must not become a header.
        guard token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            return AccessReview.token(body, user: nil, audiences: [], error: "the token is malformed")
        }
        let asked = APIRequest(
            method: "GET", target: target, headers: [("Authorization", "Bearer \(token)")], peer: .network)
        switch await authenticator.authenticate(asked) {
        case .known(let caller, _): return AccessReview.token(body, user: caller.user, audiences: [], error: "")
        case .refused(let cause): return AccessReview.token(body, user: nil, audiences: [], error: cause)
        case .unavailable(let cause): throw APIFailure(503, reason: "ServiceUnavailable", cause)
        }
    }
}

extension Caller {
    /// The caller, as reviews tell it.
    var user: UserInfo {
        var user = UserInfo(name: name, uid: uid, groups: groups)
        if let pod {
            user.extra = [
                .init(key: "authentication.kubernetes.io/pod-name", value: pod.name),
                .init(key: "authentication.kubernetes.io/pod-uid", value: pod.uid),
            ]
        }
        return user
    }
}
