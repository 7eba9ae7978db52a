internal import Beehive
internal import Crypto
internal import NIOSSL
internal import NodePKI

/// The cloud's CA, its server certificate, its join token, and what it has signed for nodes.
final class CloudIdentity: Sendable {
    let authority: CertificateAuthority
    let token: String
    /// Demands a client certificate of this CA.
    let websocketContext: NIOSSLContext
    /// Asks for a client certificate and takes any: it is looked at later.
    let httpsContext: NIOSSLContext
    /// How long the next certificates live; may be changed meanwhile.
    let lifetime: Lock<Duration>

    init(_ settings: FakeCloudCore.Settings) throws {
        let now = SystemTime().now().wall
        // An hour back, for clocks that differ a little.
        let validity = CertificateValidity(notBefore: now - 3_600_000, notAfter: now + 3_650 * 86_400_000)
        authority = try settings.authority ?? CertificateAuthority(validity: validity)
        token = authority.joinToken(expires: now + settings.tokenLifetime.milliseconds)
        lifetime = Lock(settings.certificateLifetime)
        let key = KeyPair()
        let certificate = try authority.serverCertificate(
            dnsNames: settings.hostNames, addresses: settings.addresses, publicKeyOf: key, validity: validity)
        let pems = settings.serverIdentity ?? (certificate: certificate.pem, key: key.pem)
        func configuration() throws -> TLSConfiguration {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(pems.certificate.utf8)).map {
                    .certificate($0)
                },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(pems.key.utf8), format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.maximumTLSVersion = settings.isTLS12Only ? .tlsv12 : nil
            configuration.cipherSuiteValues = [
                .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                .TLS_AES_128_GCM_SHA256, .TLS_AES_256_GCM_SHA384, .TLS_CHACHA20_POLY1305_SHA256,
                .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            ]
            return configuration
        }
        var websocket = try configuration()
        websocket.certificateVerification = .noHostnameVerification
        websocket.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array((settings.clientTrust ?? authority.pem).utf8)))
        websocketContext = try NIOSSLContext(configuration: websocket)
        var https = try configuration()
        https.certificateVerification = .optionalVerification
        https.trustRoots = websocket.trustRoots
        httpsContext = try NIOSSLContext(configuration: https)
    }

    // MARK: What /edge.crt does

    /// A refusal: status and text, as CloudCore writes them.
    struct Refusal: Error, Equatable {
        let status: Int
        let text: String
    }

    /// Signs a request if the token or the client's certificate allows it.
    ///
    /// - Parameters:
    ///   - body: the PKCS#10 request.
    ///   - node: the header `NodeName`.
    ///   - authorization: the header `Authorization`.
    ///   - usages: the header `ExtKeyUsages`.
    ///   - client: the client's certificate, if it sent one; then the token is not looked at.
    ///   - now: the time.
    /// - Returns: the certificate's DER.
    /// - Throws: `Refusal` when neither allows it, or when the body is no request.
    func sign(
        _ body: [UInt8], node: String, authorization: String?, usages: String?, client: [UInt8]?, now: Int64
    ) throws(Refusal) -> [UInt8] {
        if let client {
            try check(client, of: node, now: now)
        } else {
            try check(authorization)
        }
        do {
            let request = try CertificateRequest(der: body)
            let end = now + lifetime.withLock { $0 }.milliseconds
            let validity = CertificateValidity(notBefore: min(now, end) - 1000, notAfter: end)
            let wanted = try Self.usages(usages)
            return try authority.clientCertificate(for: request, validity: validity, usages: wanted).der
        } catch {
            throw Refusal(
                status: 500,
                text: "failed to sign certs for edgenode \(node), err: fail to signCerts, err: failed to parse csr, "
                    + "err: asn1: structure error: tags don't match")
        }
    }

    private static func usages(_ header: String?) throws -> [CertificateUsage] {
        guard let header, !header.isEmpty else { return [.client] }
        return try JSONValue(parsing: Array(header.utf8)[...]).elements.compactMap { number in
            switch number.integer {
            case 1: .server
            case 2: .client
            default: nil
            }
        }
    }

    private func check(_ authorization: String?) throws(Refusal) {
        func refusal(_ text: String) -> Refusal { Refusal(status: 401, text: "token validation failure, \(text)") }
        guard let authorization, !authorization.isEmpty else { throw refusal("token is empty") }
        let words = authorization.split(separator: " ")
        guard words.count == 2 else { throw refusal("token cannot be split") }
        guard words[0].lowercased() == "bearer" else { throw refusal("token cannot be split") }
        let bearer = String(words[1])
        guard bearer.split(separator: ".", omittingEmptySubsequences: false).count == 3 else {
            throw refusal("err: token is malformed: token contains an invalid number of segments")
        }
        do throws(PKIError) {
            try authority.verify(bearer: bearer, now: SystemTime().now().wall)
        } catch {
            switch error.code {
            case .tokenExpired: throw refusal("err: token has invalid claims: token is expired")
            case .tokenSignature: throw refusal("err: token signature is invalid: signature is invalid")
            default:
                throw refusal(
                    "err: token is malformed: could not base64 decode header: illegal base64 data at input byte 0")
            }
        }
    }

    /// The chain, the organization, and the name.
    private func check(_ client: [UInt8], of node: String, now: Int64) throws(Refusal) {
        func refusal(_ cause: String) -> Refusal {
            Refusal(status: 401, text: "failed to verify the certificate for edgenode: \(node), err: \(cause)")
        }
        guard let facts = try? CertificateFacts(der: client), isSigned(client) else {
            throw refusal("x509: certificate signed by unknown authority")
        }
        guard facts.notBefore <= now, now <= facts.notAfter else {
            throw refusal("x509: certificate has expired or is not yet valid")
        }
        guard facts.subject.organizations.contains("system:nodes") else {
            throw refusal("request node name is not match with the certificate")
        }
        guard facts.subject.commonName == "system:node:\(node)" else {
            throw refusal("request node name is not match with the certificate")
        }
    }

    /// Whether this CA signed a certificate: its third part is the signature over its first.
    private func isSigned(_ der: [UInt8]) -> Bool {
        guard let whole = DERPart.first(der[...]), let signed = DERPart.first(whole.content),
            let algorithm = DERPart.first(signed.rest), let bits = DERPart.first(algorithm.rest),
            let key = try? P256.Signing.PublicKey(x963Representation: authority.facts.publicKey),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: Array(bits.content.dropFirst()))
        else { return false }
        return key.isValidSignature(signature, for: Array(signed.whole))
    }
}

/// One element of DER and what stands behind it.
struct DERPart {
    let whole: ArraySlice<UInt8>
    let content: ArraySlice<UInt8>
    let rest: ArraySlice<UInt8>

    static func first(_ bytes: ArraySlice<UInt8>) -> DERPart? {
        guard bytes.count >= 2 else { return nil }
        let start = bytes.startIndex
        var length = Int(bytes[start + 1])
        var head = 2
        if length >= 0x80 {
            let count = length - 0x80
            guard count <= 4, bytes.count >= 2 + count else { return nil }
            length = bytes[(start + 2)..<(start + 2 + count)].reduce(0) { $0 << 8 | Int($1) }
            head += count
        }
        guard bytes.count >= head + length else { return nil }
        let end = start + head + length
        return DERPart(whole: bytes[start..<end], content: bytes[(start + head)..<end], rest: bytes[end...])
    }
}
