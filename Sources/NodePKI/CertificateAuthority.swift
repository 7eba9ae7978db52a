internal import Crypto

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A certificate authority like CloudCore's: for the fake cloud, and for `metamanager dev cloud`.
public struct CertificateAuthority: Sendable {
    /// Its own certificate.
    public let facts: CertificateFacts
    /// Its key, which also signs the join tokens.
    public let key: KeyPair

    /// Makes an authority with a new key and a certificate signed by itself.
    ///
    /// - Parameters:
    ///   - commonName: its name.
    ///   - validity: from when to when its certificate holds.
    /// - Throws: `PKIError` when signing fails.
    public init(commonName: String = "KubeEdge", validity: CertificateValidity) throws(PKIError) {
        key = KeyPair()
        let name = DistinguishedName(commonName: commonName, organizations: ["KubeEdge"])
        let extensions = [
            // digitalSignature, keyCertSign, cRLSign.
            Self.usages([0x86], unused: 1),
            Self.extended(
                OID.basicConstraints, critical: true, DERWriter.sequence(DERWriter.yes)),
            Self.extended(OID.subjectKeyIdentifier, DERWriter.octets(Self.identifier(key.publicKey))),
        ]
        facts = try Self.certificate(
            issuer: name, subject: name, publicKeyInfo: key.publicKeyInfo, validity: validity, extensions: extensions,
            signer: key)
    }

    /// An authority from before: its certificate and key as they were stored.
    ///
    /// - Parameters:
    ///   - pem: the certificate.
    ///   - key: the key.
    /// - Throws: `PKIError` when the certificate cannot be read, or is for another key.
    public init(pem: String, key: KeyPair) throws(PKIError) {
        facts = try CertificateFacts(pem: pem)
        guard facts.publicKey == key.publicKey else { throw PKIError(.key, "the key is not the certificate's") }
        self.key = key
    }

    /// The certificate's bytes, as `GET /ca.crt` gives them.
    public var der: [UInt8] { facts.der }
    /// The certificate as one PEM block.
    public var pem: String { facts.pem }

    /// Signs a server's certificate.
    ///
    /// - Parameters:
    ///   - commonName: the subject's name, which clients do not look at; with the authority's own name some of them
    ///     would take the certificate for one signed by itself.
    ///   - dnsNames: the host names it stands for.
    ///   - addresses: the IP addresses it stands for.
    ///   - server: the server's key pair.
    ///   - validity: from when to when it holds; also in the past or the future.
    /// - Returns: the certificate.
    /// - Throws: `PKIError` when an address is none.
    public func serverCertificate(
        commonName: String = "CloudCore", dnsNames: [String] = [], addresses: [String] = [],
        publicKeyOf server: KeyPair, validity: CertificateValidity
    ) throws(PKIError) -> CertificateFacts {
        var names = dnsNames.flatMap { DERWriter.element(0x82, Array($0.utf8)) }
        for address in addresses { names += DERWriter.element(0x87, try Self.bytes(address: address)) }
        let alternatives =
            names.isEmpty ? [] : [Self.extended(OID.alternativeName, DERWriter.element(0x30, names))]
        return try Self.certificate(
            issuer: facts.subject,
            subject: DistinguishedName(commonName: commonName, organizations: ["KubeEdge"]),
            publicKeyInfo: server.publicKeyInfo, validity: validity,
            extensions: leafExtensions([.server]) + alternatives, signer: key)
    }

    /// Signs the certificate that a node asks for; only CN and O are taken over, as CloudCore does.
    ///
    /// - Parameters:
    ///   - request: the request, its signature already checked by reading it.
    ///   - validity: from when to when it holds.
    ///   - usages: what it may be used for (`ExtKeyUsages`).
    /// - Returns: the certificate.
    /// - Throws: `PKIError` when signing fails.
    public func clientCertificate(
        for request: CertificateRequest, validity: CertificateValidity, usages: [CertificateUsage] = [.client]
    ) throws(PKIError) -> CertificateFacts {
        try Self.certificate(
            issuer: facts.subject,
            subject: DistinguishedName(
                commonName: request.subject.commonName, organizations: request.subject.organizations),
            publicKeyInfo: request.publicKeyInfo, validity: validity, extensions: leafExtensions(usages), signer: key)
    }

    private func leafExtensions(_ usages: [CertificateUsage]) -> [[UInt8]] {
        [
            Self.usages([0x80], unused: 7),
            Self.extended(OID.extendedKeyUsage, DERWriter.element(0x30, usages.flatMap(\.oid))),
            Self.extended(
                OID.authorityKeyIdentifier,
                DERWriter.sequence(DERWriter.element(0x80, Self.identifier(key.publicKey)))),
        ]
    }

    private static func certificate(
        issuer: DistinguishedName, subject: DistinguishedName, publicKeyInfo: [UInt8], validity: CertificateValidity,
        extensions: [[UInt8]], signer: KeyPair
    ) throws(PKIError) -> CertificateFacts {
        // 126 random bits, and the first bit set so that no serial number is zero.
        var serial = (0..<16).map { _ in UInt8.random(in: 0...255) }
        serial[0] = serial[0] & 0x7f | 0x40
        let part = DERWriter.sequence(
            DERWriter.tagged(0, DERWriter.integer([2])), DERWriter.integer(serial),
            DERWriter.sequence(OID.ecdsaWithSHA256), issuer.der,
            DERWriter.sequence(
                CertificateTime.encoded(validity.notBefore), CertificateTime.encoded(validity.notAfter)),
            subject.der, publicKeyInfo, DERWriter.tagged(3, DERWriter.element(0x30, extensions.flatMap { $0 })))
        return try CertificateFacts(der: signer.signed(part))
    }

    private static func usages(_ bits: [UInt8], unused: UInt8) -> [UInt8] {
        extended(OID.keyUsage, critical: true, DERWriter.bits(bits, unused: unused))
    }

    private static func extended(_ oid: [UInt8], critical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        DERWriter.sequence(oid, critical ? DERWriter.yes : [], DERWriter.octets(value))
    }

    private static func identifier(_ publicKey: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: publicKey).prefix(20))
    }

    private static func bytes(address: String) throws(PKIError) -> [UInt8] {
        var short = in_addr()
        if inet_pton(AF_INET, address, &short) == 1 { return withUnsafeBytes(of: &short) { Array($0) } }
        var long = in6_addr()
        if inet_pton(AF_INET6, address, &long) == 1 { return withUnsafeBytes(of: &long) { Array($0) } }
        throw PKIError(.address, "\(address) is not an IP address")
    }
}
