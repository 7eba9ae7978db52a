internal import Beehive

/// One snapshot that is read from again and again, on a connection of its own.
///
/// While it is open the write-ahead log cannot begin anew: whoever has one gives it a time.
public final class StoreSnapshot: Sendable {
    private struct State {
        /// Nil once it is closed.
        var store: MetaStore?
    }

    private let state: Lock<State>
    private let writer: StoreReaders?
    private let limit: Duration

    init(path: String, sealing: Sealing?, writer: StoreReaders?, limit: Duration) throws(StoreError) {
        try writer?.enter()
        do throws(StoreError) {
            let store = try MetaStore(reading: path, sealing: sealing)
            store.connection.obeyLimit()
            try store.beginReading()
            state = Lock(State(store: store))
        } catch {
            writer?.leave()
            throw error
        }
        self.writer = writer
        self.limit = limit
    }

    deinit { close() }

    /// Reads; blocks its thread while it does.
    ///
    /// - Parameter body: the work.
    /// - Returns: what the body gave.
    /// - Throws: `StoreError` that names the file and the cure.
    public func read<Result>(
        _ body: (StoreTransaction) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try state.withLock { state throws(StoreError) in
            guard let store = state.store else { throw StoreError(.locked, "the snapshot is closed; ask anew") }
            store.connection.limit.begin(limit)
            defer { store.connection.limit.end() }
            return try body(StoreTransaction(store: store))
        }
    }

    /// Lets go of the snapshot and its connection.
    public func close() {
        let store = state.withLock { state in
            defer { state.store = nil }
            return state.store
        }
        guard let store else { return }
        store.endReading()
        writer?.leave()
    }
}

extension StoreReader {
    /// A snapshot of what is stored now, to be read step by step.
    ///
    /// - Returns: the snapshot.
    /// - Throws: `StoreError` that names the file and the cure.
    public func snapshot() throws(StoreError) -> StoreSnapshot {
        try StoreSnapshot(path: path, sealing: sealing, writer: writer, limit: limit)
    }
}
