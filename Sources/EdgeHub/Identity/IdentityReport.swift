/// How the node's identity stands, for people.
public struct IdentityReport: Sendable, Hashable {
    /// The name in the certificate in use; nil before there is one.
    public internal(set) var commonName: String?
    /// Its last second, in milliseconds since 1970.
    public internal(set) var notAfter: Int64?
    /// When it is renewed, in milliseconds since 1970; nil when it is not.
    public internal(set) var nextRenewal: Int64?
    /// Renewals and joins of this run that came to an end.
    public internal(set) var enrollments: UInt64 = 0
    /// Those that failed.
    public internal(set) var failures: UInt64 = 0
    /// What went wrong last, until something goes right.
    public internal(set) var problem: IdentityError?

    /// A report of nothing.
    public init() {}
}
