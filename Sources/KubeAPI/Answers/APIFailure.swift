public import Beehive

/// A refusal, as Kubernetes' `Status` object says it.
public struct APIFailure: Error, Hashable, Sendable {
    /// The HTTP status code.
    public var code: Int
    /// Kubernetes' word for it, such as `NotFound`.
    public var reason: String
    /// One line that names the thing, the cause and the cure.
    public var message: String
    /// `details`: name, group, kind, causes; nil for none.
    public var details: JSONValue?
    /// After how many seconds to try again; nil for no advice.
    public var retryAfter: Int?

    /// Makes a refusal.
    ///
    /// - Parameters:
    ///   - code: the HTTP status code.
    ///   - reason: Kubernetes' word for it.
    ///   - message: one line that names the thing, the cause and the cure.
    ///   - details: name, group, kind, causes.
    ///   - retryAfter: after how many seconds to try again.
    public init(
        _ code: Int, reason: String, _ message: String, details: JSONValue? = nil, retryAfter: Int? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    /// The `Status` object.
    public var status: JSONValue {
        var value: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": JSONValue(text: message), "reason": JSONValue(text: reason),
        ]
        var details = details
        if let retryAfter {
            if details == nil { details = [:] }
            details?["retryAfterSeconds"] = JSONValue(integer: retryAfter)
        }
        if let details { value["details"] = details }
        value["code"] = JSONValue(integer: code)
        return value
    }

    /// There is no such object.
    ///
    /// - Parameters:
    ///   - resource: group, version and plural.
    ///   - name: the object.
    /// - Returns: a 404 in Kubernetes' words.
    public static func notFound(_ resource: KubeKind.Resource, name: String) -> APIFailure {
        APIFailure(
            404, reason: "NotFound", "\(resource) \"\(name)\" not found",
            details: [
                "name": JSONValue(text: name), "group": JSONValue(text: resource.group),
                "kind": JSONValue(text: resource.plural),
            ])
    }

    /// Whether it says of one object that it is not there.
    ///
    /// A 404 that tells of another thing, such as the namespace, or of a path that the API server does not know, says
    /// nothing of the object. For the latter the cloud's client fills in the name by itself, and only the cause tells.
    ///
    /// - Parameters:
    ///   - name: the object.
    ///   - kinds: what its kind may be called: plural, singular, in any case.
    /// - Returns: true when it is the object.
    package func isAbsence(of name: String, kinds: [String]) -> Bool {
        guard code == 404, let told = details?["name"]?.text, KeyBytes.areSame(told, name) else { return false }
        guard !Self.blamesPath(details) else { return false }
        let word = (details?["kind"]?.text ?? "").lowercased()
        return word.isEmpty || kinds.contains { $0.lowercased() == word }
    }

    /// What the cloud's client gives as the cause when the API server does not know the path.
    package static let pathCause = "UnexpectedServerResponse"

    /// Whether the details of a refusal say that the path is not known, whatever name stands in them.
    package static func blamesPath(_ details: JSONValue?) -> Bool {
        details?["causes"]?.elements.contains { $0["reason"]?.text == pathCause } ?? false
    }

    /// The version asked for is outside the window that is kept.
    ///
    /// - Parameter message: which version, and which are kept.
    /// - Returns: a 410.
    public static func expired(_ message: String) -> APIFailure { APIFailure(410, reason: "Expired", message) }

    /// The request cannot be understood.
    ///
    /// - Parameter message: what, and what was expected.
    /// - Returns: a 400.
    public static func badRequest(_ message: String) -> APIFailure { APIFailure(400, reason: "BadRequest", message) }
}
