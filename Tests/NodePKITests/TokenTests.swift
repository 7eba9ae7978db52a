import NodePKI
import Testing

@Suite("Token of an authority")
struct TokenTests {
    private static let now = CertificateTests.now

    @Test("opens the authority that made it, until its end")
    func verified() throws {
        let authority = try CertificateAuthority(validity: CertificateTests.year)
        let token = try JoinToken(authority.joinToken(expires: Self.now + 5000))
        #expect(token.authorityHash == authority.hash)
        try authority.verify(bearer: token.bearer, now: Self.now + 4000)
        let late = #expect(throws: PKIError.self) { try authority.verify(bearer: token.bearer, now: Self.now + 5000) }
        #expect(late?.code == .tokenExpired)
        let other = try CertificateAuthority(validity: CertificateTests.year)
        let foreign = #expect(throws: PKIError.self) { try other.verify(bearer: token.bearer, now: Self.now) }
        #expect(foreign?.code == .tokenSignature)
    }

    @Test("is refused when it is no JWT", arguments: ["", "a.b", "a.b.c.d", "a.!.c"])
    func malformed(bearer: String) throws {
        let authority = try CertificateAuthority(validity: CertificateTests.year)
        let error = #expect(throws: PKIError.self) { try authority.verify(bearer: bearer, now: Self.now) }
        #expect(error?.code == .tokenForm)
    }

    @Test("is refused when any character is another")
    func turned() throws {
        let authority = try CertificateAuthority(validity: CertificateTests.year)
        let bearer = Array(try JoinToken(authority.joinToken(expires: Self.now + 5000)).bearer.utf8)
        // The last digit holds bits that stand for nothing.
        for at in bearer.indices.dropLast() {
            var text = bearer
            text[at] = text[at] == 0x41 ? 0x42 : 0x41
            #expect(throws: PKIError.self) {
                try authority.verify(bearer: String(decoding: text, as: UTF8.self), now: Self.now)
            }
        }
    }

    @Test("has the hash that others compute")
    func hash() {
        #expect(
            CertificateAuthority.hash(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
