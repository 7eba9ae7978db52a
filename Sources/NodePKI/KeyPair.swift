internal import Crypto

/// A P-256 key pair: what the cloud and the node make for themselves.
///
/// It never prints itself.
public struct KeyPair: Sendable {
    let signing: P256.Signing.PrivateKey

    /// Makes a new pair.
    public init() { signing = P256.Signing.PrivateKey() }

    /// Reads a pair from PEM, `EC PRIVATE KEY` (SEC 1) or `PRIVATE KEY` (PKCS#8).
    ///
    /// - Parameter pem: the text; blocks of other types, such as `EC PARAMETERS`, are passed over.
    /// - Throws: `PKIError` when there is no P-256 key in it.
    public init(pem: String) throws(PKIError) {
        let blocks = try PEMText.blocks(["EC PRIVATE KEY", "PRIVATE KEY"], in: pem)
        try self.init(der: blocks[0])
    }

    /// Reads a pair from DER, SEC 1 or PKCS#8.
    ///
    /// - Parameter der: the bytes.
    /// - Throws: `PKIError` when they are no P-256 key.
    public init(der: [UInt8]) throws(PKIError) {
        do { signing = try P256.Signing.PrivateKey(derRepresentation: der) } catch {
            throw PKIError(.key, "not a P-256 private key")
        }
    }

    /// SEC 1, with the curve and the public key in it, as Go writes it.
    public var der: [UInt8] {
        DERWriter.sequence(
            DERWriter.integer([1]), DERWriter.octets(Array(signing.rawRepresentation)),
            DERWriter.tagged(0, OID.p256), DERWriter.tagged(1, DERWriter.bits(publicKey)))
    }

    /// One PEM block `EC PRIVATE KEY`.
    public var pem: String { PEMText.block("EC PRIVATE KEY", der) }

    /// The public key as a certificate's bit string holds it: an uncompressed point.
    public var publicKey: [UInt8] { Array(signing.publicKey.x963Representation) }

    /// The whole SubjectPublicKeyInfo.
    var publicKeyInfo: [UInt8] {
        DERWriter.sequence(DERWriter.sequence(OID.ellipticKey, OID.p256), DERWriter.bits(publicKey))
    }

    /// Signs a to-be-signed part and joins the three parts of a request or a certificate.
    func signed(_ part: [UInt8]) throws(PKIError) -> [UInt8] {
        let signature: [UInt8]
        do { signature = Array(try signing.signature(for: part).derRepresentation) } catch {
            throw PKIError(.key, "signing failed")
        }
        return DERWriter.sequence(part, DERWriter.sequence(OID.ecdsaWithSHA256), DERWriter.bits(signature))
    }
}

extension KeyPair: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the key.
    public var description: String { "<key pair>" }
    /// Never the key.
    public var debugDescription: String { description }
    /// Never the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
