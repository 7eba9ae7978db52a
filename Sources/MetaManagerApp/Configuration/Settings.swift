/// All settings, checked, one part for each component.
public struct Settings: Sendable, Hashable {
    /// The store and what MetaManager does with it.
    public var meta: MetaSettings
    /// The link to the cloud.
    public var edgeHub: EdgeHubSettings
    /// The Node object of this machine.
    public var node: NodeSettings
    /// The modules of the node and how they attach.
    public var modules: ModulesSettings
    /// The local Kubernetes API.
    public var metaServer: MetaServerSettings
    /// The recording of decisions.
    public var trace: TraceSettings
    /// The log.
    public var log: LogSettings

    init(_ values: ConfigurationValues) {
        meta = MetaSettings(values)
        edgeHub = EdgeHubSettings(values)
        node = NodeSettings(values)
        modules = ModulesSettings(values)
        metaServer = MetaServerSettings(values)
        trace = TraceSettings(values)
        log = LogSettings(values)
    }
}

/// How the cloud is reached.
public enum CloudLink: String, Sendable, Hashable {
    /// A CloudCore, over a WebSocket.
    case websocket
    /// A folder of manifests stands in for it.
    case directory
    /// No cloud at all.
    case none
}

/// Who may use the local API over TCP.
public enum APIAuthentication: String, Sendable, Hashable {
    /// Who has the token of the token file.
    case token
    /// Everybody who reaches it.
    case none
    /// Who has a token of a service account, as far as its roles go.
    case serviceAccount = "serviceaccount"
}

/// TLS of the local API.
public enum APITLS: String, Sendable, Hashable {
    /// None: plain HTTP.
    case off
    /// A certificate that the program makes itself.
    case selfSigned = "self-signed"
    /// A certificate from files.
    case files
}

/// Whose change wins when both sides changed an object.
public enum OfflineConflict: String, Sendable, Hashable {
    /// The cloud's.
    case cloud
    /// A status that was written here; of all else the cloud's.
    case edge
}

/// The form of log lines.
public enum LogFormat: String, Sendable, Hashable {
    /// A line for people.
    case text
    /// One JSON object a line.
    case json
}
