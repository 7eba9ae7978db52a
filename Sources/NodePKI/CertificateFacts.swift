internal import SwiftASN1

/// What a certificate says, whatever kind of key it is for.
///
/// Nothing is verified here: that is the work of TLS.
public struct CertificateFacts: Sendable, Hashable {
    /// Who it is for.
    public let subject: DistinguishedName
    /// Who signed it.
    public let issuer: DistinguishedName
    /// The first millisecond since 1970 at which it is valid.
    public let notBefore: Int64
    /// The last second at which it is valid, in milliseconds since 1970.
    public let notAfter: Int64
    /// The content of the public key's bit string: a point, or the two numbers of RSA in DER.
    public let publicKey: [UInt8]
    /// The whole SubjectPublicKeyInfo: which kind of key it is, and the key.
    public let publicKeyInfo: [UInt8]
    /// The certificate itself.
    public let der: [UInt8]

    /// Reads a certificate.
    ///
    /// - Parameter der: its bytes.
    /// - Throws: `PKIError` when they are none.
    public init(der: [UInt8]) throws(PKIError) {
        do throws(DERReader.Misfit) {
            let whole = try DERReader.children(DERReader.parse(der))
            guard whole.count == 3 else { throw DERReader.Misfit() }
            var parts = try DERReader.children(whole[0])[...]
            if parts.first?.identifier == DERReader.context(0) { parts.removeFirst() }
            guard parts.count >= 6 else { throw DERReader.Misfit() }
            let fields = Array(parts)
            issuer = try DistinguishedName(fields[2])
            let times = try DERReader.children(fields[3])
            guard times.count == 2 else { throw DERReader.Misfit() }
            notBefore = try CertificateTime.decoded(times[0])
            notAfter = try CertificateTime.decoded(times[1])
            subject = try DistinguishedName(fields[4])
            let key = try DERReader.children(fields[5])
            guard key.count == 2 else { throw DERReader.Misfit() }
            publicKey = try DERReader.wholeBits(key[1])
            publicKeyInfo = Array(fields[5].encodedBytes)
            self.der = der
        } catch {
            throw PKIError(.certificate, "not a certificate")
        }
    }

    /// Reads the first certificate of a PEM text, which in a chain is the holder's own.
    ///
    /// - Parameter pem: the text.
    /// - Throws: `PKIError` when there is none in it.
    public init(pem: String) throws(PKIError) {
        try self.init(der: PEMText.blocks(["CERTIFICATE"], in: pem)[0])
    }

    /// One PEM block `CERTIFICATE`.
    public var pem: String { PEMText.block("CERTIFICATE", der) }
}
