internal import Crypto
internal import SwiftASN1

/// A PKCS#10 request for a certificate, signed by the key it is for.
public struct CertificateRequest: Sendable, Hashable {
    /// The bytes that are sent.
    public let der: [UInt8]
    /// Who asks.
    public let subject: DistinguishedName
    /// The content of the public key's bit string.
    public let publicKey: [UInt8]
    /// The whole SubjectPublicKeyInfo.
    let publicKeyInfo: [UInt8]

    /// Makes the request of an edge node, with the subject that CloudCore expects.
    ///
    /// - Parameters:
    ///   - node: the node's name.
    ///   - key: the key that the certificate is to be for.
    /// - Throws: `PKIError` when signing fails.
    public init(node: String, key: KeyPair) throws(PKIError) {
        subject = DistinguishedName(node: node)
        publicKey = key.publicKey
        publicKeyInfo = key.publicKeyInfo
        // No attributes, but their empty set has to be there.
        der = try key.signed(
            DERWriter.sequence(DERWriter.integer([]), subject.der, publicKeyInfo, DERWriter.tagged(0, [])))
    }

    /// Reads a request and checks that the key in it has signed it.
    ///
    /// - Parameter der: the bytes received.
    /// - Throws: `PKIError` when they are no request, not for a P-256 key, or not signed by it.
    public init(der: [UInt8]) throws(PKIError) {
        let part: [UInt8]
        let signature: [UInt8]
        do throws(DERReader.Misfit) {
            let whole = try DERReader.children(DERReader.parse(der))
            guard whole.count == 3 else { throw DERReader.Misfit() }
            let fields = try DERReader.children(whole[0])
            guard fields.count >= 3, Array(whole[1].encodedBytes) == DERWriter.sequence(OID.ecdsaWithSHA256) else {
                throw DERReader.Misfit()
            }
            subject = try DistinguishedName(fields[1])
            let key = try DERReader.children(fields[2])
            guard key.count == 2 else { throw DERReader.Misfit() }
            publicKey = try DERReader.wholeBits(key[1])
            publicKeyInfo = Array(fields[2].encodedBytes)
            part = Array(whole[0].encodedBytes)
            signature = try DERReader.wholeBits(whole[2])
        } catch {
            throw PKIError(.request, "not a PKCS#10 request with an ECDSA signature over SHA-256")
        }
        let isOwn =
            (try? P256.Signing.PublicKey(derRepresentation: publicKeyInfo).isValidSignature(
                P256.Signing.ECDSASignature(derRepresentation: signature), for: part)) ?? false
        // Why a signature does not fit does not matter: unreadable and wrong are the same answer.
        guard isOwn else { throw PKIError(.request, "the request is not signed by the key in it") }
        self.der = der
    }
}
