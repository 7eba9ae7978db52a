import NIOSSL
import NodePKI
import Testing

@Suite("Key pair")
struct KeyPairTests {
    @Test("is the same after a round over PEM and DER")
    func roundTrip() throws {
        let key = KeyPair()
        #expect(key.pem.hasPrefix("-----BEGIN EC PRIVATE KEY-----\n"))
        #expect(key.pem.hasSuffix("-----END EC PRIVATE KEY-----\n"))
        #expect(try KeyPair(pem: key.pem).publicKey == key.publicKey)
        #expect(try KeyPair(der: key.der).der == key.der)
        #expect(key.publicKey.count == 65)
    }

    @Test("is read by the TLS library")
    func tls() throws {
        let key = KeyPair()
        _ = try NIOSSLPrivateKey(bytes: Array(key.pem.utf8), format: .pem)
    }

    @Test("is read from PKCS#8 and after the parameters that openssl writes")
    func otherForms() throws {
        let key = KeyPair()
        // PKCS#8 around SEC 1: version, algorithm and curve, the key in an octet string.
        let head: [UInt8] = [
            0x30, 0x81, UInt8(key.der.count + 26), 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
            0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04,
        ]
        let wrapped = head + [UInt8(key.der.count)] + key.der
        #expect(try KeyPair(pem: PEMText.block("PRIVATE KEY", wrapped)).publicKey == key.publicKey)
        let parameters = PEMText.block("EC PARAMETERS", [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07])
        #expect(try KeyPair(pem: parameters + key.pem).publicKey == key.publicKey)
    }

    @Test(
        "is refused with a cause",
        arguments: [
            ("", "no PEM block"),
            ("-----BEGIN EC PRIVATE KEY-----\n!\n-----END EC PRIVATE KEY-----", "is broken"),
            (PEMText.block("CERTIFICATE", [0x30, 0]), "no PEM block EC PRIVATE KEY or PRIVATE KEY"),
            ("-----BEGIN EC PRIVATE KEY-----\nMAA=\n", "has no end"),
            ("-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----", "is broken"),
            ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----", "is broken"),
            (PEMText.block("PRIVATE KEY", [0x30, 0]), "not a P-256 private key"),
        ])
    func refused(text: String, cause: String) {
        let error = #expect(throws: PKIError.self) { try KeyPair(pem: text) }
        #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
    }

    @Test("is read whatever the lines look like", arguments: ["\n", "\r\n", "\n  ", " \n"])
    func lines(end: String) throws {
        let key = KeyPair()
        let text = key.pem.split(separator: "\n").joined(separator: end)
        #expect(try KeyPair(pem: text).publicKey == key.publicKey)
    }

    @Test("prints nothing of itself")
    func silent() {
        let key = KeyPair()
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(text.utf8.count < 20) }
    }
}
