import Crypto
import CryptoExtras
import Testing

@testable import NodePKI

struct VerificationKeyTests {
    @Test func `RSA keys are read in both forms, and not below 2048 bits`() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let one = try VerificationKey(der: Array(key.publicKey.derRepresentation))
        let other = try VerificationKey.keys(pem: key.publicKey.pkcs1PEMRepresentation)
        #expect(one.identifier == other.first?.identifier)
        #expect(one.fits(.rs256) && one.fits(.ps256) && !one.fits(.es256))
        let short = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024))
        #expect(throws: PKIError.self) { try VerificationKey(der: Array(short.publicKey.derRepresentation)) }
    }

    @Test func `a private key, a request, random bytes are no keys`() throws {
        for der in [
            [], [0x30, 0], [UInt8](repeating: 7, count: 300), KeyPair().der,
            try CertificateRequest(node: "a", key: KeyPair()).der,
        ] {
            #expect(throws: PKIError.self) { try VerificationKey(der: der) }
        }
    }

    @Test func `a key's name is Kubernetes' own`() throws {
        let key = P256.Signing.PrivateKey().publicKey
        let name = Base64.url.encode(Array(SHA256.hash(data: key.derRepresentation)))
        #expect(try VerificationKey(der: Array(key.derRepresentation)).identifier == name)
    }

    @Test func `a token's text has one form`() {
        #expect(Base64.url.decode("AA") == [0])
        #expect(Base64.url.decode("AB") == nil)
        #expect(Base64.url.decode("AAA") == [0, 0])
        #expect(Base64.url.decode("AAB") == nil)
        #expect(Base64.url.decode("AA=") == nil)
        #expect(Base64.url.decode("A+A") == nil)
        #expect(Base64.standard.decode("AB==") == [0])
    }
}
