internal import Beehive

/// The readers beside a writer, which are closed while it opens its file anew.
///
/// SQLite reads a log anew, from its first byte, only when nobody in the process has the file open.
public final class StoreReaders: Sendable {
    private struct Entry {
        weak var reader: StoreReader?
    }

    private struct State {
        var isClosed = false
        var entries: [Entry] = []
    }

    private let state = Lock(State())

    init() {}

    /// True while nobody may open the file.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func add(_ reader: StoreReader) {
        state.withLock { state in
            state.entries.removeAll { $0.reader == nil }
            state.entries.append(Entry(reader: reader))
        }
    }

    /// Does something while every reader is closed; each opens the file again when it is next asked.
    func whileClosed<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        let readers = state.withLock { state in
            state.isClosed = true
            return state.entries.compactMap(\.reader)
        }
        defer {
            state.withLock { $0.isClosed = false }
            state.broadcast()
        }
        for reader in readers { reader.close() }
        return try body()
    }

    /// Blocks the calling thread while the writer opens its file, ten seconds at most.
    func waitUntilOpen() -> Bool {
        let end = SystemTime().now().advanced(by: .seconds(10)).ticks
        return state.wait(deadline: end) { $0.isClosed ? nil : true } ?? false
    }
}
