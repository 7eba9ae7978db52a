internal import Beehive

/// Finds the handler of a request, and lets nobody past who may not.
public struct Router: Sendable {
    /// What answers a request; it holds no rules of the transport.
    public typealias Handler = @Sendable (APIRequest) async -> APIResponse

    /// Who may call a path.
    public enum Access: Sendable {
        /// Everybody.
        case open
        /// Whoever the authenticator knows.
        case authenticated
    }

    private struct Endpoint {
        let access: Access
        var handlers: [String: Handler] = [:]
    }

    private struct Subtree {
        let prefix: String
        let handler: Handler
    }

    private let authenticator: any Authenticator
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
        _ method: String, _ path: String, access: Access = .authenticated, _ handler: @escaping Handler
    ) {
        endpoints[path, default: Endpoint(access: access)].handlers[method] = handler
    }

    /// Adds everything below a path, whatever the method; whole paths go before it.
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
        let endpoint = endpoints[request.target.path]
        // Whoever may not come in learns nothing, not even which paths there are.
        if endpoint?.access != .open, case .refused(let cause) = authenticator.authenticate(request) {
            return .failure(
                401, reason: "Unauthorized", cause, headers: [("WWW-Authenticate", "Bearer realm=\"metamanager\"")])
        }
        guard let endpoint else {
            if let subtree = subtrees.first(where: { request.target.path.hasPrefix($0.prefix) }) {
                return await subtree.handler(request)
            }
            return .failure(404, reason: "NotFound", "there is nothing at \(request.target.path)")
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
}
