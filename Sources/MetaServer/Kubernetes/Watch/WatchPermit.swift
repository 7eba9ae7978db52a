internal import KubeAPI

/// What allowed a watch: asked again while it goes on, since tokens expire and rules change.
struct WatchPermit: Sendable {
    /// Who showed what.
    struct Holder: Hashable, Sendable {
        var peer: APIRequest.Peer
        var authorization: String?
    }

    let holder: Holder
    private let request: APIRequest
    private let authenticator: any Authenticator
    private let question: AccessQuestion

    /// Takes what a request showed.
    ///
    /// - Parameters:
    ///   - request: the request; nil is given when nobody was asked.
    ///   - wanted: what it wants.
    init?(_ request: APIRequest, _ wanted: ResourceRequest) {
        guard let authenticator = request.authenticator else { return nil }
        self.authenticator = authenticator
        var request = request
        request.body = []
        self.request = request
        question = AccessQuestion(wanted)
        holder = Holder(peer: request.peer, authorization: request.header("Authorization"))
    }

    /// Asks again who it is, and what they may do.
    func ask() async -> Authentication { await authenticator.authenticate(request) }

    /// Why the watch has to end; nil while it may go on.
    func refusal(_ answer: Authentication) -> APIFailure? {
        switch answer {
        case .known(let caller, let rules): rules.allows(question) ? nil : question.refusal(of: caller.name)
        case .refused(let cause): APIFailure(401, reason: "Unauthorized", cause)
        // Nobody can tell: what was allowed goes on.
        case .unavailable: nil
        }
    }
}
