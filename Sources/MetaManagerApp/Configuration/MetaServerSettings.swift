/// The local Kubernetes API.
public struct MetaServerSettings: Sendable, Hashable {
    /// `metaserver.server`.
    public var server: String?
    /// `metaserver.socket`.
    public var socket: String?
    /// `metaserver.auth.mode`.
    public var authentication: APIAuthentication
    /// `metaserver.auth.token-file`.
    public var tokenFile: String
    /// `metaserver.auth.service-account.key-files`.
    public var serviceAccountKeyFiles: [String]
    /// `metaserver.auth.service-account.issuer`.
    public var serviceAccountIssuer: String?
    /// `metaserver.auth.service-account.audiences`.
    public var serviceAccountAudiences: [String]
    /// `metaserver.tls.mode`.
    public var tls: APITLS
    /// `metaserver.tls.cert-file`.
    public var tlsCertFile: String?
    /// `metaserver.tls.key-file`.
    public var tlsKeyFile: String?
    /// `metaserver.offline.kinds`.
    public var offlineKinds: [String]
    /// `metaserver.offline.conflict`.
    public var offlineConflict: OfflineConflict
    /// `metaserver.feed.window`.
    public var feedWindow: FeedWindow

    init(_ values: ConfigurationValues) {
        server = values.optionalText("metaserver.server")
        socket = values.optionalText("metaserver.socket")
        authentication = APIAuthentication(rawValue: values.text("metaserver.auth.mode")) ?? .token
        tokenFile = values.text("metaserver.auth.token-file")
        serviceAccountKeyFiles = values.list("metaserver.auth.service-account.key-files")
        serviceAccountIssuer = values.optionalText("metaserver.auth.service-account.issuer")
        serviceAccountAudiences = values.list("metaserver.auth.service-account.audiences")
        tls = APITLS(rawValue: values.text("metaserver.tls.mode")) ?? .off
        tlsCertFile = values.optionalText("metaserver.tls.cert-file")
        tlsKeyFile = values.optionalText("metaserver.tls.key-file")
        offlineKinds = values.list("metaserver.offline.kinds")
        offlineConflict = OfflineConflict(rawValue: values.text("metaserver.offline.conflict")) ?? .cloud
        feedWindow = values.window("metaserver.feed.window")
    }
}
