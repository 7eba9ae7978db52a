/// Why the node has no identity, or could not get a new one: one line with the thing, the cause and the cure.
///
/// It never holds a token, a key, or what a peer said of them.
public struct IdentityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble it is.
    public enum Code: Sendable, Hashable {
        /// There are no certificates, and nothing to get them with.
        case missing
        /// Files are there and cannot be used.
        case files
        /// The certificate's time is over.
        case expired
        /// The certificate's time has not come, or the clock is wrong.
        case notYetValid
        /// The settings cannot work: the token's form, the address.
        case settings
        /// The cloud's authority is not the one that the token names.
        case authority
        /// The cloud cannot be reached.
        case unreachable
        /// TLS with the cloud did not come to be.
        case tls
        /// The cloud answered with something else than success.
        case refused
        /// The cloud's answer cannot be used.
        case answer
        /// The files cannot be written.
        case storage
        /// The caller gave up.
        case cancelled
    }

    /// What kind of trouble it is.
    public let code: Code
    /// The thing, the cause and the cure.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    static let cancelled = IdentityError(.cancelled, "getting the node's certificate was cancelled")
}
