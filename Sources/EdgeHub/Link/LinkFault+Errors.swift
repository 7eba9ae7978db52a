internal import Beehive
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// From what the transport throws to one line for people.
extension LinkFault {
    /// Translates an error of the transport.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - phase: what was under way.
    ///   - url: where the cloud is.
    init(of error: any Error, while phase: LinkState.Phase, to url: LinkURL) {
        switch error {
        case let fault as LinkFault: self = fault
        case let error as NIOConnectionError: self.init(error, url)
        case ChannelError.connectTimeout:
            self.init(.handshakeTimeout, "\(url) did not answer within edgehub.websocket.handshake-timeout")
        case NIOSSLError.uncleanShutdown: self.init(.closed, "\(url) closed the connection without a word")
        case let error as NIOSSLExtraError: self.init(error, url)
        case let error as BoringSSLError: self.init(tls: "\(error)", url)
        case let error as NIOSSLError: self.init(tls: "\(error)", url)
        case let error as IOError:
            self.init(phase == .alive ? .broken : .unreachable, "the connection to \(url) broke: \(Self.words(error))")
        case is ChannelError where phase != .alive:
            self.init(
                .notWebSocket,
                "\(url) ended the connection in the middle of the handshake: is this CloudCore's websocket port (10000), "
                    + "and does it speak \(url.isSecure ? "TLS" : "without TLS")?")
        case is NIOHTTPClientUpgradeError:
            self.init(
                .notWebSocket, "\(url) does not answer the upgrade as a websocket does: is this CloudCore's port 10000?"
            )
        default: self.init(.broken, "the connection to \(url) failed: \(OneLine.of("\(error)"))")
        }
    }

    private init(_ error: NIOConnectionError, _ url: LinkURL) {
        if error.connectionErrors.isEmpty, let cause = error.dnsAError ?? error.dnsAAAAError {
            self.init(
                .name, "the name \(url.host) of edgehub.websocket.url does not resolve: \(OneLine.of("\(cause)"))")
            return
        }
        let causes = error.connectionErrors.map { single in
            (single.error as? IOError).map(Self.words) ?? OneLine.of("\(single.error)")
        }
        self.init(
            .unreachable,
            "nobody answers at \(url): \(causes.first ?? "no address"); is CloudCore running, is the way open?")
    }

    private init(_ error: NIOSSLExtraError, _ url: LinkURL) {
        switch error {
        case .failedToValidateHostname:
            self.init(
                .untrustedServer,
                "the certificate of \(url) is for another name or address: add \(url.host) to CloudCore's advertiseAddress "
                    + "or dnsNames, or dial one that it names")
        default: self.init(tls: "\(error)", url)
        }
    }

    /// BoringSSL tells its reasons in words only; they choose a line for people and nothing else hangs on them but whether
    /// a new certificate is worth trying.
    private init(tls text: String, _ url: LinkURL) {
        let refusals = [
            "ALERT_CERTIFICATE", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_REQUIRED", "CERTIFICATE_EXPIRED",
            "CERTIFICATE_REVOKED", "CERTIFICATE_UNKNOWN", "ACCESS_DENIED", "UNSUPPORTED_CERTIFICATE",
        ]
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self.init(
                .untrustedServer,
                "the certificate of \(url) is not signed by the CA in edgehub.websocket.cafile, or not valid now: "
                    + "check the CA file and this machine's clock")
        } else if text.contains("ALERT") && refusals.contains(where: { text.contains($0) }) {
            self.init(
                .rejectedCertificate,
                "\(url) does not take this node's certificate (\(Self.reason(text))): it has expired or is signed by another CA"
            )
        } else {
            self.init(.tls, "TLS with \(url) failed: \(Self.reason(text))")
        }
    }

    /// The last word of BoringSSL's error, which is its reason.
    private static func reason(_ text: String) -> String {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return words.last { $0.count > 3 && $0.allSatisfy { $0.isUppercase || $0 == "_" || $0.isNumber } }.map(
            String.init)
            ?? OneLine.of(text)
    }

    /// The kernel's own words, without the library's around them.
    private static func words(_ error: IOError) -> String { String(cString: strerror(error.errnoCode)).lowercased() }
}
