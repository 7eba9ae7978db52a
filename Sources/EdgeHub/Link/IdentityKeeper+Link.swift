public import NIOSSL

extension IdentityKeeper: LinkIdentity {
    /// TLS with the certificate as it is now.
    ///
    /// - Returns: a context for one connection.
    /// - Throws: `IdentityError`, or what the library says of the certificate.
    public func makeContext() async throws -> NIOSSLContext {
        try NIOSSLContext(configuration: try await identity().makeTLSConfiguration())
    }
}
