internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// The rows of the store as objects of a kind: which rows they are, with what lies over them merged in.
///
/// Values of one snapshot: made in a read and gone with it.
struct ObjectRows {
    let kind: KubeKind
    let view: StoreTransaction
    private let pending: PendingRows
    /// How many rows are held at once while a list is read.
    static var pageSize: Int { 200 }

    init(kind: KubeKind, view: StoreTransaction) throws(StoreError) {
        self.kind = kind
        self.view = view
        pending = try PendingRows(view: view)
    }

    /// One object.
    ///
    /// - Parameters:
    ///   - namespace: its namespace; nil for kinds without.
    ///   - name: its name.
    /// - Returns: the object, its revision the newest of all rows that make it; nil when there is none of this kind.
    /// - Throws: `StoreError` that names the file and the cure.
    func object(namespace: String?, name: String) throws(StoreError) -> StoredObject? {
        for path in try paths(namespace: namespace, name: name) {
            guard let object = try pending.shown(path, base: try view.object(path.key)) else { continue }
            return Self.accepts(object.value, as: kind) ? object : nil
        }
        return nil
    }

    /// Whether a write of an object waits for the cloud.
    func isPending(_ path: ResourcePath) throws(StoreError) -> Bool { try pending.write(over: path) != nil }

    /// Where an object may stand.
    private func paths(namespace: String?, name: String) throws(StoreError) -> [ResourcePath] {
        // A name with a slash would reach into other keys.
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { return [] }
        if kind.isNamespaced {
            guard let namespace, !namespace.isEmpty, !namespace.utf8.contains(UInt8(ascii: "/")) else { return [] }
            return [ResourcePath(namespace: namespace, type: kind.storedType, id: name)]
        }
        // What has no namespace stands under a word that differs between releases: `null`, `default`.
        var paths: [ResourcePath] = []
        while let next = try pending.namespace(ofType: kind.storedType, after: paths.last?.namespace ?? "") {
            paths.append(ResourcePath(namespace: next, type: kind.storedType, id: name))
        }
        return paths
    }

    /// Where a list goes on.
    struct Place: Hashable {
        var namespace = ""
        var name = ""
    }

    /// The next objects, by namespace and name.
    ///
    /// - Parameters:
    ///   - namespace: only objects of this namespace; nil for all.
    ///   - place: the last object that was read.
    ///   - limit: the most rows to read; some of them may not be of this kind, and writes that wait come on top.
    ///   - byteLimit: the most bytes that their values have together, but for the last.
    /// - Returns: the objects, and where to go on; nil for that when these were the last.
    /// - Throws: `StoreError` that names the file and the cure.
    func page(
        namespace: String?, after place: Place, limit: Int, byteLimit: Int = .max
    ) throws(StoreError) -> (objects: [StoredObject], next: Place?) {
        var place = place
        let only = kind.isNamespaced ? namespace : nil
        if let only, !place.namespace.isEmpty, place.namespace != only { return ([], nil) }
        if place.namespace.isEmpty {
            let first: String?
            if let only { first = only } else { first = try pending.namespace(ofType: kind.storedType, after: "") }
            guard let first else { return ([], nil) }
            place.namespace = first
        }
        let (rows, next) = try view.page(
            ofType: kind.storedType, namespace: place.namespace, after: place.name, limit: limit, byteLimit: byteLimit)
        let objects = try objects(rows, in: place, upTo: next)
        if let next { return (objects, Place(namespace: place.namespace, name: next)) }
        guard only == nil, let following = try pending.namespace(ofType: kind.storedType, after: place.namespace)
        else { return (objects, nil) }
        return (objects, Place(namespace: following))
    }

    private func objects(
        _ rows: [StoredObject], in place: Place, upTo last: String?
    ) throws(StoreError) -> [StoredObject] {
        var waiting = try pending.names(
            ofType: kind.storedType, namespace: place.namespace, after: place.name, upTo: last)[...]
        var objects: [StoredObject] = []
        objects.reserveCapacity(rows.count)
        func take(_ path: ResourcePath, _ base: StoredObject?) throws(StoreError) {
            guard let object = try pending.shown(path, base: base), Self.accepts(object.value, as: kind) else { return }
            objects.append(object)
        }
        for row in rows {
            guard let path = try? ResourcePath(parsing: row.key) else { continue }
            // What waits to be created has no row of its own: it comes in its place.
            while let name = waiting.first, name <= path.id {
                waiting.removeFirst()
                if name < path.id {
                    try take(ResourcePath(namespace: place.namespace, type: kind.storedType, id: name), nil)
                }
            }
            try take(path, row)
        }
        for name in waiting {
            try take(ResourcePath(namespace: place.namespace, type: kind.storedType, id: name), nil)
        }
        return objects
    }

    /// Whether a stored value is of a kind: one word in the store may stand for kinds of several groups.
    ///
    /// A custom kind is shown in each of its versions; a built-in one in the version that it is stored in.
    static func accepts(_ value: Bytes, as kind: KubeKind) -> Bool {
        guard let range = JSONMembers.range(of: "apiVersion", in: value) else {
            // 1.2's objects do not say what they are: they are what KubeEdge always meant by the word.
            return !kind.isCustom && kind.resource.group != "events.k8s.io"
        }
        var stored = value[range]
        guard stored.first == UInt8(ascii: "\""), stored.count > 2 else { return !kind.isCustom }
        stored = stored.dropFirst().dropLast()
        guard kind.isCustom else { return stored.elementsEqual(kind.apiVersion.utf8) }
        guard let slash = stored.lastIndex(of: UInt8(ascii: "/")) else { return false }
        return stored[..<slash].elementsEqual(kind.resource.group.utf8)
    }
}
