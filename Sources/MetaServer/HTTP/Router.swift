internal import Beehive
internal import KubeAPI

/// Finds the handler of a request, and lets nobody past who may not.
public struct Router: Sendable {
    /// What answers a request; it holds no rules of the transport.
    public typealias Handler = @Sendable (APIRequest) async -> APIResponse

    /// Who may call a path.
    public enum Access: Sendable {
        /// Everybody; nobody is asked who they are.
        case open
        /// Whoever the authenticator knows, and whose rules allow the path.
        case permitted
    }

    private struct Endpoint {
        let access: Access
        var handlers: [String: Handler] = [:]
        /// What strangers read beside the 401.
        var page: Handler?
    }

    private struct Subtree {
        let prefix: String
        let handler: Handler
    }

    private let authenticator: any Authenticator
    /// Where admins may ask in the name of service accounts; nil: nobody may.
    package var impersonation: Impersonation?
    /// Which names and origins the address is used under; nil where no browser can be led there.
    package var names: HostNames?
    private var endpoints: [String: Endpoint] = [:]
    private var subtrees: [Subtree] = []

    /// Makes a router without paths.
    ///
    /// - Parameter authenticator: who may call the paths that are not open.
    public init(authenticator: any Authenticator) { self.authenticator = authenticator }

    /// Adds a path.
    ///
    /// - Parameters:
    ///   - method: the method; `GET` answers `HEAD` too.
    ///   - path: the whole path.
    ///   - access: who may call it.
    ///   - handler: what answers.
    public mutating func on(
        _ method: String, _ path: String, access: Access = .permitted, _ handler: @escaping Handler
    ) {
        endpoints[path, default: Endpoint(access: access)].handlers[method] = handler
    }

    /// Gives strangers a page to read in place of the `Status`, where people come with a browser.
    ///
    /// - Parameters:
    ///   - path: a path that was added before.
    ///   - page: makes the page; its status becomes 401.
    package mutating func stranger(at path: String, _ page: @escaping Handler) { endpoints[path]?.page = page }

    /// Adds everything below a path, whatever the method; whole paths go before it.
    ///
    /// Whoever the authenticator knows gets there, and everybody to the paths of health and discovery: the handler
    /// checks `request.access`, for only it knows which object a path means.
    ///
    /// - Parameters:
    ///   - prefix: how the paths start, with the slash at the end.
    ///   - handler: what answers.
    public mutating func under(_ prefix: String, _ handler: @escaping Handler) {
        subtrees.append(Subtree(prefix: prefix, handler: handler))
    }

    /// Answers a request.
    ///
    /// - Parameter request: the request.
    /// - Returns: the answer; a refusal when the caller may not come in.
    public func respond(to request: APIRequest) async -> APIResponse {
        if let refusal = names?.refusal(of: request) { return refusal }
        let endpoint = endpoints[request.target.path]
        var request = request
        if let refusal = CrossSite.refusal(of: request) { return refusal }
        // Whoever may not come in learns nothing, not even which paths there are.
        if endpoint?.access != .open, let refusal = await name(&request) {
            guard let page = endpoint?.page, refusal.status == 401 else { return refusal }
            var answer = await page(request)
            answer.status = refusal.status
            answer.headers += refusal.headers.filter { $0.name == "WWW-Authenticate" }
            return answer
        }
        // What is open to everybody is the same for everybody; kubectl reads no refusals in discovery.
        if endpoint?.access != .open, !OpenPaths.isOpen(request),
            let refusal = await Impersonation.apply(impersonation, to: &request)
        {
            return refusal
        }
        guard let endpoint else {
            if let subtree = subtrees.first(where: { request.target.path.hasPrefix($0.prefix) }) {
                return await subtree.handler(request)
            }
            return index(for: request)
        }
        // Whoever has a token may have what needs none.
        if endpoint.access == .permitted, !OpenPaths.isOpen(request) {
            let question = AccessQuestion(method: request.method, path: request.target.path)
            guard request.access.allows(question) else {
                return APIResponse(question.refusal(of: request.caller.name))
            }
        }
        let method = request.method == "HEAD" && endpoint.handlers["HEAD"] == nil ? "GET" : request.method
        guard let handler = endpoint.handlers[method] else {
            let allowed = endpoint.handlers.keys.sorted().joined(separator: ", ")
            return .failure(
                405, reason: "MethodNotAllowed", "\(request.target.path) takes \(allowed)",
                headers: [("Allow", allowed)])
        }
        return await handler(request)
    }

    /// What there is below a path that is none itself: a person who looks around finds the rest.
    private func index(for request: APIRequest) -> APIResponse {
        let path = request.target.path
        let prefix = path.hasSuffix("/") ? path : path + "/"
        let paths = Set(endpoints.keys.filter { $0.hasPrefix(prefix) } + subtrees.map { String($0.prefix.dropLast()) })
            .filter { $0.hasPrefix(prefix) }.sorted()
        guard request.method == "GET" || request.method == "HEAD", !paths.isEmpty else {
            return .failure(404, reason: "NotFound", "there is nothing at \(path)")
        }
        let question = AccessQuestion(method: request.method, path: path)
        guard request.access.allows(question) else { return APIResponse(question.refusal(of: request.caller.name)) }
        return .json(["paths": .array(paths.map { JSONValue(text: $0) })])
    }

    /// Asks who sends a request and writes it into it; otherwise tells why not.
    private func name(_ request: inout APIRequest) async -> APIResponse? {
        switch await authenticator.authenticate(request) {
        case .known(let caller, let access):
            (request.caller, request.access) = (caller, access)
            request.authenticator = authenticator
            return nil
        case .refused(let cause):
            // A token that is wrong is refused everywhere: its owner should hear of it.
            if request.header("Authorization") == nil, OpenPaths.isOpen(request) { return nil }
            return .failure(
                401, reason: "Unauthorized", cause, headers: [("WWW-Authenticate", "Bearer realm=\"metamanager\"")])
        case .unavailable(let cause): return .failure(503, reason: "ServiceUnavailable", cause)
        }
    }
}
