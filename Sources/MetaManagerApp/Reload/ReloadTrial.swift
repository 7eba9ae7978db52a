internal import Beehive

/// The time after a change in which the daemon has to stay ready, as a value.
///
/// A check that was good before and fails for an interval ends the trial: the values before come back.
package struct ReloadTrial: Sendable {
    /// A check of readiness: its name, and what is wrong.
    package typealias Check = (name: String, problem: String?)

    /// What a look has shown.
    package enum Verdict: Sendable, Hashable {
        /// It is not over.
        case goOn
        /// The change stays.
        case passed
        /// The change has to be taken back.
        case failed(check: String, problem: String)
    }

    /// Longer than a loop that hangs takes to be noticed.
    package static let length = Duration.seconds(30)
    /// How often is looked.
    package static let interval = Duration.seconds(1)

    /// What was in force before, and is known to be good.
    package let confirmed: Configuration
    /// The keys that have changed since.
    package private(set) var keys: [String] = []
    private let good: Set<String>
    private var end: UInt64 = 0
    /// The check that failed at the last look, and when it began to.
    private var suspect: (name: String, since: UInt64)?

    /// Begins a trial.
    ///
    /// - Parameters:
    ///   - confirmed: what was in force before.
    ///   - checks: how the daemon stood then.
    package init(confirmed: Configuration, checks: [Check]) {
        self.confirmed = confirmed
        good = Set(checks.filter { $0.problem == nil }.map(\.name))
    }

    /// Something has changed: the time begins anew.
    package mutating func changed(_ more: [String], at ticks: UInt64) {
        keys += more.filter { !keys.contains($0) }
        end = ticks + Self.length.nanoseconds
    }

    /// Looks at the checks.
    package mutating func look(_ checks: [Check], at ticks: UInt64) -> Verdict {
        let failing = checks.first { good.contains($0.name) && $0.problem != nil }
        guard let failing else {
            suspect = nil
            return ticks >= end ? .passed : .goOn
        }
        guard let suspect, suspect.name == failing.name else {
            suspect = (failing.name, ticks)
            return .goOn
        }
        guard ticks >= suspect.since + Self.interval.nanoseconds else { return .goOn }
        return .failed(check: failing.name, problem: failing.problem ?? "")
    }
}
