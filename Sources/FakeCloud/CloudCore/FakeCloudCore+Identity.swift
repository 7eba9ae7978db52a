internal import Beehive
public import NodePKI

/// Certificates and the join token; only for the TLS transport.
extension FakeCloudCore {
    /// The join token, four parts; empty for the plain transport.
    public var token: String { identity?.token ?? "" }

    /// The cloud's CA, for tests that sign certificates by hand; nil for the plain transport.
    public var authority: CertificateAuthority? { identity?.authority }

    /// How long the certificates live that are signed from now on; negative gives expired ones.
    ///
    /// - Parameter lifetime: the time from the signing.
    public func setCertificateLifetime(_ lifetime: Duration) { identity?.lifetime.withLock { $0 = lifetime } }

    /// Makes a join token of this cloud.
    ///
    /// - Parameter lifetime: how long it is good for; negative gives an expired one.
    /// - Returns: the token; empty for the plain transport.
    public func makeToken(lifetime: Duration) -> String {
        identity?.authority.joinToken(expires: SystemTime().now().wall + lifetime.milliseconds) ?? ""
    }

    /// Answers each https request with a status, or serves them again.
    ///
    /// - Parameter status: the HTTP status, such as 503; nil serves.
    /// - Throws: when the cloud was stopped.
    public func refuseHTTPS(_ status: Int?) async throws { try await onLoop { $0.httpsRefusal = status } }
}
