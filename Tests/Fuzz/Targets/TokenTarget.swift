internal import NodePKI

/// Join tokens, as a file or a configuration holds them, and bearers as an authority is shown them.
enum TokenTarget {
    private static let authority = try? CertificateAuthority(
        validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000_000))

    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        if let token = try? JoinToken(text) {
            let parts = token.bearer.split(separator: ".", omittingEmptySubsequences: false)
            try expect(parts.count == 3 && !parts.contains { $0.isEmpty }, "a bearer has three parts")
            try expect(token.authorityHash.utf8.count == 64, "the hash has 64 digits")
            let again = try? JoinToken("\(token.authorityHash).\(token.bearer)")
            try expect(again == token, "a token that is written is read")
            try expect("\(token)" == "<join token>", "a token never prints itself")
        }
        try expect((try? authority?.verify(bearer: text, now: 1)) == nil, "no bearer is made without the key")
    }
}
