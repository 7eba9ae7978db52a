/// Why the module socket cannot be served.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the socket, the cause and the cure.
    public let description: String
}
