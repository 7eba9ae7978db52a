/// Why a connection did not come to be, or ended: one line for people, and a code to count by.
public struct LinkFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble; the raw values stand in reports.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// No usable certificate, or no way to get one.
        case identity
        /// The host's name does not resolve.
        case name
        /// Nobody listens, or no way leads there.
        case unreachable
        /// Connecting, TLS or the upgrade took longer than the handshake's deadline.
        case handshakeTimeout = "handshake-timeout"
        /// The server's certificate is not one to trust.
        case untrustedServer = "untrusted-server"
        /// The server does not take our certificate.
        case rejectedCertificate = "rejected-certificate"
        /// TLS failed in another way.
        case tls
        /// The server answered the upgrade with something else.
        case upgradeRefused = "upgrade-refused"
        /// What came is no websocket.
        case notWebSocket = "not-websocket"
        /// The cloud closed the connection.
        case closed
        /// Two pings in a row have had no pong.
        case silent
        /// What was written did not leave within the write deadline.
        case writeDeadline = "write-deadline"
        /// The connection broke.
        case broken
        /// Ended by this side, to connect with a new certificate.
        case renewed
        /// Ended by this side, which stops.
        case stopped
    }

    /// What kind of trouble.
    public let code: Code
    /// The thing, the cause, and what can be done.
    public let description: String

    /// Makes a fault.
    ///
    /// - Parameters:
    ///   - code: what kind of trouble.
    ///   - description: one line for people.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// True if this side ended the connection for a reason of its own: no trouble at all.
    public var isOwnWish: Bool { code == .renewed || code == .stopped }
}
