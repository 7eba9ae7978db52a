internal import Beehive

/// What the source has to know after a restart, as a small JSON file: no object's body, so no secret either.
enum DirectoryMemory {
    static let fileName = ".metamanager-state.json"

    /// The file's text.
    static func encode(_ state: DirectoryState) -> Bytes {
        let objects = state.entries.values.filter { !$0.isFromNode }.sorted { $0.key < $1.key }.map { entry in
            var value = encode(entry.path, entry.apiVersion, entry.kind, entry.uid, entry.version)
            value["hash"] = JSONValue(text: entry.hash)
            value["created"] = JSONValue(text: entry.created)
            value["file"] = JSONValue(text: entry.file)
            value["acknowledged"] = .bool(entry.isAcknowledged)
            if entry.isEnded { value["ended"] = true }
            return value
        }
        let deletions = state.deletions.values.sorted { $0.path.key < $1.path.key }.map {
            encode($0.path, $0.apiVersion, $0.kind, $0.uid, $0.version)
        }
        return
            (["version": JSONValue(integer: state.ceiling), "objects": .array(objects), "deleted": .array(deletions)]
            as JSONValue).json
    }

    private static func encode(
        _ path: ResourcePath, _ apiVersion: String, _ kind: String, _ uid: String, _ version: Int64
    ) -> JSONValue {
        [
            "key": JSONValue(text: path.key), "apiVersion": JSONValue(text: apiVersion),
            "kind": JSONValue(text: kind), "uid": JSONValue(text: uid), "version": JSONValue(integer: version),
        ]
    }

    /// Takes the file's text into a new state.
    ///
    /// - Returns: false when the text is not of this form; nothing was taken then.
    static func decode(_ file: Bytes, into state: inout DirectoryState) -> Bool {
        guard let value = try? JSONValue(parsing: file), let ceiling = value["version"]?.integer else { return false }
        state.resume(at: Int64(ceiling))
        for object in value["objects"]?.elements ?? [] {
            guard let (path, version) = place(object) else { continue }
            var entry = DirectoryEntry(
                path: path, apiVersion: text(object, "apiVersion"), kind: text(object, "kind"),
                uid: text(object, "uid"), version: version, hash: text(object, "hash"),
                created: text(object, "created"), file: text(object, "file"))
            entry.isAcknowledged = object["acknowledged"] == true
            entry.isEnded = object["ended"] == true
            state.entries[path.key] = entry
        }
        for object in value["deleted"]?.elements ?? [] {
            guard let (path, version) = place(object) else { continue }
            state.deletions[path.key] = DirectoryDeletion(
                path: path, apiVersion: text(object, "apiVersion"), kind: text(object, "kind"),
                uid: text(object, "uid"), version: version)
        }
        return true
    }

    private static func text(_ object: JSONValue, _ key: String) -> String { object[key]?.text ?? "" }

    private static func place(_ object: JSONValue) -> (ResourcePath, Int64)? {
        guard let version = object["version"]?.integer, let path = try? ResourcePath(parsing: text(object, "key"))
        else { return nil }
        return (path, Int64(version))
    }
}
