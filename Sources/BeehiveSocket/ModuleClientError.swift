/// Why a module's client failed.
public struct ModuleClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Hashable, Sendable {
        /// Nobody serves the socket.
        case unreachable
        /// The attach was refused.
        case refused
        /// No answer came in time.
        case timeout
        /// The connection is closed.
        case closed
        /// The message does not fit into a frame.
        case tooLarge
    }

    /// The kind of failure.
    public let code: Code
    /// One line that names what failed and why.
    public let description: String
}
