internal import Beehive

/// The write-ahead log's bound.
///
/// A commit past 2,000 pages of log moves it into the file and begins it anew, if no reader needs it. A reader that stays
/// in one snapshot keeps every page of the log that came after: SQLite knows no way around it. Readers of this program
/// end by themselves (`StoreReader`); a foreign one, such as a forgotten `sqlite3`, can only be named.
extension MetaStore {
    /// Above this the log is cut as soon as readers allow: what it is cut to after a large transaction as well.
    private static var quietLimit: Int { 16 << 20 }

    /// How long a cut waits for readers and writers.
    private static var cutWait: Duration { .milliseconds(100) }

    /// Cuts the log when it is large; notes since when it has been over its limit, and who reads.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `StoreError` that names the file and the cure.
    func boundLog(now: Int64) throws(StoreError) {
        let log = path + "-wal"
        if DatabaseFile.size(log) > min(Self.quietLimit, logLimit) {
            // Also moves what can be moved, when it cannot begin anew.
            do throws(StoreError) {
                try connection.waiting(atMost: Self.cutWait) { () throws(StoreError) in
                    _ = try connection.text("PRAGMA wal_checkpoint(TRUNCATE)")
                }
            } catch {
                note(error)
                throw error
            }
        }
        guard DatabaseFile.size(log) > logLimit else {
            upkeep.overLimit = nil
            return
        }
        upkeep.overLimit = (upkeep.overLimit?.since ?? now, LogReaders.find(path + "-shm"))
    }

    /// What is wrong with the log, and how to cure it; nil when nothing is.
    func logProblem(now: Int64) -> String? {
        guard let over = upkeep.overLimit else { return nil }
        let size = DatabaseFile.size(path + "-wal") >> 20
        let time = max(0, now - over.since) / 1000
        let who =
            over.readers.isEmpty
            ? "a reader keeps it" : "it is read by \(over.readers.joined(separator: ", "))"
        return
            "the log \(path)-wal has grown to \(size) MiB, and has been over \(logLimit >> 20) MiB for \(time) s: \(who); "
            + "end the reader's transaction, and the log shrinks by itself"
    }
}
