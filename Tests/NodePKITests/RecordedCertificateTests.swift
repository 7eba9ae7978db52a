import Beehive
import Glibc
import NodePKI
import Testing

/// Certificates and requests of the recorded traffic: an RSA authority, and the request of a KubeEdge client.
@Suite("Recorded certificates")
struct RecordedCertificateTests {
    @Test("an authority with an RSA key is read")
    func authority() throws {
        let text = try #require(Self.strings(in: "08-queries").first { $0.hasPrefix("-----BEGIN CERTIFICATE-----") })
        let facts = try CertificateFacts(pem: text)
        #expect(facts.subject.commonName == "test-k8s-ca")
        #expect(facts.issuer.description == "CN=test-k8s-ca")
        // 2026-11-21T02:52:14Z and 2036-11-18T02:52:14Z
        #expect(facts.notBefore == 1_795_229_534_000)
        #expect(facts.notAfter == 2_110_589_534_000)
        // Two numbers in DER: the modulus of 2048 bits and the exponent.
        #expect(facts.publicKey.count == 270)
    }

    @Test("a request of an edge node is read, its signature checked")
    func request() throws {
        let requests = Self.strings(in: "20-other-upstream").filter { $0.hasPrefix("LS0tLS1CRUdJTi") }
        let text = try #require(requests.first)
        // The recording holds the base 64 of the PEM text, which is what stands between a block's marks.
        let pem = try PEMText.blocks(["X"], in: "-----BEGIN X-----\n\(text)\n-----END X-----")[0]
        let der = try PEMText.blocks(["CERTIFICATE REQUEST"], in: String(decoding: pem, as: UTF8.self))[0]
        let request = try CertificateRequest(der: der)
        #expect(request.subject.commonName == "system:node:edge-node-1")
        #expect(request.subject.organizations == ["system:nodes"])
        // Ours differs in key and signature alone.
        let own = try CertificateRequest(node: "edge-node-1", key: KeyPair())
        #expect(request.subject == own.subject)
    }

    /// Every string of every frame, wherever it stands.
    private static func strings(in name: String) -> [String] {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        guard let file = fopen("/\(folder)/Fixtures/wire/\(name).jsonl", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes.split(separator: 0x0a).flatMap { line -> [String] in
            // A line that is no JSON would show as a missing certificate.
            (try? JSONValue(parsing: Bytes(line))).map(strings(in:)) ?? []
        }
    }

    private static func strings(in value: JSONValue) -> [String] {
        switch value {
        case .string: value.text.map { [$0] } ?? []
        case .array(let values): values.flatMap(strings(in:))
        case .object(let members): members.flatMap { strings(in: $0.value) }
        default: []
        }
    }
}
