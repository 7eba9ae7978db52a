/// How long to wait before the next try: doubling up to a longest wait, the upper half of it spread at random.
///
/// Never none at all: what is refused again and again must not become a hot loop.
struct RetryDelay: Hashable, Sendable {
    let first: Duration
    let longest: Duration
    private(set) var failures = 0

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Takes the next wait.
    ///
    /// - Parameter random: a number from 0 up to 1, which keeps a fleet from trying in step.
    /// - Returns: how long to wait.
    mutating func next(random: Double) -> Duration {
        let whole = min(longest, first * (1 << min(failures, 20)))
        failures = min(failures + 1, 1000)
        return whole * (0.5 + 0.5 * min(1, max(0, random)))
    }

    /// It worked.
    mutating func reset() { failures = 0 }
}
