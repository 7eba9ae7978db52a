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
    case websocket
    case directory
    case none
}

/// Who may use the local API over TCP.
public enum APIAuthentication: String, Sendable, Hashable {
    case token
    case none
    case serviceAccount = "serviceaccount"
}

/// TLS of the local API.
public enum APITLS: String, Sendable, Hashable {
    case off
    case selfSigned = "self-signed"
    case files
}

/// Whose change wins when both sides changed an object.
public enum OfflineConflict: String, Sendable, Hashable {
    case cloud
    case edge
}

/// The form of log lines.
public enum LogFormat: String, Sendable, Hashable {
    case text
    case json
}
