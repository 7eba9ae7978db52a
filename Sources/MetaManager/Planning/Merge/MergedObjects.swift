public import Beehive
public import MetaStore

/// Objects as a reader should see them: the cloud's, with the node's own states and patches merged in.
public enum MergedObjects {
    /// The objects of a type.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - namespace: only objects of this namespace; nil for all.
    ///   - name: only the object of this name; nil for all.
    ///   - view: the store.
    /// - Returns: the rows, with what lies over them merged in.
    /// - Throws: only what the store throws.
    public static func list(
        type: ResourceType, namespace: String? = nil, name: String? = nil, in view: some StoreReading
    ) throws(StoreError) -> [StoredObject] {
        var rows: [StoredObject] = []
        if let namespace, let name {
            let path = ResourcePath(namespace: namespace, type: type, id: name)
            if let row = try view.object(path.key) { rows = [row] }
        } else {
            rows = try view.objects(ofType: type).filter { row in
                guard let path = try? ResourcePath(parsing: row.key) else { return namespace == nil && name == nil }
                return (namespace ?? path.namespace) == path.namespace && (name ?? path.id) == path.id
            }
        }
        for index in rows.indices where rows[index].fault == nil {
            rows[index].value = try Overlay.merged(rows[index], in: view)
        }
        return rows
    }
}
