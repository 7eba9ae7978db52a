import Beehive
import FakeCloud
import NIOSSL
import NodePKI
import Testing

/// Certificates: how a node gets them, renews them, and what they are good for.
@Suite(.timeLimit(.minutes(3)))
struct IdentityTests {
    private static var secure: FakeCloudCore.Settings {
        var settings = FakeCloudCore.Settings()
        settings.transport = .tls
        return settings
    }

    /// A TLS client that trusts the cloud, with a certificate or without.
    private func client(
        _ cloud: FakeCloudCore, certificate: [UInt8]? = nil, key: KeyPair = KeyPair()
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let authority = try #require(cloud.authority)
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: authority.der, format: .der)])
        if let certificate {
            configuration.certificateChain = [.certificate(try NIOSSLCertificate(bytes: certificate, format: .der))]
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem.utf8), format: .pem))
        }
        return configuration
    }

    private func bearer(_ token: String) -> String { token.split(separator: ".").dropFirst().joined(separator: ".") }

    private func enroll(
        _ cloud: FakeCloudCore, node: String = "edge-1", key: KeyPair, authorization: String? = nil,
        tls: TLSConfiguration? = nil, body: [UInt8]? = nil, usages: String? = nil
    ) async throws -> HTTPSClient.Answer {
        var headers = [("NodeName", node)]
        if let authorization { headers.append(("Authorization", authorization)) }
        if let usages { headers.append(("ExtKeyUsages", usages)) }
        return try await HTTPSClient.get(
            "/edge.crt", port: cloud.httpsPort, headers: headers,
            body: try body ?? CertificateRequest(node: node, key: key).der, tls: try tls ?? client(cloud))
    }

    @Test("from the token to a session: CA, hash, certificate, websocket", arguments: [false, true])
    func bootstrap(isTLS12Only: Bool) async throws {
        try await withCloud(Self.secure) {
            $0.isTLS12Only = isTLS12Only
        } _: { cloud in
            var blind = TLSConfiguration.makeClientConfiguration()
            blind.certificateVerification = .none
            let authority = try await HTTPSClient.get("/ca.crt", port: cloud.httpsPort, tls: blind)
            let token = try JoinToken(cloud.token)
            #expect(CertificateAuthority.hash(of: authority.body) == token.authorityHash)
            let key = KeyPair()
            let answer = try await enroll(cloud, key: key, authorization: "Bearer \(token.bearer)")
            #expect(answer.status == 200)
            let facts = try CertificateFacts(der: answer.body)
            #expect(facts.subject.commonName == "system:node:edge-1")
            #expect(cloud.counters.enrollments == 1)
            let tls = try NIOSSLContext(configuration: client(cloud, certificate: answer.body, key: key))
            let edge = try await EdgeClient.connect(cloud, tls: tls)
            #expect(try await edge.ask(.query, "null/node/edge-1").reason == "NotFound")
            let known = try await HTTPSClient.get("/node/edge-1", port: cloud.httpsPort, tls: client(cloud))
            #expect(known.status == 404)
            #expect(known.text == "Node not found")
            try await cloud.setNode("edge-1")
            #expect(try await HTTPSClient.get("/node/edge-1", port: cloud.httpsPort, tls: client(cloud)).status == 200)
            #expect(try await HTTPSClient.get("/nothing", port: cloud.httpsPort, tls: client(cloud)).status == 404)
            // A cut needs no good-bye in TLS either.
            try await cloud.cut("edge-1", isReset: false)
            try await edge.closed()
        }
    }

    @Test("the words of a refusal are CloudCore's")
    func refusals() async throws {
        try await withCloud(Self.secure) { cloud in
            let key = KeyPair()
            let whole = cloud.token
            let good = bearer(whole)
            let cases: [(String?, UInt, String)] = [
                (nil, 401, "token validation failure, token is empty"),
                (
                    "Bearer \(whole)", 401,
                    "token validation failure, err: token is malformed: token contains an invalid number of segments"
                ),
                (good, 401, "token validation failure, token cannot be split"),
                (
                    "Bearer !.!.!", 401,
                    "token validation failure, err: token is malformed: could not base64 decode header: illegal base64 "
                        + "data at input byte 0"
                ),
                (
                    "Bearer \(bearer(cloud.makeToken(lifetime: .seconds(-60))))", 401,
                    "token validation failure, err: token has invalid claims: token is expired"
                ),
            ]
            for (authorization, status, text) in cases {
                let answer = try await enroll(cloud, key: key, authorization: authorization)
                #expect(answer.status == status)
                #expect(answer.text == text)
            }
            let noRequest = try await enroll(
                cloud, key: key, authorization: "Bearer \(good)", body: Array("no request".utf8))
            #expect(noRequest.status == 500)
            #expect(noRequest.text.hasPrefix("failed to sign certs for edgenode edge-1, err: fail to signCerts"))
        }
    }

    @Test("renewal needs the certificate of the node, and no token")
    func renewal() async throws {
        try await withCloud(Self.secure) { cloud in
            let key = KeyPair()
            let first = try await enroll(cloud, key: key, authorization: "Bearer \(bearer(cloud.token))")
            let own = try client(cloud, certificate: first.body, key: key)
            #expect(try await enroll(cloud, key: KeyPair(), tls: own).status == 200)
            #expect(cloud.counters.renewals == 1)
            let other = try await enroll(cloud, node: "edge-2", key: KeyPair(), tls: own)
            #expect(other.status == 401)
            #expect(
                other.text == "failed to verify the certificate for edgenode: edge-2, err: request node name is not "
                    + "match with the certificate")
            // With a certificate the token is not looked at.
            let foreign = try CertificateAuthority(
                validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000_000))
            let forged = try foreign.clientCertificate(
                for: CertificateRequest(node: "edge-1", key: key),
                validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000_000))
            let refused = try await enroll(
                cloud, key: key, authorization: "Bearer \(bearer(cloud.token))",
                tls: client(cloud, certificate: forged.der, key: key))
            #expect(refused.status == 401)
            #expect(refused.text.hasSuffix("x509: certificate signed by unknown authority"))
            cloud.setCertificateLifetime(.seconds(-5))
            let expired = try await enroll(cloud, key: key, authorization: "Bearer \(bearer(cloud.token))")
            let late = try await enroll(
                cloud, key: key, tls: client(cloud, certificate: expired.body, key: key))
            #expect(late.status == 401)
            #expect(late.text.hasSuffix("x509: certificate has expired or is not yet valid"))
        }
    }

    @Test("the websocket takes nobody without a certificate of its CA")
    func mutual() async throws {
        try await withCloud(Self.secure) { cloud in
            let key = KeyPair()
            let foreign = try CertificateAuthority(
                validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000_000))
            let forged = try foreign.clientCertificate(
                for: CertificateRequest(node: "edge-1", key: key),
                validity: CertificateValidity(notBefore: 0, notAfter: 4_000_000_000_000))
            for certificate in [nil, forged.der] {
                let tls = try NIOSSLContext(configuration: client(cloud, certificate: certificate, key: key))
                await #expect(throws: (any Error).self) { try await EdgeClient.connect(cloud, greets: false, tls: tls) }
            }
            #expect(cloud.counters.sessions == 0)
        }
    }

    @Test("away and back, the https port is the same; it refuses when told to")
    func httpsFaults() async throws {
        try await withCloud(Self.secure) { cloud in
            let tls = try client(cloud)
            try await cloud.goAway()
            await #expect(throws: (any Error).self) {
                try await HTTPSClient.get("/ca.crt", port: cloud.httpsPort, tls: tls)
            }
            try await cloud.comeBack()
            try await cloud.refuseHTTPS(503)
            #expect(try await HTTPSClient.get("/ca.crt", port: cloud.httpsPort, tls: tls).status == 503)
            try await cloud.refuseHTTPS(nil)
            #expect(try await HTTPSClient.get("/ca.crt", port: cloud.httpsPort, tls: tls).status == 200)
        }
    }
}
