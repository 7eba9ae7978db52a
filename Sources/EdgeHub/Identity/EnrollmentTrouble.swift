internal import Beehive

/// The words for what goes wrong while a certificate is got: one line, with a cure, and without the token.
struct EnrollmentTrouble: Sendable {
    enum Act: String, Sendable {
        case join = "joining"
        case renew = "renewing the certificate"
    }

    let address: CloudAddress
    let act: Act
    /// What must not be shown, even if the cloud says it.
    let secrets: [String]

    private var thing: String { "\(act.rawValue) at \(address.authority)" }

    func otherAuthority() -> IdentityError {
        IdentityError(
            .authority,
            "\(thing): the cloud's CA is not the one that the join token names; take the token of this cloud "
                + "(Secret kubeedge/tokensecret), or correct edgehub.http.url; nothing was stored")
    }

    func answer(_ path: String, _ cause: String) -> IdentityError {
        IdentityError(.answer, "\(thing): the answer to \(path) cannot be used: \(cause)")
    }

    func refused(_ path: String, _ answer: HTTPSAnswer) -> IdentityError {
        let line = shown(answer.body)
        let said = "the answer to \(path) is \(answer.status)" + (line.isEmpty ? "" : " (\(line))")
        let cure =
            switch (act, answer.status) {
            case (.join, 401): "; the token is wrong or has expired: take a new one from Secret kubeedge/tokensecret"
            case (.renew, 401): "; the cloud does not accept the certificate for this node: join again with a token"
            case (_, 300...399): "; redirects are not followed: correct edgehub.http.url"
            case (_, 404): "; is edgehub.http.url CloudCore's https address?"
            default: "; see CloudCore's log"
            }
        return IdentityError(.refused, "\(thing): \(said)\(cure)")
    }

    func failed(_ path: String, _ failure: HTTPSFailure, timeout: Duration) -> IdentityError {
        switch failure {
        case .unknownHost:
            IdentityError(
                .unreachable, "\(thing): the name \(address.host) does not resolve; check edgehub.http.url and DNS")
        case .refused:
            IdentityError(
                .unreachable, "\(thing): connection refused; is CloudCore running, and is edgehub.http.url its address?"
            )
        case .unreachable(let cause):
            IdentityError(.unreachable, "\(thing): \(plain(cause)); check the network and edgehub.http.url")
        case .timedOut(let isConnected):
            IdentityError(
                .unreachable,
                "\(thing): "
                    + (isConnected ? "connected, but no answer to \(path)" : "no connection")
                    + " within \(timeout); check the network, and whether this port is CloudCore's")
        case .tls(let cause):
            IdentityError(
                .tls,
                "\(thing): TLS failed: \(plain(cause)); the cloud's certificate must come from its CA and be in date, "
                    + "and so must the node's; check both clocks")
        case .wrongHost:
            IdentityError(
                .tls,
                "\(thing): TLS failed: the cloud's certificate is not for \(address.host); use a name or address of "
                    + "CloudCore's advertiseAddress or dnsNames")
        case .closed:
            IdentityError(.unreachable, "\(thing): the connection was closed before the answer to \(path) was whole")
        case .tooLarge(let limit):
            IdentityError(
                .answer, "\(thing): the answer to \(path) is larger than \(limit) bytes; is this port CloudCore's?")
        case .notHTTP:
            IdentityError(.answer, "\(thing): the answer to \(path) is not HTTP; is this port CloudCore's?")
        case .cancelled: .cancelled
        }
    }

    /// The first line of a body, short, printable, and without the secrets in whole or in parts.
    private func shown(_ body: [UInt8]) -> String {
        let line = body.prefix(4096).prefix { $0 != 0x0a && $0 != 0x0d }
        guard !line.contains(0), let text = String(validating: line, as: UTF8.self) else { return "" }
        var safe = text
        for secret in secrets {
            for part in [secret] + secret.split(separator: ".").map(String.init) where part.utf8.count >= 8 {
                safe = safe.split(separator: part, omittingEmptySubsequences: false).joined(separator: "<token>")
            }
        }
        return String(plain(safe).prefix(200))
    }

    private func plain(_ text: String) -> String {
        OneLine.of(text, limit: 1000)
    }
}
