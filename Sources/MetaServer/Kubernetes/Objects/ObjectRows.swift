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
    /// How many rows are held at once while a list is read.
    static var pageSize: Int { 200 }

    init(kind: KubeKind, view: StoreTransaction) {
        self.kind = kind
        self.view = view
    }

    /// One object.
    ///
    /// - Parameters:
    ///   - namespace: its namespace; nil for kinds without.
    ///   - name: its name.
    /// - Returns: the row, its revision the newest of all that make the object; nil when there is none of this kind.
    func object(namespace: String?, name: String) throws(StoreError) -> StoredObject? {
        guard let row = try row(namespace: namespace, name: name), Self.accepts(row.value, as: kind) else { return nil }
        return try Overlay.shown(row, in: view)
    }

    private func row(namespace: String?, name: String) throws(StoreError) -> StoredObject? {
        // A name with a slash would reach into other keys.
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        if kind.isNamespaced {
            guard let namespace, !namespace.isEmpty, !namespace.utf8.contains(UInt8(ascii: "/")) else { return nil }
            return try view.object(key(namespace, name))
        }
        // What has no namespace stands under a word that differs between releases: `null`, `default`.
        var place = ""
        while let next = try view.namespace(ofType: kind.storedType, after: place) {
            if let row = try view.object(key(next, name)) { return row }
            place = next
        }
        return nil
    }

    private func key(_ namespace: String, _ name: String) -> String {
        ResourcePath(namespace: namespace, type: kind.storedType, id: name).key
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
    ///   - limit: the most rows to read; some of them may not be of this kind.
    /// - Returns: the objects, and where to go on; nil for that when these were the last.
    func page(
        namespace: String?, after place: Place, limit: Int
    ) throws(StoreError) -> (objects: [StoredObject], next: Place?) {
        var place = place
        let only = kind.isNamespaced ? namespace : nil
        if place.namespace.isEmpty {
            let first: String?
            if let only { first = only } else { first = try view.namespace(ofType: kind.storedType, after: "") }
            guard let first else { return ([], nil) }
            place.namespace = first
        }
        let (rows, next) = try view.page(
            ofType: kind.storedType, namespace: place.namespace, after: place.name, limit: limit)
        var objects: [StoredObject] = []
        objects.reserveCapacity(rows.count)
        for row in rows where Self.accepts(row.value, as: kind) { objects.append(try Overlay.shown(row, in: view)) }
        if let next { return (objects, Place(namespace: place.namespace, name: next)) }
        guard only == nil, let following = try view.namespace(ofType: kind.storedType, after: place.namespace) else {
            return (objects, nil)
        }
        return (objects, Place(namespace: following))
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
