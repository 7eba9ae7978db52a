internal import Beehive

/// How long a change is waited out before it is read, as a value: editors and copies take several steps.
struct QuietSpan {
    /// It is read once nothing has happened for so long.
    static let quiet = Duration.milliseconds(200)
    /// But not later than this after the first step.
    static let patience = Duration.seconds(2)

    private let latest: UInt64
    private var end: UInt64

    /// A change has been seen.
    init(at ticks: UInt64) {
        latest = ticks + Self.patience.nanoseconds
        end = ticks + Self.quiet.nanoseconds
    }

    /// Another step has been seen.
    mutating func changed(at ticks: UInt64) { end = min(latest, ticks + Self.quiet.nanoseconds) }

    /// How long to wait still; nil when it is over.
    func left(at ticks: UInt64) -> Duration? { ticks < end ? .nanoseconds(Int64(clamping: end - ticks)) : nil }
}
