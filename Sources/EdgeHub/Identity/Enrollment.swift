internal import Beehive
internal import NIOCore
internal import NIOSSL
internal import NodePKI

/// Gets certificates from the cloud's https endpoint: the first one with a token, later ones with the one before.
///
/// Nothing is stored here.
struct Enrollment: Sendable {
    private let address: CloudAddress
    private let nodeID: String
    private let timeout: Duration
    private let client: HTTPSClient
    private let time: any TimeSource

    init(
        url: String, nodeID: String, timeout: Duration, group: any EventLoopGroup, time: any TimeSource
    ) throws(IdentityError) {
        address = try CloudAddress(url)
        self.nodeID = nodeID
        self.timeout = timeout
        client = HTTPSClient(group: group)
        self.time = time
    }

    /// Joins: the authority, compared with the token's hash, then a certificate by the token.
    func join(token: JoinToken) async throws(IdentityError) -> Identity {
        let trouble = EnrollmentTrouble(address: address, act: .join, secrets: [token.bearer])
        var open = TLSConfiguration.makeClientConfiguration()
        open.minimumTLSVersion = .tlsv12
        // The authority is what is asked for: the hash in the token stands in for the verification.
        open.certificateVerification = .none
        open.shutdownTimeout = .seconds(1)
        let fetched = try await send("/ca.crt", tls: open, trouble: trouble)
        guard CertificateAuthority.hash(of: fetched) == token.authorityHash else { throw trouble.otherAuthority() }
        let authority: CertificateFacts
        do { authority = try CertificateFacts(der: fetched) } catch { throw trouble.answer("/ca.crt", "\(error)") }
        let pem = Array(authority.pem.utf8)
        let tls: TLSConfiguration
        do { tls = try Identity.makeTLSConfiguration(trusting: pem) } catch {
            throw trouble.answer("/ca.crt", "not a certificate that TLS can use")
        }
        return try await certificate(
            tls: tls, authority: pem, headers: [("Authorization", "Bearer \(token.bearer)")], trouble: trouble)
    }

    /// Renews: the same request with the certificate in place of the token, and with a new key.
    func renew(_ identity: Identity) async throws(IdentityError) -> Identity {
        let trouble = EnrollmentTrouble(address: address, act: .renew, secrets: [])
        let tls: TLSConfiguration
        do { tls = try identity.makeTLSConfiguration() } catch {
            throw IdentityError(.files, "the node's certificate cannot be used for renewal: \(error)")
        }
        return try await certificate(tls: tls, authority: identity.authority, headers: [], trouble: trouble)
    }

    private func certificate(
        tls: TLSConfiguration, authority: [UInt8], headers: [(name: String, value: String)], trouble: EnrollmentTrouble
    ) async throws(IdentityError) -> Identity {
        let key = KeyPair()
        let request: CertificateRequest
        do { request = try CertificateRequest(node: nodeID, key: key) } catch {
            throw trouble.answer("/edge.crt", "the request could not be made: \(error)")
        }
        let der = try await send(
            "/edge.crt", tls: tls, headers: headers + [("NodeName", nodeID)], body: request.der, trouble: trouble)
        let facts: CertificateFacts
        do { facts = try CertificateFacts(der: der) } catch { throw trouble.answer("/edge.crt", "\(error)") }
        guard facts.subject.commonName == request.subject.commonName else {
            throw trouble.answer(
                "/edge.crt",
                "the certificate is for \(facts.subject.commonName), not for \(request.subject.commonName)")
        }
        guard facts.publicKey == key.publicKey else {
            throw trouble.answer("/edge.crt", "the certificate is for another key")
        }
        guard facts.notAfter > time.now().wall else {
            throw trouble.answer(
                "/edge.crt",
                "the certificate expired at \(KubernetesTimestamp.text(facts.notAfter)) already; is the clock right?")
        }
        guard facts.notBefore <= time.now().wall + Identity.clockTolerance else {
            throw trouble.answer(
                "/edge.crt",
                "the certificate is not valid before \(KubernetesTimestamp.text(facts.notBefore)); is the clock right?")
        }
        return try CertificateFiles.identity(
            authority: authority, chain: Array(facts.pem.utf8), key: Array(key.pem.utf8),
            names: ("the cloud's CA", "the cloud's answer", "made for it"))
    }

    private func send(
        _ path: String, tls: TLSConfiguration, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        trouble: EnrollmentTrouble
    ) async throws(IdentityError) -> [UInt8] {
        let answer: HTTPSAnswer
        do throws(HTTPSFailure) {
            answer = try await client.send(
                HTTPSRequest(address: address, path: path, headers: headers, body: body, timeout: timeout), tls: tls)
        } catch {
            throw trouble.failed(path, error, timeout: timeout)
        }
        guard answer.status == 200 else { throw trouble.refused(path, answer) }
        return answer.body
    }
}
