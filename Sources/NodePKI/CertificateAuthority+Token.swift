internal import Crypto

extension CertificateAuthority {
    /// SHA-256 over the certificate's DER, in lower-case hex: the first part of its join tokens.
    public var hash: String { Self.hash(of: der) }

    /// SHA-256 over a certificate's DER, in lower-case hex.
    ///
    /// - Parameter der: the bytes.
    /// - Returns: 64 digits.
    public static func hash(of der: [UInt8]) -> String {
        SHA256.hash(data: der).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Makes a join token as CloudCore keeps it: the hash, and a JWT with nothing but an end.
    ///
    /// - Parameter expires: when it ends, in milliseconds since 1970.
    /// - Returns: the four parts, joined by dots.
    public func joinToken(expires: Int64) -> String {
        let head = Base64.url.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let body = Base64.url.encode(Array(#"{"exp":\#(expires / 1000)}"#.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(head).\(body)".utf8), using: tokenKey)
        return "\(hash).\(head).\(body).\(Base64.url.encode(Array(code)))"
    }

    /// Checks what stood behind `Bearer` in a request.
    ///
    /// - Parameters:
    ///   - bearer: the last three parts of a join token.
    ///   - now: the time, in milliseconds since 1970.
    /// - Throws: `PKIError` with `tokenForm`, `tokenSignature` or `tokenExpired`.
    public func verify(bearer: String, now: Int64) throws(PKIError) {
        let parts = bearer.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let code = Base64.url.decode(parts[2]), let body = Base64.url.decode(parts[1]) else {
            throw PKIError(.tokenForm, "token is malformed")
        }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: tokenKey) else {
            throw PKIError(.tokenSignature, "token signature is invalid")
        }
        // Only this authority can have written the body, so its form is known.
        let digits = String(decoding: body, as: UTF8.self).drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let end = Int64(digits) else { throw PKIError(.tokenForm, "token has no end") }
        guard now / 1000 < end else { throw PKIError(.tokenExpired, "token is expired") }
    }

    private var tokenKey: SymmetricKey { SymmetricKey(data: key.der) }
}
