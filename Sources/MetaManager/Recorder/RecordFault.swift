/// Why a flight record cannot be read.
public struct RecordFault: Error, Sendable, CustomStringConvertible {
    /// One line that names the place and the cause.
    public let description: String

    init(_ description: String) { self.description = description }
}
