internal import Beehive
public import MetaStore

/// A change of the data key, done by the loop between its batches: nothing waits for it longer than for a batch.
public final class RekeyJob: RekeyControl {
    private let loop: MetadataLoop
    private let wake: @Sendable () -> Void
    private let now: @Sendable () -> Int64
    private let report = Lock<RekeyReport?>(nil)

    /// Makes a job that waits to be started.
    ///
    /// - Parameters:
    ///   - loop: owns the store.
    ///   - wake: makes the loop look up when it waits for inputs.
    ///   - now: milliseconds since 1970.
    public init(
        loop: MetadataLoop, wake: @escaping @Sendable () -> Void, now: @escaping @Sendable () -> Int64
    ) {
        self.loop = loop
        self.wake = wake
        self.now = now
    }

    /// The last change; nil when there was none.
    public var lastReport: RekeyReport? { report.withLock { $0 } }

    /// Begins a change, unless one is under way.
    public func start(newKey: KeySource?) -> RekeyReport {
        run { [now] store throws(StoreError) in try store.beginRekey(newKey: newKey, now: now()) }
    }

    /// Goes on with a change that the end of an earlier process interrupted.
    public func resume() {
        _ = run { _ in }
    }

    private func run(
        _ begin: @escaping @Sendable (MetaStore) throws(StoreError) -> Void
    ) -> RekeyReport {
        let (current, isNew) = report.withLock { report in
            if let report, report.state == .running { return (report, false) }
            let new = RekeyReport()
            report = new
            return (new, true)
        }
        guard isNew else { return current }
        let hasBegun = Lock(false)
        loop.maintain { [report] store in
            do throws(StoreError) {
                if !hasBegun.withLock({ $0 }) {
                    try begin(store)
                    hasBegun.withLock { $0 = true }
                    return true
                }
                let progress = try store.continueRekey()
                report.withLock { report in
                    report?.progress = progress
                    if progress.isFinished { report?.state = .done }
                }
                // What the log still holds of the old keys goes; a reader that is in the way puts it off.
                if progress.isFinished { try? store.checkpoint() }
                return !progress.isFinished
            } catch {
                report.withLock { report in
                    report?.state = .failed
                    report?.problem = error.description
                }
                return false
            }
        }
        wake()
        return current
    }
}
