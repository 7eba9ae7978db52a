import Beehive

/// Why a wait of a test ended without what it waited for.
struct NeverHappened: Error, CustomStringConvertible {
    /// One line that names what did not happen.
    let description: String
}

/// Waits until a condition holds, asking again and again, with an end.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - limit: how long at most; generous, since a passing test never waits for it.
///   - condition: asked until it is true.
/// - Throws: `NeverHappened` at the end, or what the condition throws.
func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let time = SystemTime()
    let end = time.now().advanced(by: limit).ticks
    while try await !condition() {
        guard time.now().ticks < end else { throw NeverHappened(description: "\(what): not within \(limit)") }
        try await Task.sleep(for: .milliseconds(1))
    }
}
