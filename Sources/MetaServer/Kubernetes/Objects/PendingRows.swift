internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// Objects as readers of the API see them: the cloud's, with the node's own states, patches and waiting writes over them.
struct PendingRows {
    let view: StoreTransaction
    /// Whether any write waits: as a rule none does, and then nothing is looked up.
    private let isAny: Bool
    /// The rows of what the cloud did not take, by the key of the object; the planner bounds how many there are.
    private let conflicts: [String: [String]]

    init(view: StoreTransaction) throws(StoreError) {
        self.view = view
        isAny = try view.namespace(ofType: PendingWrite.type, after: "") != nil
        guard try view.namespace(ofType: WriteConflict.type, after: "") != nil else {
            conflicts = [:]
            return
        }
        var conflicts: [String: [String]] = [:]
        for key in try view.keys(ofType: WriteConflict.type) {
            guard let row = try? ResourcePath(parsing: key), let object = WriteConflict.path(under: row) else {
                continue
            }
            conflicts[object.key, default: []].append(key)
        }
        self.conflicts = conflicts
    }

    /// The write that lies over an object, and its row.
    func write(over path: ResourcePath) throws(StoreError) -> (row: StoredObject, write: PendingWrite)? {
        guard isAny, let row = try view.readableObject(PendingWrite.path(over: path).key),
            let write = PendingWrite(row.value)
        else { return nil }
        return (row, write)
    }

    /// An object as it is seen.
    ///
    /// - Parameters:
    ///   - path: its key.
    ///   - base: the stored row; nil when there is none.
    /// - Returns: the object, its revision the newest of all rows that make it; nil when there is none to be seen.
    /// - Throws: `StoreError` that names the file and the cure.
    func shown(_ path: ResourcePath, base: StoredObject?) throws(StoreError) -> StoredObject? {
        try seen(path, base: base).object
    }

    /// An object as it is seen, and the newest revision of all that concerns it, seen or not.
    func seen(
        _ path: ResourcePath, base: StoredObject?
    ) throws(StoreError) -> (object: StoredObject?, revision: Int64) {
        let under: StoredObject?
        if let base { under = try Overlay.shown(base, in: view) } else { under = nil }
        let revision = under?.head.revision ?? 0
        var marks = try conflictMark(of: path).map { [$0] } ?? []
        guard isAny, let waiting = try view.head(PendingWrite.path(over: path).key) else {
            return (under.map { Self.marked($0, marks) }, revision)
        }
        let newest = max(revision, waiting.revision)
        guard let (row, write) = try write(over: path) else {
            marks.append(JSONMember(PendingWrite.annotation, "unreadable"))
            return (under.map { Self.marked($0, marks, revision: newest) }, newest)
        }
        guard let object = write.shown else { return (nil, newest) }
        let shown = StoredObject(key: path.key, type: path.type, head: under?.head ?? row.head, value: object.json)
        return (Self.marked(shown, marks, revision: newest), newest)
    }

    /// The annotation that tells of the newest write of an object that the cloud did not take; nil for none.
    private func conflictMark(of path: ResourcePath) throws(StoreError) -> JSONMember? {
        var newest: (revision: Int64, note: String)?
        for key in conflicts[path.key] ?? [] {
            guard let row = try view.readableObject(key), row.head.revision > newest?.revision ?? 0,
                let conflict = WriteConflict(row.value)
            else { continue }
            newest = (row.head.revision, conflict.note(key: key))
        }
        return newest.map { JSONMember(WriteConflict.annotation, JSONValue(text: $0.note)) }
    }

    /// An object with annotations that stand in no row of it.
    private static func marked(_ object: StoredObject, _ marks: [JSONMember], revision: Int64? = nil) -> StoredObject {
        var object = object
        if let revision { object.head.revision = revision }
        guard !marks.isEmpty, var value = try? JSONValue(parsing: object.value), var metadata = value["metadata"] else {
            return object
        }
        var annotations = metadata["annotations"] ?? [:]
        for mark in marks { annotations[mark.key] = mark.value }
        metadata["annotations"] = annotations
        value["metadata"] = metadata
        object.value = value.json
        return object
    }

    /// The names of objects that are seen, or hidden, through waiting writes: in order, behind one name and up to another.
    func names(
        ofType type: ResourceType, namespace: String, after: String, upTo last: String?
    ) throws(StoreError) -> [String] {
        guard isAny else { return [] }
        let prefix = "\(type.rawValue)."
        var names: [String] = []
        var place: String? = prefix + after
        while let from = place {
            let page = try view.page(ofType: PendingWrite.type, namespace: namespace, after: from, limit: 200)
            place = page.next
            for row in page.rows {
                guard let path = try? ResourcePath(parsing: row.key), path.id.hasPrefix(prefix) else { return names }
                let name = String(path.id.dropFirst(prefix.count))
                if let last, name > last { return names }
                if name > after { names.append(name) }
            }
        }
        return names
    }

    /// The next namespace in which something of a type may be seen.
    func namespace(ofType type: ResourceType, after namespace: String) throws(StoreError) -> String? {
        let stored = try view.namespace(ofType: type, after: namespace)
        guard isAny, let waiting = try view.namespace(ofType: PendingWrite.type, after: namespace) else {
            return stored
        }
        return stored.map { min($0, waiting) } ?? waiting
    }
}
