public import Beehive

/// Lists in the order of namespace and name, a page at a time: what the local API needs.
extension StoreTransaction {
    /// The next namespace that has objects of a type.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - namespace: the one before; empty for the first.
    /// - Returns: nil when there is no other.
    /// - Throws: `StoreError` that names the file and the cure.
    public func namespace(ofType type: ResourceType, after namespace: String) throws(StoreError) -> String? {
        let statement = try statement(.nextNamespace)
        statement.bind(1, type.rawValue)
        statement.bind(2, namespace)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let next = statement.text(0)
        return next.isEmpty ? nil : next
    }

    /// Rows of a type in one namespace, by name; those that the disk damaged are left out, or given with their fault.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - namespace: the first part of their keys.
    ///   - name: only rows behind this name; empty for the first.
    ///   - limit: the most rows.
    ///   - byteLimit: the most bytes that their values have together, but for the last one.
    /// - Returns: the rows, and the name to go on behind; nil for that when these were the last.
    /// - Throws: `StoreError` that names the file and the cure.
    public func page(
        ofType type: ResourceType, namespace: String, after name: String, limit: Int, byteLimit: Int = .max
    ) throws(StoreError) -> (rows: [StoredObject], next: String?) {
        let prefix = "\(namespace)/\(type.rawValue)/"
        let statement = try statement(.page)
        statement.bind(1, prefix + name)
        // The first text behind every key with the prefix.
        statement.bind(2, "\(namespace)/\(type.rawValue)0")
        statement.bind(3, Int64(limit))
        var rows: [StoredObject] = []
        var seen = 0
        var bytes = 0
        var last = ""
        defer { statement.reset() }
        while bytes < byteLimit, try statement.step() {
            seen += 1
            bytes += statement.byteCount(10)
            last = statement.text(8)
            do throws(StoreError) {
                rows.append(try object(statement))
            } catch  where Self.leavesOut(error, type) {
                continue
            }
        }
        // Cut at bytes, not at characters: a slash and an accent behind it are one character.
        return (
            rows,
            seen < limit && bytes < byteLimit
                ? nil : String(decoding: last.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        )
    }

    /// How many rows a type has, and the newest of their revisions: alike as long as none was written, added or removed.
    ///
    /// - Parameter type: the type.
    /// - Returns: the mark; told without reading values.
    /// - Throws: `StoreError` that names the file and the cure.
    public func mark(ofType type: ResourceType) throws(StoreError) -> TypeMark {
        let statement = try statement(.listMark)
        statement.bind(1, type.rawValue)
        defer { statement.reset() }
        guard try statement.step() else { return TypeMark(count: 0, newest: 0) }
        return TypeMark(count: statement.integer(0), newest: statement.integer(1))
    }

    /// The types that are stored, by name.
    ///
    /// - Returns: the types.
    /// - Throws: `StoreError` that names the file and the cure.
    public func types() throws(StoreError) -> [ResourceType] {
        var types: [ResourceType] = []
        while true {
            let statement = try statement(.nextType)
            statement.bind(1, types.last?.rawValue ?? "")
            defer { statement.reset() }
            guard try statement.step(), !statement.text(0).isEmpty else { return types }
            types.append(ResourceType(statement.text(0)))
        }
    }
}

/// What tells whether the rows of a type are the same as before.
public struct TypeMark: Hashable, Sendable {
    /// How many there are.
    public let count: Int64
    /// The newest of their revisions; 0 without any.
    public let newest: Int64
}
