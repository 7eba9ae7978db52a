import NIOSSL
import NodePKI
import Testing

@Suite("Certificates")
struct CertificateTests {
    // 2026-11-21T00:00:00Z
    static let now: Int64 = 1_795_219_200_000
    static let year = CertificateValidity(from: now, days: 365)

    @Test("a request says who asks, and with which key")
    func request() throws {
        let key = KeyPair()
        let request = try CertificateRequest(node: "edge-1", key: key)
        let read = try CertificateRequest(der: request.der)
        #expect(read == request)
        #expect(read.subject.commonName == "system:node:edge-1")
        #expect(read.subject.organizations == ["system:nodes"])
        #expect(read.subject.description == "C=CN, O=system:nodes, L=Hangzhou, ST=Zhejiang, CN=system:node:edge-1")
        #expect(read.publicKey == key.publicKey)
    }

    @Test("a request with any bit turned is refused")
    func turned() throws {
        let request = try CertificateRequest(node: "edge-1", key: KeyPair()).der
        for at in request.indices {
            var bytes = request
            bytes[at] ^= 0x01
            #expect(throws: PKIError.self, "byte \(at)") { try CertificateRequest(der: bytes) }
        }
        for count in request.indices {
            #expect(throws: PKIError.self) { try CertificateRequest(der: Array(request.prefix(count))) }
        }
    }

    @Test("an authority is its own issuer and lives on over PEM")
    func authority() throws {
        let authority = try CertificateAuthority(validity: Self.year)
        #expect(authority.facts.subject == authority.facts.issuer)
        #expect(authority.facts.publicKey == authority.key.publicKey)
        let again = try CertificateAuthority(pem: authority.pem, key: try KeyPair(pem: authority.key.pem))
        #expect(again.der == authority.der)
        #expect(again.hash == authority.hash)
        #expect(throws: PKIError.self) { try CertificateAuthority(pem: authority.pem, key: KeyPair()) }
    }

    @Test("a client certificate takes over CN, O and key of its request")
    func client() throws {
        let authority = try CertificateAuthority(validity: Self.year)
        let key = KeyPair()
        let facts = try authority.clientCertificate(
            for: CertificateRequest(node: "edge-1", key: key),
            validity: CertificateValidity(notBefore: Self.now, notAfter: Self.now + 90_000))
        #expect(facts.subject.description == "O=system:nodes, CN=system:node:edge-1")
        #expect(facts.issuer == authority.facts.subject)
        #expect(facts.publicKey == key.publicKey)
        #expect(facts.notBefore == Self.now)
        #expect(facts.notAfter == Self.now + 90_000)
        #expect(try CertificateFacts(pem: facts.pem) == facts)
        #expect(try CertificateFacts(pem: facts.pem + authority.pem) == facts)
        #expect(try CertificateFacts(pem: "Certificate:\n    Data:\n" + facts.pem) == facts)
        let other = try NIOSSLCertificate(bytes: facts.der, format: .der)
        #expect(Int64(other.notValidAfter) * 1000 == facts.notAfter)
    }

    @Test("a server certificate holds its names and addresses")
    func server() throws {
        let authority = try CertificateAuthority(validity: Self.year)
        let facts = try authority.serverCertificate(
            dnsNames: ["cloud.example"], addresses: ["127.0.0.1", "::1"], publicKeyOf: KeyPair(), validity: Self.year)
        let names = try NIOSSLCertificate(bytes: facts.der, format: .der)._subjectAlternativeNames()
        #expect(
            names.map { Array($0.contents) }
                == [Array("cloud.example".utf8), [127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]])
        #expect(throws: PKIError.self) {
            try authority.serverCertificate(addresses: ["300.1.1.1"], publicKeyOf: KeyPair(), validity: Self.year)
        }
    }

    @Test(
        "times come back as they went in",
        arguments: [
            0, -1000, 951_782_400_000, 951_868_799_000, 2_524_607_999_000, 2_524_608_000_000, 4_107_542_400_000,
            253_402_300_799_000, -631_152_000_000, -631_152_001_000, -62_135_596_800_000, 1_795_219_261_000,
        ] as [Int64])
    func times(time: Int64) throws {
        let authority = try CertificateAuthority(validity: CertificateValidity(notBefore: time, notAfter: time))
        #expect(authority.facts.notBefore == time)
        let other = try NIOSSLCertificate(bytes: authority.der, format: .der)
        #expect(Int64(other.notValidBefore) * 1000 == time)
    }

    @Test("times come back as they went in, on any day")
    func days() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Steps(state: seed)
        for _ in 0..<200 {
            let time = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random) * 1000
            let authority = try CertificateAuthority(validity: CertificateValidity(notBefore: time, notAfter: time))
            #expect(authority.facts.notAfter == time, "seed \(seed)")
        }
    }

    @Test("bytes that are no certificate are refused")
    func broken() throws {
        let der = try CertificateAuthority(validity: Self.year).der
        for count in der.indices {
            #expect(throws: PKIError.self) { try CertificateFacts(der: Array(der.prefix(count))) }
        }
        let key = KeyPair()
        #expect(throws: PKIError.self) { try CertificateFacts(der: key.der) }
        #expect(throws: PKIError.self) { try CertificateFacts(pem: key.pem) }
    }
}

private struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
