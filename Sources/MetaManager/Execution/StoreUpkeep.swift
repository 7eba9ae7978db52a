internal import Beehive
public import MetaStore

/// What keeps the store small, done by the loop between its batches.
public final class StoreUpkeep: Sendable {
    /// The bounds of the store.
    public struct Settings: Sendable, Hashable {
        /// What rows may take that are merely cached, in bytes.
        public var cacheBudget: Int64 = 256 << 20
        /// How many lines the change feed keeps.
        public var feedWindow: Int64 = 10_000
        /// How old a line may become.
        public var feedAge = Duration.seconds(3600)

        /// The usual bounds.
        public init() {}
    }

    /// How it went the last time.
    public struct Report: Sendable, Hashable {
        /// How large the store's parts are.
        public var figures = StoreFigures()
        /// Why it could not be done; nil when it could.
        public var failure: String?

        /// One line for each thing that is wrong.
        public var problems: [String] { [figures.logProblem, failure].compactMap(\.self) }

        /// Nothing done yet.
        public init() {}
    }

    private struct State {
        var settings: Settings
        var report: Report?
        var isWaiting = false
    }

    private let loop: MetadataLoop
    private let wake: @Sendable () -> Void
    private let now: @Sendable () -> Int64
    private let state: Lock<State>

    /// Makes it; `tick` has it done.
    ///
    /// - Parameters:
    ///   - loop: owns the store.
    ///   - settings: the bounds.
    ///   - wake: makes the loop look up when it waits for inputs.
    ///   - now: milliseconds since 1970.
    public init(
        loop: MetadataLoop, settings: Settings, wake: @escaping @Sendable () -> Void,
        now: @escaping @Sendable () -> Int64
    ) {
        self.loop = loop
        self.wake = wake
        self.now = now
        state = Lock(State(settings: settings))
    }

    /// How it went the last time; nil before that.
    public var report: Report? { state.withLock { $0.report } }

    /// Changes the bounds; the next time holds them.
    ///
    /// - Parameter settings: the bounds from now on.
    public func set(_ settings: Settings) { state.withLock { $0.settings = settings } }

    /// Has it done once, unless an earlier time is not through.
    public func tick() {
        let isNew = state.withLock { state in
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        guard isNew else { return }
        loop.maintain { [state, now] store in
            let settings = state.withLock { $0.settings }
            store.cacheBudget = settings.cacheBudget
            store.feedWindow = settings.feedWindow
            store.feedAge = settings.feedAge.milliseconds
            var report = Report()
            do throws(StoreError) {
                if try store.keepUp(now: now()) { return true }
            } catch {
                report.failure = error.description
            }
            do throws(StoreError) {
                report.figures = try store.figures(now: now())
            } catch {
                report.failure = report.failure ?? error.description
            }
            state.withLock { state in
                state.report = report
                state.isWaiting = false
            }
            return false
        }
        wake()
    }
}
