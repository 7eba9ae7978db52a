internal import Beehive

/// What a watch has told, and what follows for what comes next; a value, without a connection.
///
/// Keeps of each object its name, uid, version and a digest, never the object.
struct WatchLedger {
    private struct Told {
        var uid: String
        var version: String
        var digest: Int
    }

    /// Behind which version to go on; nil: everything that is there has to come first.
    private(set) var version: String?
    private var told: [ObjectName: Told] = [:]
    /// What has come of everything that is there; nil when it has come.
    private var seen: Set<ObjectName>?
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// A connection begins.
    ///
    /// - Returns: what to ask for.
    mutating func begin() -> [(name: String, value: String)] {
        let usual = [(name: "watch", value: "true"), (name: "allowWatchBookmarks", value: "true")]
        if let version { return usual + [("resourceVersion", version)] }
        seen = []
        return usual + [("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan")]
    }

    /// The version is not kept any more: everything has to come again.
    mutating func expire() {
        version = nil
        seen = nil
    }

    /// Takes a line of the stream.
    ///
    /// - Returns: what is to be told, in order.
    /// - Throws: `MetaClientError` for an error that the line tells, and for what is no event.
    mutating func take<Object: MetaObject>(
        _ line: JSONValue, of what: String
    ) throws(MetaClientError) -> [WatchEvent<Object>] {
        let json = line["object"] ?? .null
        switch line["type"]?.text {
        case "ADDED", "MODIFIED":
            let object = Object(json: json)
            try check(object, of: what)
            defer { advance(to: object.resourceVersion) }
            return try change(object, of: what)
        case "DELETED":
            let object = Object(json: json)
            try check(object, of: what)
            defer { advance(to: object.resourceVersion) }
            seen?.remove(object.objectName)
            guard told.removeValue(forKey: object.objectName) != nil else { return [] }
            return [.deleted(object.objectName, last: object)]
        case "BOOKMARK":
            let isInitialEnd = json.text(at: "metadata", "annotations", "k8s.io/initial-events-end") != nil
            let gone: [WatchEvent<Object>] = isInitialEnd ? endInitial() : []
            advance(to: json.text(at: "metadata", "resourceVersion") ?? "")
            return gone
        case "ERROR":
            let error = MetaClientError(status: json.integer(at: "code") ?? 500, body: json, of: what)
            throw error
        case .some: return []  // A word of a newer server.
        case nil: throw MetaClientError(.malformed, "\(what): a line is no event of a watch")
        }
    }

    private func check(_ object: some MetaObject, of what: String) throws(MetaClientError) {
        guard !object.name.isEmpty, !object.resourceVersion.isEmpty else {
            throw MetaClientError(.malformed, "\(what): an event's object has no name or no version")
        }
    }

    private mutating func change<Object: MetaObject>(
        _ object: Object, of what: String
    ) throws(MetaClientError) -> [WatchEvent<Object>] {
        let name = object.objectName
        seen?.insert(name)
        let now = Told(uid: object.uid, version: object.resourceVersion, digest: Self.digest(object.json))
        guard let before = told.updateValue(now, forKey: name) else {
            guard told.count <= limit else {
                throw MetaClientError(
                    .tooLarge, "\(what): more than \(limit) objects; select fewer, or raise maximumObjects")
            }
            return [.added(object)]
        }
        if !before.uid.isEmpty, !now.uid.isEmpty, before.uid != now.uid {
            return [.deleted(name, last: nil), .added(object)]
        }
        // Told before the connection broke, or before everything came again.
        if before.version == now.version || (seen != nil && before.digest == now.digest) { return [] }
        return [.modified(object)]
    }

    /// Everything that is there has come: what did not is gone.
    private mutating func endInitial<Object: MetaObject>() -> [WatchEvent<Object>] {
        guard let seen else { return [] }
        self.seen = nil
        let gone = told.keys.filter { !seen.contains($0) }.sorted()
        for name in gone { told[name] = nil }
        return gone.map { .deleted($0, last: nil) } + [.synced]
    }

    /// Versions of what is there come in no order: only what comes behind counts.
    private mutating func advance(to version: String) {
        if seen == nil, !version.isEmpty { self.version = version }
    }

    /// The same for the same object, whatever its version.
    private static func digest(_ object: JSONValue) -> Int {
        var object = object
        object.set(nil, at: "metadata", "resourceVersion")
        return object.hashValue
    }
}
