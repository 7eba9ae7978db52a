internal import Beehive

/// Counts the objects of a large store behind its start, while the writer goes on.
///
/// It counts on a connection of its own, in a snapshot that begins between two transactions of the writer: what the writer
/// has added and removed since then stands in its own numbers.
public final class RowCount: Sendable {
    private struct State {
        var connection: Connection?
        /// What the writer had counted when the snapshot began.
        var before = 0
    }

    private let readers: StoreReaders
    private let state = Lock(State())

    /// Opens the file once more; `begin` and `finish` do the rest, and `finish` has to be called.
    ///
    /// - Parameters:
    ///   - path: the database.
    ///   - readers: what the writer knows its readers by.
    /// - Throws: `StoreError` that names the file and the cure.
    public init(path: String, beside readers: StoreReaders) throws(StoreError) {
        self.readers = readers
        try readers.enter()
        do throws(StoreError) {
            let connection = try Connection(
                path: DatabaseFile.resolved(path), readOnly: true, busyTimeout: .seconds(5))
            // Each page is needed once.
            try connection.execute("PRAGMA cache_size = -256")
            state.withLock { $0.connection = connection }
        } catch {
            readers.leave()
            throw error
        }
    }

    deinit { if state.withLock({ $0.connection != nil }) { readers.leave() } }

    /// Begins the snapshot; called by who has the writer, outside a transaction.
    ///
    /// - Parameter store: the writer.
    /// - Throws: `StoreError` that names the file and the cure.
    public func begin(on store: MetaStore) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            // A snapshot begins with the first read.
            try state.connection?.execute("BEGIN; SELECT 1 FROM state LIMIT 1")
            state.before = store.counters.rows
        }
    }

    /// Counts, and lets go of the file; blocks its thread.
    ///
    /// - Returns: what `MetaStore.take` adds to its own numbers.
    /// - Throws: `StoreError` that names the file and the cure.
    public func finish() throws(StoreError) -> Int {
        try state.withLock { state throws(StoreError) in
            guard let connection = state.connection else { return 0 }
            defer {
                state.connection = nil
                readers.leave()
            }
            return Int(try connection.integer("SELECT count(*) FROM object") ?? 0) - state.before
        }
    }
}

extension MetaStore {
    /// Takes what `RowCount` has counted, unless the rows have been counted since.
    ///
    /// - Parameter count: what it gave; nil has the rows counted now.
    /// - Throws: `StoreError` that names the file and the cure.
    public func take(_ count: Int?) throws(StoreError) {
        guard !counters.isCounted else { return }
        if let count {
            counters.rows += count
        } else {
            counters.rows = Int(try connection.integer("SELECT count(*) FROM object") ?? 0)
        }
        counters.isCounted = true
    }
}
