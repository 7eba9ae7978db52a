internal import Crypto
internal import CryptoExtras

/// A public key that signatures of tokens are checked with: RSA, or one of the three NIST curves.
public struct VerificationKey: Sendable {
    /// How a token is signed, by its name in the token's head; what is not here (`none`, `HS256`) is never accepted.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// RSA with PKCS #1 padding, SHA-256.
        case rs256 = "RS256"
        /// RSA with PKCS #1 padding, SHA-384.
        case rs384 = "RS384"
        /// RSA with PKCS #1 padding, SHA-512.
        case rs512 = "RS512"
        /// RSA with PSS padding, SHA-256.
        case ps256 = "PS256"
        /// ECDSA on P-256, SHA-256.
        case es256 = "ES256"
        /// ECDSA on P-384, SHA-384.
        case es384 = "ES384"
        /// ECDSA on P-521, SHA-512.
        case es512 = "ES512"
    }

    private enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
    }

    private let key: Key
    /// The name that Kubernetes gives the key in a token's head (`kid`): SHA-256 over the key's SubjectPublicKeyInfo.
    public let identifier: String

    /// Reads a key.
    ///
    /// - Parameter der: a SubjectPublicKeyInfo, a PKCS#1 public key, or a certificate.
    /// - Throws: `PKIError` when it is none of them, or an RSA key of less than 2048 bits.
    public init(der: [UInt8]) throws(PKIError) {
        let bytes = (try? CertificateFacts(der: der))?.publicKeyInfo ?? der
        let info: [UInt8]
        if let found = try? P256.Signing.PublicKey(derRepresentation: bytes) {
            (key, info) = (.p256(found), Array(found.derRepresentation))
        } else if let found = try? P384.Signing.PublicKey(derRepresentation: bytes) {
            (key, info) = (.p384(found), Array(found.derRepresentation))
        } else if let found = try? P521.Signing.PublicKey(derRepresentation: bytes) {
            (key, info) = (.p521(found), Array(found.derRepresentation))
        } else if let found = try? _RSA.Signing.PublicKey(derRepresentation: bytes) {
            (key, info) = (.rsa(found), Array(found.derRepresentation))
        } else {
            throw PKIError(.key, "not a public key: RSA of 2048 bits or more, P-256, P-384 and P-521 can be used")
        }
        identifier = Base64.url.encode(Array(SHA256.hash(data: info)))
    }

    /// Reads every key of a PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`.
    ///
    /// - Parameter pem: the text.
    /// - Returns: the keys, in order; at least one.
    /// - Throws: `PKIError` when there is none, or one cannot be used.
    public static func keys(pem: String) throws(PKIError) -> [VerificationKey] {
        var keys: [VerificationKey] = []
        for block in try PEMText.blocks(["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"], in: pem) {
            keys.append(try VerificationKey(der: block))
        }
        return keys
    }

    /// Whether a key of this kind can sign in this way: a key is never used for another algorithm than its own.
    ///
    /// - Parameter algorithm: how a token says it is signed.
    /// - Returns: true when they fit.
    public func fits(_ algorithm: Algorithm) -> Bool {
        switch (key, algorithm) {
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256): true
        case (.p256, .es256), (.p384, .es384), (.p521, .es512): true
        default: false
        }
    }

    /// Checks a signature.
    ///
    /// - Parameters:
    ///   - signature: as tokens hold it: RSA's number, or the two numbers of a curve side by side.
    ///   - message: what was signed.
    ///   - algorithm: how.
    /// - Returns: true when this key's owner has signed exactly this message.
    public func verifies(_ signature: [UInt8], of message: [UInt8], _ algorithm: Algorithm) -> Bool {
        switch (key, algorithm) {
        case (.rsa(let key), .rs256):
            key.isValidSignature(
                .init(rawRepresentation: signature), for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        case (.rsa(let key), .rs384):
            key.isValidSignature(
                .init(rawRepresentation: signature), for: SHA384.hash(data: message), padding: .insecurePKCS1v1_5)
        case (.rsa(let key), .rs512):
            key.isValidSignature(
                .init(rawRepresentation: signature), for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5)
        case (.rsa(let key), .ps256):
            key.isValidSignature(.init(rawRepresentation: signature), for: SHA256.hash(data: message), padding: .PSS)
        case (.p256(let key), .es256):
            (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map {
                key.isValidSignature($0, for: SHA256.hash(data: message))
            } ?? false
        case (.p384(let key), .es384):
            (try? P384.Signing.ECDSASignature(rawRepresentation: signature)).map {
                key.isValidSignature($0, for: SHA384.hash(data: message))
            } ?? false
        case (.p521(let key), .es512):
            (try? P521.Signing.ECDSASignature(rawRepresentation: signature)).map {
                key.isValidSignature($0, for: SHA512.hash(data: message))
            } ?? false
        default: false
        }
    }
}
