public import Beehive

/// A read-only connection beside the writer: each read sees one snapshot and never blocks a write.
public final class StoreReader: Sendable {
    private let store: Lock<MetaStore>
    /// The file.
    public let path: String
    /// How long one read may take: while it lasts the write-ahead log cannot begin anew.
    private let limit: Duration

    /// Opens a database of this program.
    ///
    /// - Parameters:
    ///   - path: the file; it must exist.
    ///   - sealing: the writer's, or one of its own that gets its keys here; nil: sealed values do not open.
    ///   - limit: how long one read may take; then it ends with an error.
    /// - Throws: `StoreError` that names the file and the cure.
    public init(path: String, sealing: Sealing? = nil, limit: Duration = .seconds(15)) throws(StoreError) {
        self.path = path
        self.limit = limit
        let store = try MetaStore(reading: path, sealing: sealing)
        store.connection.obeyLimit()
        self.store = Lock(store)
    }

    /// How many objects are sealed.
    public func sealedRows() throws(StoreError) -> Int {
        try store.withLock { store throws(StoreError) in
            Int(try store.connection.integer("SELECT count(*) FROM object WHERE sealed <> 0") ?? 0)
        }
    }

    /// Reads in one snapshot; blocks its thread while it reads, and readers of this connection wait for each other.
    ///
    /// - Parameter body: the work.
    /// - Returns: what the body gave.
    /// - Throws: `StoreError` that names the file and the cure.
    public func read<Result>(
        _ body: (StoreTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let limit = self.limit
        return try store.withLock { store throws(StoreError) in
            store.connection.limit.begin(limit)
            // The end of the transaction is no part of it: it has to succeed.
            defer { store.connection.limit.end() }
            return try store.transaction(writing: false, body)
        }
    }

    /// The types that are stored, with how many objects each has.
    public func types() throws(StoreError) -> [(type: ResourceType, count: Int)] {
        try store.withLock { store throws(StoreError) in
            let statement = try store.connection.prepare(
                "SELECT type, count(*) FROM object GROUP BY type ORDER BY type")
            var types: [(type: ResourceType, count: Int)] = []
            while try statement.step() { types.append((ResourceType(statement.text(0)), Int(statement.integer(1)))) }
            return types
        }
    }

    /// Bytes of the file and its log on disk.
    public func bytes() throws(StoreError) -> Int {
        try DatabaseFile.check(path)
        return DatabaseFile.size(path) + DatabaseFile.size(path + "-wal")
    }
}
