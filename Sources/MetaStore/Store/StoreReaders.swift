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
        /// Connections that cannot be closed from here: a long list, or a backup, is being read.
        var guests = 0
        /// True when a reader has met damage that nobody has looked into yet.
        var hasMetDamage = false
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
    ///
    /// - Throws: `StoreError` also when a guest has the file open: to be tried again later.
    func whileClosed<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        let readers = try state.withLock { state throws(StoreError) in
            guard state.guests == 0 else {
                throw StoreError(.locked, "a long list or a backup is being read; the database is opened anew after it")
            }
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

    /// Counts a connection in that cannot be closed from here; `leave` counts it out.
    func enter() throws(StoreError) {
        let isIn = state.withLock { state in
            if !state.isClosed { state.guests += 1 }
            return !state.isClosed
        }
        guard isIn else { throw StoreError(.locked, "the database is being opened anew; try again") }
    }

    func leave() { state.withLock { $0.guests -= 1 } }

    func noteDamage() { state.withLock { $0.hasMetDamage = true } }

    /// True once after a reader has met damage in the file.
    public func takeDamage() -> Bool {
        state.withLock { state in
            defer { state.hasMetDamage = false }
            return state.hasMetDamage
        }
    }

    /// Blocks the calling thread while the writer opens its file, ten seconds at most.
    func waitUntilOpen() -> Bool {
        let end = SystemTime().now().advanced(by: .seconds(10)).ticks
        return state.wait(deadline: end) { $0.isClosed ? nil : true } ?? false
    }
}
