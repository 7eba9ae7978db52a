internal import NodePKI

/// Certificates, keys and requests, in DER and in PEM.
enum PKITarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let der = [UInt8](bytes)
        try checkFacts(try? CertificateFacts(der: der))
        if let key = try? KeyPair(der: der) {
            try expect((try? KeyPair(der: key.der))?.publicKey == key.publicKey, "a key that is written is read")
        }
        _ = try? CertificateRequest(der: der)
        let text = String(decoding: bytes, as: UTF8.self)
        try checkFacts(try? CertificateFacts(pem: text))
        _ = try? KeyPair(pem: text)
        for type in ["CERTIFICATE", "PRIVATE KEY"] {
            guard let blocks = try? PEMText.blocks([type], in: text) else { continue }
            try expect(!blocks.isEmpty && !blocks.contains { $0.isEmpty }, "a block holds something")
            let written = blocks.map { PEMText.block(type, $0) }.joined()
            try expect((try? PEMText.blocks([type], in: written)) == blocks, "blocks that are written are read")
        }
        if !der.isEmpty {
            try expect((try? PEMText.blocks(["X"], in: PEMText.block("X", der))) == [der], "any bytes fit into a block")
        }
    }

    private static func checkFacts(_ facts: CertificateFacts?) throws {
        guard let facts else { return }
        try expect((try? CertificateFacts(pem: facts.pem)) == facts, "a certificate that is written is read")
        for name in [facts.subject, facts.issuer] {
            let isClean = name.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            try expect(isClean, "no control character of a name reaches a log")
        }
    }
}
