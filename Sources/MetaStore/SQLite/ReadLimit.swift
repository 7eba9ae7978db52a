internal import Beehive

/// How long a read may last.
///
/// SQLite asks while a statement runs, on the thread that runs it; between statements each step asks.
final class ReadLimit {
    private var deadline: UInt64?

    func begin(_ limit: Duration) { deadline = SystemTime.ticks() &+ limit.nanoseconds }

    func end() { deadline = nil }

    func isOver(at ticks: UInt64) -> Bool {
        guard let deadline else { return false }
        return ticks > deadline
    }

    /// What SQLite hands back when it asks; the connection holds this object for as long as it lives.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func isOver(_ context: UnsafeMutableRawPointer) -> Bool {
        Unmanaged<ReadLimit>.fromOpaque(context).takeUnretainedValue().isOver(at: SystemTime.ticks())
    }

    func error(_ path: String) -> StoreError {
        StoreError(
            .tookTooLong,
            "database \(path): the read took too long, and would have kept the log from being cut; ask for less at a time"
        )
    }
}
