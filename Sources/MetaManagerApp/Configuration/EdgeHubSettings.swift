/// The link to the cloud.
public struct EdgeHubSettings: Sendable, Hashable {
    /// `edgehub.controller.protocol`.
    public var link: CloudLink
    /// `edgehub.controller.heartbeat`.
    public var heartbeat: Duration
    /// `edgehub.controller.project-id`.
    public var projectID: String
    /// `edgehub.controller.node-id`.
    public var nodeID: String
    /// `edgehub.websocket.url`.
    public var url: String?
    /// `edgehub.websocket.cafile`.
    public var caFile: String
    /// `edgehub.websocket.certfile`.
    public var certFile: String
    /// `edgehub.websocket.keyfile`.
    public var keyFile: String
    /// `edgehub.websocket.handshake-timeout`.
    public var handshakeTimeout: Duration
    /// `edgehub.websocket.write-deadline`.
    public var writeDeadline: Duration
    /// `edgehub.websocket.max-frame`.
    public var maxFrame: Int
    /// `edgehub.http.url`.
    public var httpURL: String?
    /// `edgehub.http.token`.
    public var token: String?
    /// `edgehub.http.token-file`.
    public var tokenFile: String?
    /// `edgehub.http.rotate-certificates`.
    public var rotateCertificates: Bool
    /// `edgehub.rate.qps`.
    public var qps: Int
    /// `edgehub.rate.burst`.
    public var burst: Int
    /// `edgehub.reconnect.min`.
    public var reconnectMin: Duration
    /// `edgehub.reconnect.max`.
    public var reconnectMax: Duration
    /// `edgehub.outbox.max-facts`.
    public var outboxMaxFacts: Int
    /// `edgehub.outbox.max-age`.
    public var outboxMaxAge: Duration
    /// `edgehub.directory.path`.
    public var directoryPath: String

    init(_ values: ConfigurationValues) {
        link = CloudLink(rawValue: values.text("edgehub.controller.protocol")) ?? .websocket
        heartbeat = values.duration("edgehub.controller.heartbeat")
        projectID = values.text("edgehub.controller.project-id")
        nodeID = values.text("edgehub.controller.node-id")
        url = values.optionalText("edgehub.websocket.url")
        caFile = values.text("edgehub.websocket.cafile")
        certFile = values.text("edgehub.websocket.certfile")
        keyFile = values.text("edgehub.websocket.keyfile")
        handshakeTimeout = values.duration("edgehub.websocket.handshake-timeout")
        writeDeadline = values.duration("edgehub.websocket.write-deadline")
        maxFrame = values.integer("edgehub.websocket.max-frame")
        httpURL = values.optionalText("edgehub.http.url")
        token = values.optionalText("edgehub.http.token")
        tokenFile = values.optionalText("edgehub.http.token-file")
        rotateCertificates = values.boolean("edgehub.http.rotate-certificates")
        qps = values.integer("edgehub.rate.qps")
        burst = values.integer("edgehub.rate.burst")
        reconnectMin = values.duration("edgehub.reconnect.min")
        reconnectMax = values.duration("edgehub.reconnect.max")
        outboxMaxFacts = values.integer("edgehub.outbox.max-facts")
        outboxMaxAge = values.duration("edgehub.outbox.max-age")
        directoryPath = values.text("edgehub.directory.path")
    }
}
