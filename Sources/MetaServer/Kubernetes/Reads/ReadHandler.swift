internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Answers get and list from one snapshot of the store.
struct ReadHandler: Sendable {
    let time: any TimeSource

    /// What a read found: the answer's body, and how old what it is made of is.
    struct Found {
        var body: Bytes
        /// When the oldest of the objects was stored or confirmed, in milliseconds since 1970; nil when there is none.
        var confirmed: Int64?
        /// Whether it is an answer of the cloud that was kept, not something that the cloud keeps up to date.
        var isCached = false
    }

    /// One object.
    ///
    /// - Parameters:
    ///   - request: which.
    ///   - kind: its kind.
    ///   - form: how it is written.
    ///   - view: the snapshot.
    /// - Returns: nil when there is no such object.
    /// - Throws: `StoreError` that names the file and the cure.
    func get(
        _ request: ResourceRequest, kind: KubeKind, form: any AnswerForming, in view: StoreTransaction
    ) throws(StoreError) -> Result<Found?, APIFailure> {
        if let refusal = refusal(of: request.options, in: view) { return .failure(refusal) }
        let rows = try ObjectRows(kind: kind, view: view)
        guard let object = try rows.object(namespace: request.namespace, name: request.name ?? "") else {
            return .success(nil)
        }
        return .success(
            Found(
                body: form.one(object), confirmed: object.head.confirmed, isCached: object.head.origin == .cached))
    }

    /// What came of a list.
    enum Listed {
        /// It is here.
        case whole(Found)
        /// It is too long to be held: it has to be sent while it is read.
        case long
    }

    /// The most bytes of a list that are held.
    ///
    /// One with a limit ends there, and says where it goes on.
    static let heldLimit = 4 << 20
    /// The most bytes of the values that are read at once, but for the last.
    static let pageBytes = 1 << 20

    /// A list.
    ///
    /// A page tells what is there when it is read; its version is that of the first one, so that a watch from there
    /// tells everything that the pages could not agree on.
    ///
    /// - Parameters:
    ///   - request: which objects.
    ///   - kind: their kind.
    ///   - form: how it is written.
    ///   - view: the snapshot.
    /// - Returns: the list, or the refusal.
    /// - Throws: `StoreError` that names the file and the cure.
    func list(
        _ request: ResourceRequest, kind: KubeKind, form: any AnswerForming, in view: StoreTransaction
    ) throws(StoreError) -> Result<Listed, APIFailure> {
        if let refusal = refusal(of: request.options, in: view) { return .failure(refusal) }
        var revision = view.revision
        var place: ObjectRows.Place? = ObjectRows.Place()
        if !request.options.continuation.isEmpty {
            do throws(APIFailure) {
                let start = try ListPlace(token: request.options.continuation)
                place = start.place
                revision = start.revision
            } catch {
                return .failure(error)
            }
            // A place in another namespace would be read without anybody having asked who may.
            if kind.isNamespaced, let namespace = request.namespace, place?.namespace != namespace {
                return .failure(.badRequest("continue key is not valid: it is of a list of another namespace"))
            }
            guard try view.oldestRevision() <= revision, revision <= view.revision else {
                return .failure(
                    .expired("the continue token is too old: revision \(revision) is not kept any more; list anew"))
            }
        }
        let rows = try ObjectRows(kind: kind, view: view)
        let selector = Selector(request)
        var list = ListBytes(form: form)
        var confirmed: Int64?
        func take(_ object: StoredObject) {
            list.add(object)
            confirmed = min(confirmed ?? .max, object.head.confirmed)
        }
        if let name = selector.name {
            if let object = try rows.object(namespace: request.namespace, name: name), selector.matches(object) {
                take(object)
            }
            place = nil
        }
        let limit = request.options.limit ?? .max
        let end = time.now().advanced(by: Self.selectionLimit).ticks
        while list.count < limit, let from = place {
            if list.size > Self.heldLimit {
                let isPaged = request.options.limit != nil || !request.options.continuation.isEmpty
                guard isPaged else { return .success(.long) }
                break
            }
            let page = try rows.page(
                namespace: selector.namespace, after: from, limit: min(ObjectRows.pageSize, limit - list.count),
                byteLimit: Self.pageBytes)
            for object in page.objects {
                guard selector.isOpen || time.now().ticks < end else { return .failure(Self.tooLong) }
                if selector.matches(object) { take(object) }
            }
            place = page.next
        }
        let rest = place.map { ListPlace(revision: revision, place: $0).token }
        return .success(
            .whole(Found(body: list.whole(revision: revision, continuation: rest), confirmed: confirmed)))
    }

    /// How long objects are measured by a selector: who asks keeps one of the few threads that read from all others.
    static let selectionLimit: Duration = .seconds(5)

    private static var tooLong: APIFailure {
        APIFailure(
            504, reason: "Timeout",
            "selecting took longer than \(selectionLimit): ask for one namespace, for pages (limit), or with a shorter selector",
            retryAfter: 5)
    }

    /// What may be asked of versions: what is there now is newer than anything that was.
    private func refusal(of options: RequestOptions, in view: StoreTransaction) -> APIFailure? {
        guard options.continuation.isEmpty, !options.resourceVersion.isEmpty, options.resourceVersion != "0" else {
            return nil
        }
        guard let wanted = Int64(options.resourceVersion), wanted >= 0 else {
            return .badRequest("invalid resource version '\(options.resourceVersion.prefix(64))'")
        }
        if wanted > view.revision {
            return .expired("resource version \(wanted) is above the newest, \(view.revision); list anew")
        }
        if options.versionMatch == .exact, wanted != view.revision {
            return .expired("resource version \(wanted) is not kept; the newest is \(view.revision)")
        }
        return nil
    }
}

/// Which objects a request means, with what names them taken out of the field selector.
struct Selector {
    /// The one object that can match; nil for any.
    let name: String?
    /// The namespace; nil for all.
    let namespace: String?
    let labels: LabelSelector?
    let fields: FieldSelector?
    /// True when nothing can match: two names, or two namespaces.
    let isEmpty: Bool

    init(_ request: ResourceRequest) {
        var name = request.name
        var namespace = request.namespace
        var isEmpty = false
        var rest: [FieldSelector.Requirement] = []
        for requirement in request.options.fields?.requirements ?? [] {
            if requirement.isEqual, requirement.path == "metadata.name", request.namespace != nil || name != nil {
                if let name, name != requirement.value { isEmpty = true }
                name = requirement.value
            } else if requirement.isEqual, requirement.path == "metadata.namespace" {
                if let namespace, namespace != requirement.value { isEmpty = true }
                namespace = requirement.value
            } else {
                rest.append(requirement)
            }
        }
        self.name = name
        self.namespace = namespace
        self.isEmpty = isEmpty
        labels = request.options.labels
        fields = rest.isEmpty ? nil : FieldSelector(requirements: rest)
    }

    /// Whether every object is meant, so that none has to be looked at.
    var isOpen: Bool { !isEmpty && labels == nil && fields == nil }

    func matches(_ object: StoredObject) -> Bool {
        guard !isEmpty else { return false }
        if let name, (try? ResourcePath(parsing: object.key))?.id != name { return false }
        guard labels != nil || fields != nil else { return true }
        guard let value = try? JSONValue(parsing: object.value) else { return false }
        return (labels?.matches(value) ?? true) && (fields?.matches(value) ?? true)
    }
}
