internal import Beehive
internal import DequeModule
internal import KubeAPI

/// What is asked without anybody waiting for it: watches, so that kinds stay fresh, and discovery.
extension ApplicationsState {
    enum Job: Hashable {
        /// One watch, by its application's name.
        case watch(String)
        /// The whole map of watches: once for each connection, and when one was taken out.
        case sync
        /// A discovery path.
        case path(String)
        /// A page of the custom resource definitions, by the cloud's word for where it begins.
        case definitions(String)
    }

    static let definitions = KubeKind.Resource(
        group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions")
    private static let definitionsPage = 25

    /// What a connection begins with.
    mutating func addJobs(at now: Moment) {
        if !watches.isEmpty { add(.sync) }
        if let discovered, now.ticks - min(now.ticks, discovered) < settings.discoveryInterval.nanoseconds { return }
        for path in ["/version", "/api/v1", "/apis"] { add(.path(path)) }
    }

    private mutating func add(_ job: Job) {
        if !jobs.contains(job) { jobs.append(job) }
    }

    /// What a job sends; nil when it has become pointless.
    func content(of job: Job) -> JSONValue? {
        switch job {
        case .watch(let id): return watches[id]?.application.content(node: settings.node)
        case .sync:
            return .object(
                watches.sorted { $0.key < $1.key }.map {
                    JSONMember($0.key, $0.value.application.content(node: settings.node))
                })
        case .path(let path): return Application.discovery(path).content(node: settings.node)
        case .definitions(let start):
            var options: JSONValue = ["limit": JSONValue(integer: Self.definitionsPage)]
            if !start.isEmpty { options["continue"] = JSONValue(text: start) }
            return Application.list(Self.definitions, namespace: nil, options: options).content(node: settings.node)
        }
    }

    /// A job was answered.
    mutating func done(_ job: Job, _ reply: CloudReply, at now: Moment) {
        if case .watches(let failed) = reply, job == .sync {
            for id in watches.keys { set(failed[id].map { .failed($0) } ?? .active, of: id) }
            return
        }
        switch (job, reply.outcome) {
        case (.watch(let id), .approved): set(.active, of: id)
        case (.path(let path), .approved(let body?)): learned(path, body, at: now)
        case (.definitions, .approved(let body?)): learnedDefinitions(body, at: now)
        case (_, .rejected(let failure)): failed(job, OneLine.of("\(failure.reason): \(failure.message)"))
        case (_, .failed(let cause)): failed(job, cause)
        case (_, .unavailable(let absence)): failed(job, absence.description)
        default: failed(job, "an answer of another kind than was asked for")
        }
    }

    /// A job came to nothing: a watch is tried again when it is asked for, everything on the next connection.
    mutating func failed(_ job: Job, _ cause: String) {
        switch job {
        case .watch(let id): set(.failed(cause), of: id)
        case .sync: for id in watches.keys { set(.failed(cause), of: id) }
        case .path, .definitions: break
        }
    }

    private mutating func set(_ standing: Watch.Standing, of id: String) { watches[id]?.standing = standing }

    // MARK: Watches

    /// A kind whose objects the cloud is to push from now on.
    struct Watch {
        enum Standing: Hashable {
            /// Not asked yet on this connection.
            case pending
            case active
            case failed(String)
        }

        let resource: KubeKind.Resource
        let namespace: String?
        var standing = Standing.pending
        /// When it was last asked for, and last tried, by the monotonic clock.
        var asked: UInt64
        var tried: UInt64

        var application: Application { .watch(resource, namespace: namespace) }

        /// What the store keeps of it.
        var stored: JSONValue {
            [
                "group": JSONValue(text: resource.group), "version": JSONValue(text: resource.version),
                "plural": JSONValue(text: resource.plural), "namespace": JSONValue(text: namespace ?? ""),
            ]
        }
    }

    /// Sees to it that a kind stays fresh.
    ///
    /// Not pods: the store's are those of this node, and all that stands there is edged's to run.
    mutating func keepFresh(_ resource: KubeKind.Resource, namespace: String?, at now: Moment) {
        guard !(resource.group.isEmpty && resource.plural == "pods") else { return }
        let namespace = namespace?.isEmpty == true ? nil : namespace
        let all = Application.watch(resource, namespace: nil).id(node: settings.node)
        let own = Application.watch(resource, namespace: namespace).id(node: settings.node)
        if let id = [all, own].first(where: { watches[$0] != nil }) {
            watches[id]?.asked = now.ticks
            guard let watch = watches[id], case .failed = watch.standing,
                now.ticks - min(now.ticks, watch.tried) >= settings.watchRetry.nanoseconds
            else { return }
            watches[id]?.tried = now.ticks
            return add(.watch(id))
        }
        // What watches all of a kind takes the place of those that watch a part.
        let parts = namespace == nil ? watches.filter { $0.value.resource == resource }.map(\.key) : []
        for id in parts { remove(id, at: now) }
        if watches.count >= settings.watches, let oldest = watches.min(by: { $0.value.asked < $1.value.asked }) {
            remove(oldest.key, at: now)
        }
        let watch = Watch(resource: resource, namespace: namespace, asked: now.ticks, tried: now.ticks)
        watches[own] = watch
        keep(.update, Self.path(own), Content(watch.stored), at: now)
        add(.watch(own))
    }

    private mutating func remove(_ id: String, at now: Moment) {
        watches[id] = nil
        keep(.delete, Self.path(id), .null, at: now)
        jobs.removeAll { $0 == .watch(id) }
        add(.sync)
    }

    private static func path(_ id: String) -> ResourcePath {
        ResourcePath(namespace: "null", type: .watchApplication, id: id)
    }

    /// Takes over what an earlier process had registered.
    mutating func restore(_ stored: [JSONValue]) {
        for value in stored.prefix(settings.watches) {
            guard let group = value["group"]?.text, let version = value["version"]?.text,
                let plural = value["plural"]?.text, !version.isEmpty, !plural.isEmpty
            else { continue }
            let namespace = value["namespace"]?.text ?? ""
            let watch = Watch(
                resource: KubeKind.Resource(group: group, version: version, plural: plural),
                namespace: namespace.isEmpty ? nil : namespace, asked: 0, tried: 0)
            watches[watch.application.id(node: settings.node)] = watch
        }
        if !watches.isEmpty { isUsed = true }
    }

    // MARK: Discovery

    /// A discovery path as the id of its row: a path has slashes, an id has none.
    static func discoveryID(_ path: String) -> String {
        String(path.drop { $0 == "/" }.map { $0 == "/" ? "~" : $0 })
    }

    private mutating func learned(_ path: String, _ body: Bytes, at now: Moment) {
        discovered = now.ticks
        guard body.count <= settings.keptBytes, let content = try? Content(json: body), content.kind == .object else {
            return
        }
        keep(
            .update, ResourcePath(namespace: "null", type: .discovery, id: Self.discoveryID(path)), content, at: now)
        if path == "/version", !hasDefinitions {
            // Watched first: what is deleted behind the list is told.
            keepFresh(Self.definitions, namespace: nil, at: now)
            add(.definitions(""))
        }
        guard path == "/apis", let groups = try? JSONValue(parsing: body)["groups"]?.elements else { return }
        var count = 0
        for group in groups {
            for version in group["versions"]?.elements ?? [] where count < settings.groupVersions {
                guard let word = version["groupVersion"]?.text, Self.isGroupVersion(word) else { continue }
                count += 1
                add(.path("/apis/\(word)"))
            }
        }
    }

    private static func isGroupVersion(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 253
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                            UInt8(ascii: "-"), UInt8(ascii: "."):
                            true
                        default: false
                        }
                    }
            }
    }

    /// Listed once, since a store that was lost lacks what the cloud has noted as acknowledged; then they are pushed.
    private mutating func learnedDefinitions(_ body: Bytes, at now: Moment) {
        guard let list = try? JSONValue(parsing: body) else { return }
        for item in list["items"]?.elements ?? [] {
            guard let name = item["metadata"]?["name"]?.text, !name.isEmpty, !name.contains("/") else { continue }
            var object: JSONValue = ["apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"]
            for member in item.members { object[member.key] = member.value }
            keep(
                .update, ResourcePath(namespace: "null", type: .customResourceDefinition, id: name), Content(object),
                at: now)
        }
        if let next = list["metadata"]?["continue"]?.text, !next.isEmpty {
            add(.definitions(next))
        } else {
            hasDefinitions = true
        }
    }
}
