internal import NIOSSL

/// One request on a connection of its own.
struct HTTPSRequest: Sendable {
    var address: CloudAddress
    var path: String
    var headers: [(name: String, value: String)] = []
    /// Sent with a GET too, as CloudCore wants it.
    var body: [UInt8] = []
    /// From the look-up of the name to the last byte of the answer.
    var timeout: Duration
    /// A longer answer ends the connection.
    var limit = 1 << 20
}

struct HTTPSAnswer: Sendable, Hashable {
    var status: UInt
    var body: [UInt8] = []
}

/// Why there is no answer.
enum HTTPSFailure: Error, Sendable, Hashable {
    case unknownHost
    case refused
    case unreachable(String)
    case timedOut(isConnected: Bool)
    case tls(String)
    case wrongHost
    case closed
    case tooLarge(Int)
    case notHTTP
    case cancelled
}

/// What the TLS library says, in words.
enum TLSTrouble {
    /// The reason of a failed handshake or a lost session; nil when the error is another.
    static func reason(_ error: any Error) -> String? {
        switch error {
        case NIOSSLError.handshakeFailed(let inner), NIOSSLError.shutdownFailed(let inner): words(inner)
        case let inner as BoringSSLError: words(inner)
        case let other as NIOSSLExtraError:
            other == .failedToValidateHostname ? "its certificate is for another host" : "\(other)"
        case NIOSSLError.unableToValidateCertificate: "its certificate cannot be verified"
        case NIOSSLError.noCertificateToValidate: "it has no certificate"
        default: nil
        }
    }

    /// The library gives its codes as text only: `…OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at …`.
    private static func words(_ error: BoringSSLError) -> String {
        switch error {
        case .sslError(let stack), .unknownError(let stack):
            let texts = stack.map { entry in
                let text = "\(entry)"
                guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return text }
                return text[mark.upperBound...].prefix { $0 != " " }.lowercased()
                    .split(separator: "_").joined(separator: " ")
            }
            return texts.isEmpty ? "the connection broke off" : texts.joined(separator: ", ")
        case .zeroReturn, .syscallError: return "the connection broke off"
        default: return "\(error)"
        }
    }
}
