internal import Beehive

/// When a certificate is renewed, and when a failed renewal is tried again: a value without clock or randomness.
struct RenewalPlan: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        /// Look again after this, by the clock as it stands then.
        case wait(Duration)
        case renew
        /// The certificate is of no use any more: join anew with the token.
        case join
    }

    /// No wait is longer, so that a machine that slept or a clock that was set is noticed.
    static let longestWait = Duration.seconds(600)
    /// Waits of 2, 4, 8, 16, 32 s, then 32 s for ever.
    static let steps = 5

    let notBefore: Int64
    let notAfter: Int64
    /// The wall time of the renewal, in milliseconds since 1970.
    let renewAt: Int64
    /// Failed tries in a row.
    private(set) var failures = 0
    /// Monotonic nanoseconds before which nothing is tried, whatever the wall clock says.
    private var gate: UInt64 = 0

    /// Spreads a fleet over 70 to 90 % of the life, by a number from 0 up to 1.
    ///
    /// The pace of the plan before is kept when this certificate is due at once too: a clock far ahead, or lives of
    /// seconds, must not lead to a renewal without a pause.
    init(
        notBefore: Int64, notAfter: Int64, random: Double, after previous: RenewalPlan? = nil,
        now: Moment
    ) {
        self.notBefore = notBefore
        self.notAfter = notAfter
        let life = Double(max(0, notAfter.subtractingReportingOverflow(notBefore).partialValue))
        renewAt = notBefore + Int64((life * (0.7 + 0.2 * min(1, max(0, random)))).rounded())
        guard let previous else { return }
        gate = previous.gate
        if now.wall >= renewAt {
            failures = previous.failures
            failed(at: now, random: random)
        } else {
            delay(from: now, by: .seconds(2))
        }
    }

    /// What to do now; `canJoin` tells whether there is a token to join anew with.
    func next(now: Moment, canJoin: Bool) -> Step {
        if now.ticks < gate { return .wait(min(.nanoseconds(Int64(clamping: gate - now.ticks)), Self.longestWait)) }
        // Before its time (the clock was set back, or has not been set yet) nothing that verifies dates can work.
        if now.wall < notBefore - Identity.clockTolerance { return wait(from: now.wall, until: notBefore) }
        if now.wall < renewAt { return wait(from: now.wall, until: renewAt) }
        return now.wall > notAfter && canJoin ? .join : .renew
    }

    private func wait(from now: Int64, until then: Int64) -> Step {
        let (distance, overflow) = then.subtractingReportingOverflow(now)
        return .wait(overflow ? Self.longestWait : min(.milliseconds(max(1, distance)), Self.longestWait))
    }

    /// A try has failed; `random`, from 0 up to 1, is the jitter of up to 10 % more.
    mutating func failed(at now: Moment, random: Double) {
        failures += 1
        let seconds = 1 << min(failures, Self.steps)
        delay(from: now, by: .seconds(seconds) * (1 + 0.1 * min(1, max(0, random))))
    }

    private mutating func delay(from now: Moment, by duration: Duration) {
        gate = max(gate, now.advanced(by: duration).ticks)
    }
}
