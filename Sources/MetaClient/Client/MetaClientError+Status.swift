internal import Beehive

extension MetaClientError {
    /// Reads a refusal.
    ///
    /// - Parameters:
    ///   - status: the HTTP status code.
    ///   - body: a Kubernetes `Status`; without one the number alone speaks.
    ///   - what: what was asked.
    init(status: Int, body: JSONValue?, of what: String) {
        let reason = body?["reason"]?.text ?? ""
        let message = body?["message"]?.text ?? "the daemon answered with status \(status)"
        let seconds = body?["details"]?["retryAfterSeconds"]?.integer
        self.init(
            Self.code(of: status), "\(what): \(OneLine.of(message, limit: 500))",
            reason: OneLine.of(reason, limit: 64),
            retryAfter: seconds.map { .seconds(min(max($0, 0), 3600)) },
            namesObject: body?["details"]?["name"]?.text.map { !$0.isEmpty } ?? false)
    }

    private static func code(of status: Int) -> Code {
        switch status {
        case 400, 422: .invalid
        case 401, 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 410: .expired
        case 413: .tooLarge
        case 429, 500...599: .unavailable
        default: .refused
        }
    }
}
