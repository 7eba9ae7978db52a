internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Reads that the store alone cannot answer: what somebody demands fresh, and kinds that the cloud has never sent.
///
/// What the cloud answers is stored, and the answer is then read from the store: whoever reads sees one truth.
struct CloudReads: Sendable {
    /// Where what an answer tells has come from.
    enum Origin: Sendable, Hashable {
        case store
        /// The cloud, just now.
        case cloud
        /// The store, since the cloud could not be asked.
        case storeInVain(String)
        /// The same, of a kind of which the store has only what somebody has sent: there may be more.
        case partInVain(String)
    }

    let context: KubeContext
    /// The most objects of one list that are taken over.
    private static let listLimit = 5000
    /// How many of them are on their way into the store at once.
    private static let storesAtOnce = 64

    /// Whether a client demands that the cloud is asked.
    static func demandsFresh(_ request: APIRequest) -> Bool {
        request.header("Cache-Control")?.lowercased().split(separator: ",").contains {
            $0.split(separator: "=")[0].filter { $0 != " " } == "no-cache"
        } ?? false
    }

    // MARK: One object

    /// Has the cloud asked for an object.
    ///
    /// - Parameters:
    ///   - request: which.
    ///   - kind: its kind.
    ///   - caller: who asks.
    ///   - isDemanded: whether an answer of the store does not do.
    /// - Returns: where the answer has to come from now.
    /// - Throws: what the cloud says, such as a 404, which is believed; a 504 when it is demanded and cannot be had.
    func fetch(
        _ request: ResourceRequest, kind: KubeKind, caller: Caller, isDemanded: Bool
    ) async throws(APIFailure) -> Origin {
        let name = request.name ?? ""
        guard let cloud = context.applications else {
            return try without("this program has no cloud", isDemanded)
        }
        let application = Application.get(request.resource, namespace: request.namespace, name: name)
        let before = try await standing(kind, namespace: request.namespace, name: name)
        let unknown = before.path == nil && !knowsAll(kind, request.namespace) ? Unknown(request) : nil
        // Over what is stored the cloud decides, and its word has to be younger than that.
        let isAlone = isDemanded || before.path != nil
        switch await cloud.perform(application, for: caller.name, isAlone: isAlone) {
        case .approved(let body):
            guard let body, let object = try? JSONValue(parsing: body), object["metadata"]?["name"]?.text == name else {
                return try without("the cloud's answer is no object", isDemanded, unknown)
            }
            await store(object, kind: kind, namespace: request.namespace)
            cloud.keepFresh(kind.resource, namespace: request.namespace)
            return .cloud
        case .rejected(let failure):
            guard failure.code == 404 else { throw failure }
            guard Self.isAbout(failure, kind: kind, name: name) else {
                // It does not know the kind, or the version of it: that says nothing of the object.
                guard !isDemanded else { throw failure }
                return .storeInVain(failure.message)
            }
            if let path = before.path { await forget(path, kind: kind, storedBy: before.revision) }
            throw failure
        case .failed(let cause): return try without(cause, isDemanded, unknown)
        case .unavailable(let absence): return try without(absence.description, isDemanded, unknown)
        case .timedOut: return try without("the cloud has not answered in time", isDemanded, unknown)
        }
    }

    /// Whether a 404 is about the object, and not about its kind or namespace.
    static func isAbout(_ failure: APIFailure, kind: KubeKind, name: String) -> Bool {
        failure.isAbsence(of: name, kinds: [kind.resource.plural, kind.kind, kind.storedType.rawValue])
    }

    /// The row of an object, if there is one, and the revision at which this was seen.
    private func standing(
        _ kind: KubeKind, namespace: String?, name: String
    ) async throws(APIFailure) -> (path: ResourcePath?, revision: Int64) {
        try await context.read { view throws(StoreError) in
            let object = try ObjectRows(kind: kind, view: view).object(namespace: namespace, name: name)
            return (object.flatMap { try? ResourcePath(parsing: $0.key) }, view.revision)
        }
    }

    private func without(
        _ cause: String, _ isDemanded: Bool, _ unknown: Unknown? = nil, isPart: Bool = false
    ) throws(APIFailure) -> Origin {
        guard isDemanded else {
            if let unknown { throw unknown.failure(cause) }
            return isPart ? .partInVain(cause) : .storeInVain(cause)
        }
        throw APIFailure(
            504, reason: "Timeout",
            "a fresh answer was demanded (Cache-Control: no-cache), and \(cause); ask without it for the stored copy")
    }

    // MARK: Lists and watches

    /// Has a kind that was never delivered delivered: listed once, and pushed by the cloud from then on.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - kind: its kind.
    ///   - caller: who asks.
    ///   - isDemanded: whether the cloud has to be asked whatever is stored.
    /// - Returns: where the answer has to come from now.
    /// - Throws: what the cloud says; a 504 when it is demanded and cannot be had.
    func fetchList(
        _ request: ResourceRequest, kind: KubeKind, caller: Caller, isDemanded: Bool
    ) async throws(APIFailure) -> Origin {
        if !isDemanded {
            guard request.options.continuation.isEmpty, try await isIncomplete(request, kind) else { return .store }
        }
        guard let cloud = context.applications else {
            return try without("this program has no cloud", isDemanded)
        }
        let application = Application.list(request.resource, namespace: request.namespace)
        let before = try await context.read { view throws(StoreError) in view.revision }
        let isPart = !cloud.hasAsked(for: kind.resource, namespace: request.namespace)
        var unknown: Unknown?
        if isPart, !knowsAll(kind, request.namespace), try await !isStored(kind) { unknown = Unknown(request) }
        switch await cloud.perform(application, for: caller.name, isAlone: isDemanded) {
        case .approved(let body):
            guard let body, let list = try? JSONValue(parsing: body), let items = list["items"]?.elements else {
                return try without("the cloud's answer is no list", isDemanded, unknown, isPart: isPart)
            }
            guard items.count <= Self.listLimit else {
                return try without(
                    "the cloud has more than \(Self.listLimit) objects of it", isDemanded, unknown, isPart: isPart)
            }
            // A part of a list says nothing of what it does not name.
            if isDemanded, (list["metadata"]?["continue"]?.text ?? "").isEmpty {
                try await forgetAbsent(from: items, request, kind: kind, storedBy: before)
            }
            await store(items, kind: kind, namespace: request.namespace)
            cloud.keepFresh(kind.resource, namespace: request.namespace)
            return .cloud
        case .rejected(let failure):
            // A node may have been given some of what it may not list.
            guard !isDemanded, try await isStored(kind) else { throw failure }
            return .storeInVain(failure.message)
        case .failed(let cause): return try without(cause, isDemanded, unknown, isPart: isPart)
        case .unavailable(let absence): return try without(absence.description, isDemanded, unknown, isPart: isPart)
        case .timedOut: return try without("the cloud has not answered in time", isDemanded, unknown, isPart: isPart)
        }
    }

    /// Whether the cloud keeps a copy of an object, or a kind, as new as its own.
    func keepsFresh(_ kind: KubeKind, namespace: String?) -> Bool {
        context.applications?.keepsFresh(kind.resource, namespace: kind.isNamespaced ? namespace : nil) ?? false
    }

    /// Whether the store may have less than the cloud: what pods name is delivered one by one, not the kind.
    private func isIncomplete(_ request: ResourceRequest, _ kind: KubeKind) async throws(APIFailure) -> Bool {
        // The pods are this node's, and the cloud sends them all; of nodes it sends this one.
        if kind.storedType == .pod { return false }
        if keepsFresh(kind, namespace: request.namespace) { return false }
        guard kind.storedType == .node else { return true }
        return !(try await isStored(kind))
    }

    private func isStored(_ kind: KubeKind) async throws(APIFailure) -> Bool {
        try await context.read { view throws(StoreError) in
            try view.namespace(ofType: kind.storedType, after: "") != nil
        }
    }

    // MARK: What the cloud said

    private func path(_ kind: KubeKind, namespace: String?, name: String) async throws(APIFailure) -> ResourcePath {
        let reader = StoreObjectReader(context: context)
        if let current = try await reader.object(kind, namespace: namespace, name: name) { return current.path }
        return WriteHandler.path(kind, namespace: namespace, name: name)
    }

    private func store(_ object: JSONValue, kind: KubeKind, namespace: String?) async {
        var object = object
        guard let name = object["metadata"]?["name"]?.text,
            let path = try? await path(kind, namespace: object["metadata"]?["namespace"]?.text ?? namespace, name: name)
        else { return }
        if object["apiVersion"] == nil { object["apiVersion"] = JSONValue(text: kind.apiVersion) }
        if object["kind"] == nil { object["kind"] = JSONValue(text: kind.kind) }
        // That the store cannot take it is told by what is then read from it.
        _ = await context.writer?.write(LocalWrite(.settled(object), at: path, expected: nil))
    }

    /// Many at once, so that a commit takes more than one.
    private func store(_ objects: [JSONValue], kind: KubeKind, namespace: String?) async {
        await withTaskGroup(of: Void.self) { group in
            for (place, object) in objects.enumerated() {
                if place >= Self.storesAtOnce { await group.next() }
                // Owned by the group, `storesAtOnce` at most: one more begins when one has ended.
                group.addTask { await store(object, kind: kind, namespace: namespace) }
            }
        }
    }

    /// What the cloud does not have is not shown again; pods and nodes go by its messages alone.
    ///
    /// - Parameters:
    ///   - path: the row.
    ///   - kind: its kind.
    ///   - revision: the store's when the cloud was asked; what was stored later its answer knows nothing of.
    private func forget(_ path: ResourcePath, kind: KubeKind, storedBy revision: Int64) async {
        guard kind.storedType != .pod, kind.storedType != .node else { return }
        _ = await context.writer?.write(LocalWrite(.missing(at: revision), at: path, expected: nil))
    }

    private func forgetAbsent(
        from items: [JSONValue], _ request: ResourceRequest, kind: KubeKind, storedBy revision: Int64
    ) async throws(APIFailure) {
        let known = Set(items.map { Self.name($0, request.namespace) })
        var all = ResourceRequest(verb: .list, resource: request.resource, namespace: request.namespace)
        all.options = RequestOptions()
        let stored = try await StoreObjectReader(context: context).objects(all, kind: kind, limit: Self.listLimit)
        for object in stored where !object.isPending && !known.contains(Self.name(object.value, request.namespace)) {
            await forget(object.path, kind: kind, storedBy: revision)
        }
    }

    private static func name(_ object: JSONValue, _ namespace: String?) -> String {
        let metadata = object["metadata"]
        return "\(metadata?["namespace"]?.text ?? namespace ?? "")/\(metadata?["name"]?.text ?? "")"
    }
}
