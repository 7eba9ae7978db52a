package import Beehive
package import KubeAPI

/// What became of an application.
package enum CloudOutcome: Sendable, Hashable {
    /// Done; the JSON of the answer, if there is one.
    case approved(Bytes?)
    /// The API server refused it, in its own words.
    case rejected(APIFailure)
    /// The cloud could not do it, for a reason that is not the API server's.
    case failed(String)
    /// Nobody was asked, or the answer can come no more.
    case unavailable(CloudAbsence)
    /// No answer came in time; whether a write was done is not known.
    case timedOut

    /// What an answer comes to.
    init(_ answer: ApplicationAnswer) {
        switch answer.status {
        case .approved, .completed: self = .approved(answer.body)
        case .rejected, .failed, .preApplying, .inApplying, .inProcessing:
            if let failure = answer.failure {
                self = .rejected(failure)
            } else {
                let reason = answer.reason.isEmpty ? "the cloud gave no reason" : OneLine.of(answer.reason)
                self = .failed("\(answer.status.rawValue): \(reason)")
            }
        }
    }
}

/// Why the cloud could not be asked.
package enum CloudAbsence: Sendable, Hashable, CustomStringConvertible {
    /// The link is down: nothing was sent.
    case linkDown
    /// The link was cut while the answer was waited for; whether a write was done is not known.
    case cut
    /// The cloud has no dynamic controller, as was found out on this connection.
    case noController
    /// Too many requests wait already: nothing was sent.
    case busy
    /// The program is starting or stopping.
    case stopping
    /// The node's own loop refused it, for this reason: nothing was sent.
    case refused(String)

    /// What to do about a cloud that answers no requests of nodes.
    static let cure = "switch its dynamic controller on (modules.dynamicController.enable: true)"

    /// One line that names the cause and the cure.
    package var description: String {
        switch self {
        case .linkDown: "the link to the cloud is down"
        case .cut: "the link to the cloud was cut while it was asked; whether it was done is not known"
        case .noController:
            "the cloud answers no requests of nodes: \(Self.cure)"
        case .busy: "too many requests wait for the cloud; try again"
        case .stopping: "the program is starting or stopping; try again"
        case .refused(let cause): cause
        }
    }
}
