/// A property that an input has shown to be broken.
public struct FuzzFinding: Error, Sendable, CustomStringConvertible {
    /// What should hold, and did not.
    public let description: String

    /// Makes a finding.
    ///
    /// - Parameter description: what should hold, and did not.
    public init(_ description: String) { self.description = description }
}

/// States a property.
///
/// - Parameters:
///   - holds: whether it holds.
///   - property: what should hold.
/// - Throws: `FuzzFinding` when it does not.
func expect(_ holds: Bool, _ property: @autoclosure () -> String) throws {
    guard holds else { throw FuzzFinding(property()) }
}
