internal import Beehive
public import KubeAPI
public import Logging

/// Writes down who reads secrets through the API: one line for each request, also for those that were refused.
///
/// Lines are not thinned out: the one left out would be the one that was looked for. They cost what the request itself
/// costs, and the journal has a bound of its own. Nothing of a secret's content is in them.
public struct Audit: Sendable {
    /// What of the lines is counted apart; no word of it is the caller's.
    struct Label: Hashable, Sendable {
        /// What came of the request.
        enum Result: String, CaseIterable {
            /// It was answered.
            case allowed
            /// Its caller may not.
            case refused
            /// It failed for another reason.
            case failed

            init(status: Int) {
                switch status {
                case ..<400: self = .allowed
                case 401, 403: self = .refused
                default: self = .failed
                }
            }
        }

        let verb: ResourceRequest.Verb
        let result: Result
    }

    /// Counts the lines.
    final class Counts: Sendable {
        private let state = Lock<[Label: UInt64]>([:])

        var values: [Label: UInt64] { state.withLock { $0 } }

        func add(_ label: Label) { state.withLock { $0[label, default: 0] += 1 } }
    }

    private let logger: Logger
    let counts = Counts()

    /// Makes an audit.
    ///
    /// - Parameter logger: where the lines go.
    public init(logger: Logger) { self.logger = logger }

    /// Writes a line when the request is about secrets, or makes a token; does nothing for anything else.
    ///
    /// A list and a watch are one line each; what a watch then tells has none of its own.
    ///
    /// - Parameters:
    ///   - request: what was asked.
    ///   - caller: who asked.
    ///   - peer: from where.
    ///   - status: the answer's status code.
    public func record(_ request: ResourceRequest, caller: Caller, peer: APIRequest.Peer, status: Int) {
        guard Self.concerns(request) else { return }
        var metadata: Logger.Metadata = [
            "user": "\(caller.name)", "verb": "\(request.verb.rawValue)", "outcome": "\(status)",
            "object": "\(Self.object(request))",
        ]
        if let pod = caller.pod { metadata["pod"] = "\(pod.name)" }
        if let admin = caller.impersonator { metadata["impersonator"] = "\(admin)" }
        switch peer {
        case .local(let uid): metadata["uid"] = "\(uid)"
        case .network: break
        }
        counts.add(Label(verb: request.verb, result: Label.Result(status: status)))
        logger.notice("secret requested", metadata: metadata)
    }

    /// Writes a line when stored rows of secrets or tokens are asked for, by type or with all others.
    ///
    /// - Parameters:
    ///   - type: the stored type; nil for all.
    ///   - namespace: nil for all.
    ///   - name: nil for all.
    ///   - request: who asked, and from where.
    ///   - status: the answer's status code.
    func record(storedType type: String?, namespace: String?, name: String?, request: APIRequest, status: Int) {
        var wanted = ResourceRequest(
            verb: name == nil ? .list : .get,
            resource: KubeKind.Resource(group: "", version: "v1", plural: "secrets"), namespace: namespace, name: name)
        switch type {
        case ResourceType.serviceAccountToken.rawValue?:
            wanted.resource.plural = "serviceaccounts"
            wanted.subresource = "token"
        // What is written and not yet answered stands in rows of its own, whatever its kind.
        case nil, ResourceType.secret.rawValue?, PendingWrite.type.rawValue?, WriteConflict.type.rawValue?: break
        default: return
        }
        record(wanted, caller: request.caller, peer: request.peer, status: status)
    }

    /// Whether a request is written down: writes answer with the object, so they count too.
    static func concerns(_ request: ResourceRequest) -> Bool {
        guard request.resource.group.isEmpty else { return false }
        return request.resource.plural == "secrets"
            || request.resource.plural == "serviceaccounts" && request.subresource == "token"
    }

    private static func object(_ request: ResourceRequest) -> String {
        let parts = [request.namespace ?? "*", request.resource.plural, request.name ?? "*", request.subresource]
        return parts.compactMap { $0 }.joined(separator: "/")
    }
}
