internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The Kubernetes paths: finds out what a request wants, and has it done.
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

    /// Answers a request under `/api` or `/apis`.
    ///
    /// - Parameter request: the request.
    /// - Returns: the answer; a `Status` for whatever is refused.
    public func respond(to request: APIRequest) async -> APIResponse {
        do throws(APIFailure) {
            return try await answer(request)
        } catch {
            return Self.refusal(error)
        }
    }

    private func answer(_ request: APIRequest) async throws(APIFailure) -> APIResponse {
        let query = request.target.query.map { QueryField(name: $0.name, value: $0.value) }
        guard let wanted = try ResourceRequest(method: request.method, segments: request.target.segments, query: query)
        else { throw Self.unknownPath }
        guard let kind = try await context.catalog().kind(of: wanted.resource) else { throw Self.unknownPath }
        let form = WholeForm(kind: kind)
        switch wanted.verb {
        case .get: return try await get(wanted, kind, form)
        case .list: return try await list(wanted, kind, form)
        case .watch:
            let source = try await watches.watch(wanted, kind: kind, form: form)
            return APIResponse(type: "application/json", body: .stream(source))
        case .create, .update, .patch, .delete, .deletecollection:
            throw APIFailure(405, reason: "MethodNotAllowed", "\(request.method) is not served")
        }
    }

    private func get(
        _ request: ResourceRequest, _ kind: KubeKind, _ form: WholeForm
    ) async throws(APIFailure) -> APIResponse {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.get(request, kind: kind, form: form, in: view)
        }
        guard let found = try result.get() else {
            throw .notFound(request.resource, name: request.name ?? "")
        }
        return respond(with: found)
    }

    private func list(
        _ request: ResourceRequest, _ kind: KubeKind, _ form: WholeForm
    ) async throws(APIFailure) -> APIResponse {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.list(request, kind: kind, form: form, in: view)
        }
        return respond(with: try result.get())
    }

    private func respond(with found: ReadHandler.Found) -> APIResponse {
        var headers = [(name: "Metamanager-Origin", value: "store")]
        if let confirmed = found.confirmed {
            headers.append(("Metamanager-Age", "\(max(0, context.time.now().wall - confirmed) / 1000)"))
        }
        return APIResponse(type: "application/json", headers: headers, body: .bytes(found.body))
    }

    static var unknownPath: APIFailure {
        APIFailure(404, reason: "NotFound", "the server could not find the requested resource")
    }

    static func refusal(_ failure: APIFailure) -> APIResponse {
        var headers: [(name: String, value: String)] = []
        if let seconds = failure.retryAfter { headers.append(("Retry-After", "\(seconds)")) }
        return APIResponse(
            status: failure.code, type: "application/json", headers: headers, body: .bytes(failure.status.json))
    }
}

extension Router {
    /// Adds the Kubernetes paths.
    ///
    /// - Parameter routes: what answers.
    public mutating func addKubernetes(_ routes: KubeRoutes) {
        under("/api/") { await routes.respond(to: $0) }
        under("/apis/") { await routes.respond(to: $0) }
    }
}
