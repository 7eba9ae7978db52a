import Beehive
import Glibc
import NIOCore
import NIOSSL
import NodePKI
import TestKit
import Testing

@testable import EdgeHub

/// KubeEdge 1.2: certificates made by hand with openssl, RSA keys, and a single suite of TLS 1.2.
@Suite("Identity: RSA", .timeLimit(.minutes(3)))
struct IdentityRSATests {
    @Test("certificates made by hand load, and serve with RSA peers")
    func handMade() async throws {
        try await IdentityTestCloud.with { cloud in
            let files = cloud.files
            try cloud.folder.write("ca/.keep", "")
            try cloud.folder.write("certs/.keep", "")
            try OpenSSL.run([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", files.keyFile, "-out",
                files.certFile, "-days", "30", "-subj", "/O=by hand/CN=old-node", "-addext",
                "subjectAltName=IP:127.0.0.1",
            ])
            try PosixFile.replace(
                files.caFile, with: PosixFile.read(files.certFile, limit: 1 << 20)[...])
            let identity = try files.load()
            #expect(identity.facts.subject.description == "O=by hand, CN=old-node")
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(identity.chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem)))
            tls.maximumTLSVersion = .tlsv12
            tls.cipherSuiteValues = [.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(identity.authority))
            let server = try await IdentityTestServer.start(group: cloud.group, tls: tls) { request in
                guard let asked = try? CertificateRequest(der: request.body),
                    let signed = try? cloud.authority.clientCertificate(for: asked, validity: cloud.validity)
                else { return .silence }
                return .answer(200, signed.der)
            }
            let new = try await cloud.enrollment(url: server.url).renew(identity)
            #expect(new.commonName == "system:node:edge-1")
            #expect(server.requests.map(\.peer) == ["old-node"])
            try await server.stop()
        }
    }
}
