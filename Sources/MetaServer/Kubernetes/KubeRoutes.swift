internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The Kubernetes paths: finds out what a request wants, whether its caller may have it, and has it done.
public struct KubeRoutes: Sendable {
    private let context: KubeContext
    private let reads: ReadHandler
    private let watches: WatchHandler

    /// Makes the routes.
    ///
    /// - Parameter context: what they are made of.
    public init(context: KubeContext) {
        self.context = context
        reads = ReadHandler(time: context.time)
        watches = WatchHandler(context: context)
    }

    /// Answers a request of a Kubernetes path.
    ///
    /// - Parameter request: the request.
    /// - Returns: the answer; a `Status` for whatever is refused.
    public func respond(to request: APIRequest) async -> APIResponse {
        do throws(APIFailure) {
            return try await answer(request)
        } catch {
            return APIResponse(error)
        }
    }

    private func answer(_ request: APIRequest) async throws(APIFailure) -> APIResponse {
        let query = request.target.query.map { QueryField(name: $0.name, value: $0.value) }
        guard let wanted = try ResourceRequest(method: request.method, segments: request.target.segments, query: query)
        else { return try await discovery(request) }
        let question = AccessQuestion(wanted)
        guard request.access.allows(question) else { throw question.refusal(of: request.caller.name) }
        guard let kind = try await context.catalog().kind(of: wanted.resource) else { throw Self.unknownPath }
        let answer = try Answer(accept: request.header("Accept"), wanted, kind: kind, time: context.time)
        switch wanted.verb {
        case .get: return try await get(wanted, kind, answer)
        case .list: return try await list(wanted, kind, answer)
        case .watch:
            let source = try await watches.watch(wanted, kind: kind, form: answer.form)
            return APIResponse(type: "application/json", body: .stream(source))
        case .create, .update, .patch, .delete, .deletecollection:
            throw APIFailure(405, reason: "MethodNotAllowed", "\(request.method) is not served")
        }
    }

    private func discovery(_ request: APIRequest) async throws(APIFailure) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw Self.unknownPath }
        let catalog = try await context.catalog()
        guard
            let document = Discovery.respond(
                path: request.target.segments, accept: request.header("Accept"), catalog: catalog)
        else { throw Self.unknownPath }
        return APIResponse(type: document.contentType, body: .bytes(document.bytes))
    }

    private func get(
        _ request: ResourceRequest, _ kind: KubeKind, _ answer: Answer
    ) async throws(APIFailure) -> APIResponse {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.get(request, kind: kind, form: answer.form, in: view)
        }
        guard let found = try result.get() else { throw .notFound(request.resource, name: request.name ?? "") }
        return respond(with: found, answer)
    }

    private func list(
        _ request: ResourceRequest, _ kind: KubeKind, _ answer: Answer
    ) async throws(APIFailure) -> APIResponse {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.list(request, kind: kind, form: answer.form, in: view)
        }
        return respond(with: try result.get(), answer)
    }

    private func respond(with found: ReadHandler.Found, _ answer: Answer) -> APIResponse {
        var headers = [(name: "Metamanager-Origin", value: "store")]
        if let confirmed = found.confirmed {
            headers.append(("Metamanager-Age", "\(max(0, context.time.now().wall - confirmed) / 1000)"))
        }
        return APIResponse(
            type: answer.wanted.contentType, headers: headers, body: .bytes(answer.encoded(found.body)))
    }

    static var unknownPath: APIFailure {
        APIFailure(404, reason: "NotFound", "the server could not find the requested resource")
    }
}

extension Router {
    /// Adds the Kubernetes paths.
    ///
    /// - Parameter routes: what answers.
    public mutating func addKubernetes(_ routes: KubeRoutes) {
        for path in ["/api", "/apis", "/version"] { on("GET", path) { await routes.respond(to: $0) } }
        for prefix in ["/api/", "/apis/", "/openapi/"] { under(prefix) { await routes.respond(to: $0) } }
    }
}
