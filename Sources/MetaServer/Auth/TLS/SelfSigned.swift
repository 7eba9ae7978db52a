internal import NodePKI

/// The API's own authority: its key and certificate stay beside the database, and it signs what the API serves with.
///
/// The serving key lives in memory alone. The authority's key is worth as much as the API's token: 0600.
struct SelfSigned: Sendable {
    static let authorityDays: Int64 = 3650
    static let servingDays: Int64 = 90
    static let day: Int64 = 86_400_000
    /// 2025-01-01: nodes without a clock of their own start in 1970, and what they make must not hide in the past.
    static let earliest: Int64 = 1_735_689_600_000

    /// `api-ca.crt`, for clients.
    let certificateFile: String
    /// `api-ca.key`.
    let keyFile: String
    /// What clients call the API by, beside 127.0.0.1, ::1 and localhost.
    let names: [String]
    let addresses: [String]

    /// - Parameters:
    ///   - folder: where the authority is kept.
    ///   - host: the host name of this node.
    ///   - address: the address that is listened on.
    init(folder: String, host: String, address: String) {
        let prefix = folder.isEmpty ? "" : "\(folder)/"
        (certificateFile, keyFile) = ("\(prefix)api-ca.crt", "\(prefix)api-ca.key")
        names = host == "localhost" ? ["localhost"] : ["localhost", host]
        let usual = ["127.0.0.1", "::1"]
        addresses = address.isEmpty || address == "localhost" || usual.contains(address) ? usual : usual + [address]
    }

    /// The authority from before, or a new one when there is none that holds.
    func authority(now: Int64) throws(ServerError) -> CertificateAuthority {
        let now = max(now, Self.earliest)
        if let certificate = try SmallFile.load(certificateFile), let key = try SmallFile.load(keyFile, isSecret: true),
            let pair = try? KeyPair(pem: String(decoding: key, as: UTF8.self)),
            let known = try? CertificateAuthority(pem: String(decoding: certificate, as: UTF8.self), key: pair),
            known.facts.notBefore <= now, now < known.facts.notAfter - Self.servingDays * Self.day
        {
            return known
        }
        let made: CertificateAuthority
        do throws(PKIError) {
            made = try CertificateAuthority(
                commonName: "metamanager-api-ca",
                validity: CertificateValidity(
                    notBefore: Self.earliest, notAfter: now + Self.authorityDays * Self.day))
        } catch {
            throw ServerError(description: "no authority for the API's TLS: \(error)")
        }
        // The key first: a certificate without its key is found out above, and both are made again.
        try SmallFile.replace(keyFile, with: Array(made.key.pem.utf8), mode: 0o600)
        try SmallFile.replace(certificateFile, with: Array(made.pem.utf8), mode: 0o644)
        return made
    }

    /// A new key and its certificate, signed by the authority.
    func serving(_ authority: CertificateAuthority, now: Int64) throws -> ServerCertificate {
        let key = KeyPair()
        let validity = CertificateValidity(
            notBefore: max(now, Self.earliest) - Self.day,
            notAfter: min(max(now, Self.earliest) + Self.servingDays * Self.day, authority.facts.notAfter))
        let facts = try authority.serverCertificate(
            commonName: "metamanager-api", dnsNames: names, addresses: addresses, publicKeyOf: key, validity: validity)
        return try ServerCertificate(chain: Array(facts.pem.utf8), key: Array(key.pem.utf8), facts: facts)
    }
}
