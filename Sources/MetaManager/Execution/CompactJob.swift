internal import Beehive
public import MetaStore

/// How giving space back went, or goes.
public struct CompactReport: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable {
        /// Space is given back.
        case running
        /// Nothing is left to do.
        case done
        /// It ended early; what was given back stays so.
        case failed
    }

    /// How far it is.
    public var state = State.running
    /// Bytes before and after.
    public var progress = CompactProgress()
    /// Why it ended early.
    public var failure: String?

    /// The report of one that has just begun.
    public init() {}
}

/// Gives free space in the database back while the program runs.
public protocol CompactControl: Sendable {
    /// Begins, unless it is under way.
    ///
    /// - Returns: what is under way now.
    func start() -> CompactReport

    /// The last one; nil when there was none.
    var lastReport: CompactReport? { get }
}

/// Giving space back, done by the loop between its batches: nothing waits for it longer than for a batch.
public final class CompactJob: CompactControl {
    private let loop: MetadataLoop
    private let wake: @Sendable () -> Void
    private let report = Lock<CompactReport?>(nil)

    /// Makes a job that waits to be started.
    ///
    /// - Parameters:
    ///   - loop: owns the store.
    ///   - wake: makes the loop look up when it waits for inputs.
    public init(loop: MetadataLoop, wake: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.wake = wake
    }

    /// The last one; nil when there was none.
    public var lastReport: CompactReport? { report.withLock { $0 } }

    /// Begins, unless it is under way.
    public func start() -> CompactReport {
        let (current, isNew) = report.withLock { report in
            if let report, report.state == .running { return (report, false) }
            let new = CompactReport()
            report = new
            return (new, true)
        }
        guard isNew else { return current }
        loop.maintain { [report] store in
            do throws(StoreError) {
                let progress = try store.continueCompact(report.withLock { $0?.progress ?? CompactProgress() })
                report.withLock { report in
                    report?.progress = progress
                    if progress.isFinished { report?.state = .done }
                }
                return !progress.isFinished
            } catch {
                report.withLock { report in
                    report?.state = .failed
                    report?.failure = error.description
                }
                return false
            }
        }
        wake()
        return current
    }
}
