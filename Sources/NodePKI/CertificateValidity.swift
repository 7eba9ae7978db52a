/// From when to when a certificate holds, in milliseconds since 1970; certificates keep whole seconds.
public struct CertificateValidity: Sendable, Hashable {
    /// The first instant.
    public var notBefore: Int64
    /// The last second.
    public var notAfter: Int64

    /// Makes an interval, also one that is over or to come.
    ///
    /// - Parameters:
    ///   - notBefore: the first instant.
    ///   - notAfter: the last second.
    public init(notBefore: Int64, notAfter: Int64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Makes an interval from a start and a number of days.
    ///
    /// - Parameters:
    ///   - notBefore: the first instant.
    ///   - days: how long.
    public init(from notBefore: Int64, days: Int64) {
        self.init(notBefore: notBefore, notAfter: notBefore + days * 86_400_000)
    }
}

/// What a certificate may be used for.
public enum CertificateUsage: Sendable, Hashable {
    /// Being a TLS server.
    case server
    /// Being a TLS client.
    case client

    var oid: [UInt8] {
        switch self {
        case .server: OID.serverUsage
        case .client: OID.clientUsage
        }
    }
}
