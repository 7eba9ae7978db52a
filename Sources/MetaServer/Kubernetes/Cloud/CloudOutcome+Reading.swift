package import Beehive
package import KubeAPI

extension CloudOutcome {
    /// What a reader who wanted the cloud's own word gets: the body, or why there is none.
    ///
    /// A cloud that could not be reached in time is a 504, so that it is told from one that says no.
    package func read(_ what: String) throws(APIFailure) -> Bytes {
        switch self {
        case .approved(let body?): return body
        case .approved(nil): throw Self.unavailable("the cloud's answer about \(what) is empty")
        case .rejected(let failure): throw failure
        case .failed(let cause): throw Self.unavailable("the cloud could not read \(what): \(cause)")
        case .timedOut: throw Self.late("the cloud did not answer about \(what) in time; try again")
        case .unavailable(.linkDown):
            throw Self.late("the cloud was to be asked for \(what), and the link to it is down")
        case .unavailable(.cut): throw Self.late("the link was cut while the cloud was asked for \(what); try again")
        case .unavailable(let absence): throw Self.unavailable("the cloud cannot be asked for \(what): \(absence)")
        }
    }

    private static func late(_ message: String) -> APIFailure {
        APIFailure(504, reason: "Timeout", message, retryAfter: 5)
    }

    private static func unavailable(_ message: String) -> APIFailure {
        APIFailure(503, reason: "ServiceUnavailable", message, retryAfter: 5)
    }
}
