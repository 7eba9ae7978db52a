public import Beehive

/// The reviews of `authorization.k8s.io` and `authentication.k8s.io`, as values: what they ask, and their answers.
public enum AccessReview {
    /// What a `SelfSubjectAccessReview`, `SubjectAccessReview` or `LocalSubjectAccessReview` asks.
    ///
    /// - Parameters:
    ///   - body: the review.
    ///   - namespace: the path's namespace, which a local review may not leave; nil for the other two.
    /// - Returns: what somebody would do.
    /// - Throws: a 400 or 422 when it asks for nothing, or for two things.
    public static func question(_ body: JSONValue, namespace: String? = nil) throws(APIFailure) -> AccessQuestion {
        let spec = body["spec"] ?? .null
        func member(_ key: String) -> JSONValue? { spec[key] == .null ? nil : spec[key] }
        switch (member("resourceAttributes"), member("nonResourceAttributes")) {
        case (let asked?, nil):
            func text(_ key: String) -> String { asked[key]?.text ?? "" }
            var object = AccessQuestion.Object()
            object.namespace = text("namespace")
            object.group = text("group")
            object.plural = text("resource")
            object.subresource = text("subresource")
            object.name = text("name")
            guard namespace == nil || namespace == object.namespace else {
                throw invalid("spec.resourceAttributes.namespace: must be the namespace of the path")
            }
            return AccessQuestion(text("verb"), object)
        case (nil, let asked?):
            guard namespace == nil else {
                throw invalid("spec.nonResourceAttributes: disallowed on this kind of request")
            }
            return AccessQuestion(method: asked["verb"]?.text ?? "", path: asked["path"]?.text ?? "")
        default:
            throw invalid(
                "spec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified")
        }
    }

    /// Whom a `SubjectAccessReview` asks about.
    ///
    /// - Parameter body: the review.
    /// - Returns: the user.
    /// - Throws: a 422 when it names nobody.
    public static func subject(_ body: JSONValue) throws(APIFailure) -> UserInfo {
        let spec = body["spec"]
        let user = UserInfo(
            name: spec?["user"]?.text ?? "", uid: spec?["uid"]?.text ?? "",
            groups: (spec?["groups"]?.elements ?? []).compactMap(\.text))
        guard !user.name.isEmpty || !user.groups.isEmpty else {
            throw invalid("spec.user: at least one of user or group must be specified")
        }
        return user
    }

    /// The answer to one of the three access reviews.
    ///
    /// - Parameters:
    ///   - body: the review, which comes back with its status.
    ///   - isAllowed: whether it may be done.
    ///   - reason: why; empty for no reason.
    /// - Returns: the review with its status.
    public static func answer(_ body: JSONValue, isAllowed: Bool, reason: String = "") -> JSONValue {
        var status: JSONValue = ["allowed": .bool(isAllowed)]
        if !reason.isEmpty { status["reason"] = JSONValue(text: reason) }
        return answer(body, status: status)
    }

    /// The answer to a `SelfSubjectRulesReview`: what `kubectl auth can-i --list` shows.
    ///
    /// - Parameters:
    ///   - body: the review, which comes back with its status.
    ///   - rules: what the caller may do.
    /// - Returns: the review with its status.
    /// - Throws: a 400 when it names no namespace.
    public static func rules(_ body: JSONValue, _ rules: AccessRules) throws(APIFailure) -> JSONValue {
        guard let namespace = body["spec"]?["namespace"]?.text, !namespace.isEmpty else {
            throw .badRequest("no namespace on request")
        }
        func words(_ words: [String]) -> JSONValue { .array(words.map { JSONValue(text: $0) }) }
        var objects: [JSONValue] = []
        var paths: [JSONValue] = []
        for grant in rules.grants where grant.namespace == nil || grant.namespace == namespace {
            let rule = grant.rule
            if !rule.resources.isEmpty {
                var value: JSONValue = [
                    "verbs": words(rule.verbs), "apiGroups": words(rule.apiGroups), "resources": words(rule.resources),
                ]
                if !rule.resourceNames.isEmpty { value["resourceNames"] = words(rule.resourceNames) }
                objects.append(value)
            }
            // A Role grants no paths.
            if grant.namespace == nil, !rule.nonResourceURLs.isEmpty {
                paths.append(["verbs": words(rule.verbs), "nonResourceURLs": words(rule.nonResourceURLs)])
            }
        }
        return answer(
            body,
            status: ["resourceRules": .array(objects), "nonResourceRules": .array(paths), "incomplete": false])
    }

    /// The answer to a `SelfSubjectReview`: what `kubectl auth whoami` shows.
    ///
    /// - Parameters:
    ///   - body: the review, which comes back with its status.
    ///   - user: the caller.
    /// - Returns: the review with its status.
    public static func whoAmI(_ body: JSONValue, _ user: UserInfo) -> JSONValue {
        answer(body, status: ["userInfo": user.json])
    }

    /// The answer to a `TokenReview`; the token does not come back.
    ///
    /// - Parameters:
    ///   - body: the review.
    ///   - user: whose token it is; nil when it is wrong.
    ///   - audiences: for whom it is.
    ///   - error: what is wrong with it.
    /// - Returns: the review with its status.
    public static func token(_ body: JSONValue, user: UserInfo?, audiences: [String], error: String) -> JSONValue {
        var status: JSONValue = [:]
        if let user {
            status["authenticated"] = true
            status["user"] = user.json
            if !audiences.isEmpty { status["audiences"] = .array(audiences.map { JSONValue(text: $0) }) }
        } else {
            status["error"] = JSONValue(text: error)
        }
        var body = body
        body["spec"] = [:]
        return answer(body, status: status)
    }

    private static func answer(_ body: JSONValue, status: JSONValue) -> JSONValue {
        var body = body
        if body["metadata"] == nil || body["metadata"] == .null { body["metadata"] = ["creationTimestamp": nil] }
        body["status"] = status
        return body
    }

    private static func invalid(_ message: String) -> APIFailure {
        APIFailure(422, reason: "Invalid", message)
    }
}
