internal import Logging
internal import MetaServer
internal import MetaStore
internal import NIOPosix

/// Who may use the local API, and what its TLS is served with.
struct APIAccess: Sendable {
    let authenticator: any Authenticator
    /// Nil unless tokens of service accounts are taken.
    let serviceAccounts: ServiceAccountAuthenticator?
    /// Answers `kubectl auth can-i` and its kin.
    let reviews: AccessReviews
    /// Answers `kubectl --as`.
    let impersonation: Impersonation
    /// Under which names the address may be used.
    let names: HostNames
    /// Nil for plain HTTP.
    let certificates: APICertificates?
    /// Writes down who reads secrets.
    let audit: Audit

    init(
        _ settings: Settings, reader: StoreReader, threads: NIOThreadPool, logger: Logger, audit: Logger
    ) throws {
        self.audit = Audit(logger: audit)
        let accounts = StoredAccounts(reader: reader, threads: threads)
        serviceAccounts =
            try settings.metaServer.authentication == .serviceAccount
            ? ServiceAccountAuthenticator(rules: Self.rules(settings.metaServer), accounts: accounts) : nil
        authenticator = try Self.authenticator(settings.metaServer, serviceAccounts)
        reviews = AccessReviews(authenticator: authenticator, accounts: accounts)
        impersonation = Impersonation(accounts: accounts)
        let api = settings.metaServer
        names = HostNames(
            [MetaServerSettings.host(of: api.server ?? ""), HostName.current()].filter { !$0.isEmpty },
            checksHost: api.tls == .off || api.authentication == .none)
        certificates = try Self.certificates(settings, logger: logger)
    }

    private static func authenticator(
        _ settings: MetaServerSettings, _ serviceAccounts: ServiceAccountAuthenticator?
    ) throws -> any Authenticator {
        guard settings.authentication != .none else { return OpenAuthenticator() }
        do {
            try Folders.make(for: settings.tokenFile)
            let token = try TokenFile.loadOrMake(path: settings.tokenFile)
            return PeerAuthenticator(
                users: TokenFile.ownUsers, next: TokenAuthenticator(token: token, next: serviceAccounts))
        } catch {
            throw DaemonError(code: 73, "metaserver.auth.token-file: \(error)")
        }
    }

    private static func rules(_ settings: MetaServerSettings) throws -> TokenRules {
        do {
            return TokenRules(
                keys: try KeyFiles.load(settings.serviceAccountKeyFiles), issuer: settings.serviceAccountIssuer,
                audiences: settings.serviceAccountAudiences)
        } catch {
            throw DaemonError(code: 78, "metaserver.auth.service-account.key-files: \(error)")
        }
    }

    private static func certificates(_ settings: Settings, logger: Logger) throws -> APICertificates? {
        let api = settings.metaServer
        guard let server = api.server, let source = api.certificateSource(settings.meta, server: server) else {
            return nil
        }
        do {
            return try APICertificates(source: source, logger: logger)
        } catch {
            throw DaemonError(code: 73, "\(error)")
        }
    }

    /// Reads new keys, to take them over with issuer and audiences, and to look at the certificate's files.
    ///
    /// - Throws: `DaemonError` that names the file of keys that cannot be used.
    func prepare(_ settings: Settings) throws -> LivePart.Change {
        let rules = try serviceAccounts.map { _ in try Self.rules(settings.metaServer) }
        return {
            certificates?.refresh()
            if let rules { serviceAccounts?.set(rules) }
        }
    }
}

extension MetaServerSettings {
    /// Where certificate and key come from; nil without TLS.
    func certificateSource(_ meta: MetaSettings, server: String) -> APICertificates.Source? {
        switch tls {
        case .off: return nil
        case .files: return .files(certificate: tlsCertFile ?? "", key: tlsKeyFile ?? "")
        case .selfSigned:
            return .selfSigned(
                folder: Self.folder(of: meta.databasePath), host: HostName.current(), address: Self.host(of: server))
        }
    }

    /// The folder of a file; empty for the one that the process is in.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The host of `host:port`, without brackets.
    package static func host(of server: String) -> String {
        guard let colon = server.lastIndex(of: ":") else { return server }
        return server[..<colon].filter { $0 != "[" && $0 != "]" }
    }

    /// The API's URL for clients on this node; nil when it listens nowhere.
    package var url: String? { server.map { "\(tls == .off ? "http" : "https")://\($0)" } }
}
