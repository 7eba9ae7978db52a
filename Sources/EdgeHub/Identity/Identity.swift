internal import Beehive
internal import NIOCore
internal import NIOSSL
internal import NodePKI

/// Who the node is to the cloud: its certificate, its key, and the authority that both sides trust.
public struct Identity: Sendable {
    /// PEM of the authority.
    let authority: [UInt8]
    /// PEM of the certificate, with intermediate ones behind it if there are any.
    let chain: [UInt8]
    /// PEM of the key.
    let key: [UInt8]
    /// What the certificate says.
    let facts: CertificateFacts

    /// Clocks of node and cloud may differ by this before a certificate counts as one of the future, in milliseconds.
    static let clockTolerance: Int64 = 3_600_000

    /// The first instant at which the certificate is valid, in milliseconds since 1970.
    public var notBefore: Int64 { facts.notBefore }
    /// The last second at which it is valid, in milliseconds since 1970.
    public var notAfter: Int64 { facts.notAfter }
    /// The name it is for, `system:node:<node>` if CloudCore made it.
    public var commonName: String { facts.subject.commonName }

    /// Settings of TLS that show this certificate and trust the authority alone.
    func makeTLSConfiguration() throws -> TLSConfiguration {
        var tls = try Self.makeTLSConfiguration(trusting: authority)
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(chain).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        return tls
    }

    /// Settings without a certificate of one's own: with one, the cloud does not look at the token.
    static func makeTLSConfiguration(trusting authority: [UInt8]) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        // A peer that does not answer is not waited for.
        tls.shutdownTimeout = .seconds(1)
        return tls
    }

    /// What is wrong with the dates, if anything.
    func problem(now: Int64) -> IdentityError? {
        if now > notAfter {
            return IdentityError(
                .expired, "the certificate of \(commonName) expired at \(KubernetesTimestamp.text(notAfter))")
        }
        if now < notBefore - Self.clockTolerance {
            return IdentityError(
                .notYetValid,
                "the certificate of \(commonName) is not valid before \(KubernetesTimestamp.text(notBefore)), and it is "
                    + "\(KubernetesTimestamp.text(now)) here: set the node's clock")
        }
        return nil
    }
}

extension Identity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name and the end, never the key.
    public var description: String { "<identity \(commonName) until \(KubernetesTimestamp.text(notAfter))>" }
    /// The name and the end, never the key.
    public var debugDescription: String { description }
    /// The name and the end, never the key.
    public var customMirror: Mirror { Mirror(self, children: ["commonName": commonName, "notAfter": notAfter]) }
}
