internal import Beehive
public import NodePKI

/// Which tokens of service accounts are accepted: what an operator copies from the cluster's API server.
public struct TokenRules: Sendable {
    /// The issuer that clusters have unless somebody chose another.
    public static let usualIssuer = "https://kubernetes.default.svc.cluster.local"
    /// The longest token that is looked at.
    static let limit = 16 << 10
    /// The most keys; a token without a known key name is tried with each that fits.
    public static let keyLimit = 32

    /// The cluster's public keys.
    public var keys: [VerificationKey]
    /// Who has to have made a token.
    public var issuer: String
    /// For whom a token has to be: one of these.
    public var audiences: [String]

    /// Makes rules.
    ///
    /// - Parameters:
    ///   - keys: the cluster's public keys.
    ///   - issuer: the cluster's issuer; nil for the usual one.
    ///   - audiences: the API's audiences; empty for the issuer, as API servers do.
    public init(keys: [VerificationKey], issuer: String?, audiences: [String]) {
        self.keys = keys
        let issuer = issuer ?? Self.usualIssuer
        self.issuer = issuer
        self.audiences = audiences.isEmpty ? [issuer] : audiences
    }

    /// Checks everything that can be told from the token and the keys alone.
    ///
    /// - Parameters:
    ///   - token: the token's bytes.
    ///   - now: the time, in milliseconds since 1970.
    /// - Returns: what it says.
    /// - Throws: which check it does not pass.
    func check(_ token: [UInt8], now: Int64) throws(TokenFault) -> ServiceAccountToken {
        guard token.count <= Self.limit else { throw .tooLong(limit: Self.limit) }
        let parts = token.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Self.decode(parts[2])
        else { throw .form }
        // Extensions that have to be understood: there are none that we do.
        guard head["crit"] == nil else { throw .form }
        // Only algorithms with a key pair: with a shared secret the public key itself would be the secret.
        guard let algorithm = head["alg"]?.text.flatMap(VerificationKey.Algorithm.init(rawValue:)) else {
            throw .algorithm
        }
        guard let issuer = claims["iss"]?.text, issuer == self.issuer || issuer == ServiceAccountToken.oldIssuer else {
            throw .issuer
        }
        let message = Array(token[..<parts[1].endIndex])
        let isSigned = candidates(head["kid"]?.text, algorithm).contains {
            $0.verifies(signature, of: message, algorithm)
        }
        guard isSigned else { throw .signature }
        let said = try ServiceAccountToken(claims: claims)
        try said.checkTimes(now: now)
        // Without audiences it is for the API itself, as API servers take it.
        guard said.audiences.isEmpty || said.audiences.contains(where: audiences.contains) else { throw .audience }
        return said
    }

    /// The keys to try.
    ///
    /// The name in the head says only where to begin: nothing is believed for its sake.
    private func candidates(_ name: String?, _ algorithm: VerificationKey.Algorithm) -> [VerificationKey] {
        let fitting = keys.filter { $0.fits(algorithm) }
        let named = fitting.filter { $0.identifier == name }
        return named.isEmpty ? fitting : named
    }

    private static func decode(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        Base64.url.decode(String(decoding: part, as: UTF8.self))
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONValue? {
        guard let bytes = decode(part), let value = try? JSONValue(parsing: bytes[...]), case .object = value else {
            return nil
        }
        return value
    }
}
