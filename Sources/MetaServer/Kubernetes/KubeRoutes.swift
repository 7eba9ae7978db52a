internal import Beehive
internal import KubeAPI
internal import MetaStore

/// The Kubernetes paths: finds out what a request wants, whether its caller may have it, and has it done.
public struct KubeRoutes: Sendable {
    private let context: KubeContext
    private let reads: ReadHandler
    private let watches: WatchHandler
    private let cloud: CloudReads
    private let writes: WriteHandler?

    /// Makes the routes.
    ///
    /// - Parameter context: what they are made of.
    public init(context: KubeContext) {
        self.context = context
        reads = ReadHandler(time: context.time)
        watches = WatchHandler(context: context)
        cloud = CloudReads(context: context)
        writes = context.writer.map { writer in
            WriteHandler(
                policy: context.policy, reader: StoreObjectReader(context: context), cloud: context.applications,
                writer: writer, time: context.time)
        }
    }

    /// Answers a request of a Kubernetes path.
    ///
    /// - Parameter request: the request.
    /// - Returns: the answer; a `Status` for whatever is refused.
    public func respond(to request: APIRequest) async -> APIResponse {
        context.applications?.use()
        let query = request.target.query.map { QueryField(name: $0.name, value: $0.value) }
        do throws(APIFailure) {
            guard
                let wanted = try ResourceRequest(
                    method: request.method, segments: request.target.segments, query: query)
            else { return try await discovery(request) }
            let response = await respond(to: wanted, request)
            context.audit?.record(wanted, caller: request.caller, peer: request.peer, status: response.status)
            return response
        } catch {
            return APIResponse(error)
        }
    }

    private func respond(to wanted: ResourceRequest, _ request: APIRequest) async -> APIResponse {
        do throws(APIFailure) {
            let question = AccessQuestion(wanted)
            guard request.access.allows(question) else { throw question.refusal(of: request.caller.name) }
            guard let kind = try await context.catalog().kind(of: wanted.resource) else { throw Self.unknownPath }
            try Self.check(wanted, kind)
            switch wanted.verb {
            case .get, .list, .watch: return try await read(wanted, kind, request)
            case .create, .update, .patch, .delete, .deletecollection: return try await write(wanted, kind, request)
            }
        } catch {
            return APIResponse(error)
        }
    }

    /// Whether a path fits its kind: a rule for a namespace must not open what has none.
    private static func check(_ wanted: ResourceRequest, _ kind: KubeKind) throws(APIFailure) {
        let isOfAll = wanted.verb == .list || wanted.verb == .watch
        guard kind.isNamespaced == (wanted.namespace != nil) || (kind.isNamespaced && isOfAll) else {
            throw unknownPath
        }
        if let refusal = Subresource.refusal(of: wanted, kind: kind) { throw refusal }
        if let fields = wanted.options.fields { try FieldLabels.check(fields, kind: kind) }
    }

    // MARK: Writes

    private func write(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ request: APIRequest
    ) async throws(APIFailure) -> APIResponse {
        if wanted.verb == .create, let reviews = context.reviews, AccessReviews.answers(wanted.resource) {
            return try await review(wanted, reviews, request)
        }
        // Clients that would rather have protobuf take JSON; who takes nothing else gets it, where there is any.
        let hasProtobuf = ProtobufAnswer.writes(apiVersion: kind.apiVersion, kind: kind.kind)
        let form = try AnswerForm(accept: request.header("Accept"), hasProtobuf: hasProtobuf)
        guard let writes else { throw APIFailure(405, reason: "MethodNotAllowed", "nothing can be written here") }
        let response = await writes.handle(
            wanted, kind: kind, body: request.body, contentType: request.header("Content-Type"), caller: request.caller)
        return form.encoding == .protobuf ? inProtobuf(response) : response
    }

    /// What was done is told in any case: an object that protobuf has no words for, and each `Status`, as JSON.
    private func inProtobuf(_ response: APIResponse) -> APIResponse {
        guard case .bytes(let json) = response.body, let tree = try? JSONValue(parsing: json),
            let bytes = ProtobufAnswer.bytes(tree)
        else { return response }
        return APIResponse(
            status: response.status, type: AnswerForm.Encoding.protobuf.mediaType,
            headers: response.headers.filter { $0.name != "Content-Type" }, body: .bytes(bytes))
    }

    private func review(
        _ wanted: ResourceRequest, _ reviews: AccessReviews, _ request: APIRequest
    ) async throws(APIFailure) -> APIResponse {
        let body = try WriteBody.tree(request.body, try BodyType(ofObject: request.header("Content-Type")))
        let answer = try await reviews.answer(
            wanted.resource, namespace: wanted.namespace, body: body, caller: request.caller, rules: request.access)
        return .json(answer, status: 201)
    }

    // MARK: Reads

    private func read(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ request: APIRequest
    ) async throws(APIFailure) -> APIResponse {
        let answer = try Answer(accept: request.header("Accept"), wanted, kind: kind, time: context.time)
        let isDemanded = CloudReads.demandsFresh(request)
        switch wanted.verb {
        case .get: return try await get(wanted, kind, answer, for: request.caller, isDemanded: isDemanded)
        case .list:
            let origin = try await cloud.fetchList(
                wanted, kind: kind, caller: request.caller, isDemanded: isDemanded)
            return try await list(wanted, kind, answer, origin)
        default:
            _ = try await cloud.fetchList(wanted, kind: kind, caller: request.caller, isDemanded: false)
            let source = try await watches.watch(
                wanted, kind: kind, form: answer.form, permit: WatchPermit(request, wanted))
            return APIResponse(type: "application/json", body: .stream(source))
        }
    }

    private func discovery(_ request: APIRequest) async throws(APIFailure) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw Self.unknownPath }
        guard let response = await context.documents.respond(to: request, try await context.numberedCatalog())
        else { throw Self.unknownPath }
        return response
    }

    private func get(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ answer: Answer, for caller: Caller, isDemanded: Bool
    ) async throws(APIFailure) -> APIResponse {
        var found = isDemanded ? nil : try await stored(wanted, kind, answer)
        // A copy that nobody keeps up to date does while the cloud cannot be asked.
        if let found, !found.isCached || cloud.keepsFresh(kind, namespace: wanted.namespace) {
            return try respond(with: found, answer, .store)
        }
        let origin = try await cloud.fetch(wanted, kind: kind, caller: caller, isDemanded: isDemanded)
        if found == nil || origin == .cloud { found = try await stored(wanted, kind, answer) }
        if let found { return try respond(with: found, answer, origin) }
        var refusal = APIResponse(.notFound(wanted.resource, name: wanted.name ?? ""))
        refusal.headers += headers(origin, confirmed: nil)
        return refusal
    }

    private func stored(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ answer: Answer
    ) async throws(APIFailure) -> ReadHandler.Found? {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.get(wanted, kind: kind, form: answer.form, in: view)
        }
        return try result.get()
    }

    private func list(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ answer: Answer, _ origin: CloudReads.Origin
    ) async throws(APIFailure) -> APIResponse {
        let reads = reads
        let result = try await context.read { view throws(StoreError) in
            try reads.list(wanted, kind: kind, form: answer.form, in: view)
        }
        switch try result.get() {
        case .whole(let found): return try respond(with: found, answer, origin)
        case .long:
            guard answer.wanted.encoding == .json else {
                throw APIFailure(
                    406, reason: "NotAcceptable",
                    "the list is too long for \(answer.wanted.encoding.mediaType): ask for JSON, or for pages (limit)")
            }
            let list = try await longList(wanted, kind, answer)
            return APIResponse(
                type: answer.wanted.contentType, headers: headers(origin, confirmed: nil), body: .stream(list))
        }
    }

    private func longList(
        _ wanted: ResourceRequest, _ kind: KubeKind, _ answer: Answer
    ) async throws(APIFailure) -> LongList {
        guard let place = context.longLists.take() else {
            throw APIFailure(
                429, reason: "TooManyRequests",
                "as many long lists are sent as may; ask for pages (limit), or try again", retryAfter: 1)
        }
        return LongList(
            wanted, kind: kind, form: answer.form, snapshot: try await context.snapshot(), threads: context.threads,
            time: context.time, place: place)
    }

    private func respond(
        with found: ReadHandler.Found, _ answer: Answer, _ origin: CloudReads.Origin
    ) throws(APIFailure) -> APIResponse {
        APIResponse(
            type: answer.wanted.contentType, headers: headers(origin, confirmed: found.confirmed),
            body: .bytes(try answer.encoded(found.body)))
    }

    /// Where an answer comes from, and how old it is.
    private func headers(
        _ origin: CloudReads.Origin, confirmed: Int64?
    ) -> [(name: String, value: String)] {
        var headers = [(name: "Metamanager-Origin", value: origin == .cloud ? "cloud" : "store")]
        if let confirmed {
            headers.append(("Metamanager-Age", "\(max(0, context.time.now().wall - confirmed) / 1000)"))
        }
        switch origin {
        case .store, .cloud: break
        case .storeInVain(let cause): headers.append(("Metamanager-Cloud", OneLine.of(cause, limit: 200)))
        case .partInVain(let cause):
            let line = OneLine.of(cause, limit: 200)
            headers.append(("Metamanager-Cloud", line))
            headers.append(
                (
                    "Warning",
                    "299 - \"shown is what this node was sent; the cloud could not be asked for the rest: "
                        + String(line.map { $0 == "\"" || $0 == "\\" ? "'" : $0 }) + "\""
                ))
        }
        return headers
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
