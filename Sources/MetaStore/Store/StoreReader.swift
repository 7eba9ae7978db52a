public import Beehive

/// A read-only connection beside the writer: each read sees one snapshot and never blocks a write.
public final class StoreReader: Sendable {
    private struct State {
        /// Nil while the writer opens the file anew, and until somebody asks again.
        var store: MetaStore?
    }

    private let state: Lock<State>
    let sealing: Sealing?
    let writer: StoreReaders?
    /// The file.
    public let path: String
    /// How long one read may take: while it lasts the write-ahead log cannot begin anew.
    let limit: Duration

    /// Opens a database of this program.
    ///
    /// - Parameters:
    ///   - path: the file; it must exist.
    ///   - sealing: the writer's, or one of its own that gets its keys here; nil: sealed values do not open.
    ///   - writer: what the writer of this process knows its readers by, so that they follow it to a new file.
    ///   - limit: how long one read may take; then it ends with an error.
    /// - Throws: `StoreError` that names the file and the cure.
    public init(
        path: String, sealing: Sealing? = nil, beside writer: StoreReaders? = nil, limit: Duration = .seconds(15)
    ) throws(StoreError) {
        let path = DatabaseFile.resolved(path)
        self.path = path
        self.limit = limit
        self.sealing = sealing
        self.writer = writer
        state = Lock(State(store: try Self.open(path, sealing)))
        writer?.add(self)
    }

    private static func open(_ path: String, _ sealing: Sealing?) throws(StoreError) -> MetaStore {
        let store = try MetaStore(reading: path, sealing: sealing)
        store.connection.obeyLimit()
        return store
    }

    /// Lets go of the file until the next read.
    ///
    /// Who ends does so before the writer ends: the last connection empties the log, and a reader cannot.
    public func close() { state.withLock { $0.store = nil } }

    private func use<Result>(_ body: (MetaStore) throws(StoreError) -> Result) throws(StoreError) -> Result {
        do throws(StoreError) {
            return try useOpen(body)
        } catch {
            if error.isAboutTheFile { writer?.noteDamage() }
            throw error
        }
    }

    private func useOpen<Result>(_ body: (MetaStore) throws(StoreError) -> Result) throws(StoreError) -> Result {
        while true {
            let result = try state.withLock { state throws(StoreError) -> Result? in
                if let store = state.store { return try body(store) }
                guard writer?.isClosed != true else { return nil }
                let store = try Self.open(path, sealing)
                state.store = store
                return try body(store)
            }
            if let result { return result }
            guard writer?.waitUntilOpen() != false else {
                throw StoreError(.locked, "database \(path) is being opened anew; try again")
            }
        }
    }

    /// How many objects are sealed.
    public func sealedRows() throws(StoreError) -> Int {
        try use { store throws(StoreError) in
            Int(try store.connection.integer("SELECT count(*) FROM object WHERE sealed <> 0") ?? 0)
        }
    }

    /// How many objects of a type there are.
    ///
    /// - Parameter type: the type.
    /// - Returns: the number, by the index of lists alone.
    /// - Throws: `StoreError` that names the file and the cure.
    package func count(ofType type: ResourceType) throws(StoreError) -> Int {
        try use { store throws(StoreError) in
            let statement = try store.connection.prepare("SELECT count(*) FROM object WHERE type = ?1")
            statement.bind(1, type.rawValue)
            return try statement.step() ? Int(statement.integer(0)) : 0
        }
    }

    func withConnection<Result>(
        _ body: (Connection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try use { store throws(StoreError) in try body(store.connection) }
    }

    /// Reads in one snapshot; blocks its thread while it reads, and readers of this connection wait for each other.
    ///
    /// - Parameter body: the work.
    /// - Returns: what the body gave.
    /// - Throws: `StoreError` that names the file and the cure.
    public func read<Result>(
        _ body: (StoreTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try use { store throws(StoreError) in
            store.connection.limit.begin(limit)
            // The end of the transaction is no part of it: it has to succeed.
            defer { store.connection.limit.end() }
            return try store.transaction(writing: false, body)
        }
    }

    /// The types that are stored, with how many objects each has.
    public func types() throws(StoreError) -> [(type: ResourceType, count: Int)] {
        try use { store throws(StoreError) in
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
