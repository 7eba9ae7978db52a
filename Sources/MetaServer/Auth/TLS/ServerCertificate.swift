internal import NIOSSL
internal import NodePKI

/// What the API shows its clients, and when that has to change.
struct ServerCertificate: Sendable {
    /// For each new connection.
    let context: NIOSSLContext
    /// In milliseconds since 1970.
    let notBefore: Int64
    /// The last second, in milliseconds since 1970.
    let notAfter: Int64

    init(chain: [UInt8], key: [UInt8], facts: CertificateFacts) throws {
        let certificates = try NIOSSLCertificate.fromPEMBytes(chain)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: configuration)
        (notBefore, notAfter) = (facts.notBefore, facts.notAfter)
    }

    /// When a certificate is replaced: after 70 to 90 % of its life.
    ///
    /// The share is from 0 to 1: random, so that nodes which were started together do not do it together.
    static func renewal(notBefore: Int64, notAfter: Int64, share: Double) -> Int64 {
        notBefore + Int64(Double(notAfter - notBefore) * (0.7 + 0.2 * share))
    }
}
