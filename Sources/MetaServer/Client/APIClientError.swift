/// Why the daemon gave no answer.
public struct APIClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What callers tell apart.
    public enum Code: Sendable, Hashable {
        /// Nobody listens on the socket, or it may not be opened.
        case unreachable
        /// The connection broke, or the answer took too long.
        case broken
        /// What came is no answer of this API.
        case malformed
    }

    /// What callers tell apart.
    public let code: Code
    /// One line that names the socket, the cause and the cure.
    public let description: String
}
