internal import Beehive
internal import BeehiveSocket
internal import EdgeHub
internal import Logging
internal import MetaManager

/// From the configuration to what each part wants to know.
extension Settings {
    var planning: PlanningSettings {
        var planning = PlanningSettings()
        planning.remoteTimeout = meta.remoteQueryTimeout
        planning.staleAfter = meta.staleAfter
        planning.volumeTimeout = meta.volumeTimeout
        planning.moduleTimeout = modules.timeout
        planning.podStatusInterval = meta.podStatusInterval
        planning.maximumFacts = edgeHub.outboxMaxFacts
        planning.maximumAge = edgeHub.outboxMaxAge
        planning.conflictPolicy = metaServer.offlineConflict == .edge ? .edge : .cloud
        planning.nodeName = edgeHub.nodeID
        return planning
    }

    var mailbox: MailboxLimits { MailboxLimits(messages: modules.mailboxMessages, bytes: modules.mailboxBytes) }

    var logLevel: Logger.Level { Logger.Level(rawValue: log.level) ?? .info }

    var moduleSocket: SocketSettings {
        SocketSettings(path: modules.socketPath, mode: modules.socketMode, maximumFrameBytes: modules.maxFrame)
    }

    var identity: IdentitySettings {
        var identity = IdentitySettings(
            caFile: edgeHub.caFile, certFile: edgeHub.certFile, keyFile: edgeHub.keyFile, nodeID: edgeHub.nodeID)
        identity.httpURL = edgeHub.httpURL
        identity.token = edgeHub.token
        identity.tokenFile = edgeHub.tokenFile
        identity.rotate = edgeHub.rotateCertificates
        identity.requestTimeout = edgeHub.handshakeTimeout
        return identity
    }

    var nodeAgent: NodeAgentSettings {
        var agent = NodeAgentSettings(node: edgeHub.nodeID, labels: node.labels, namespace: node.namespace)
        agent.address = node.address ?? ""
        return agent
    }

    /// The link's settings; nil without a URL.
    func link() throws(LinkURLError) -> LinkSettings? {
        guard let url = edgeHub.url else { return nil }
        var link = LinkSettings(url: try LinkURL(url), nodeID: edgeHub.nodeID, projectID: edgeHub.projectID)
        link.heartbeat = edgeHub.heartbeat
        link.qps = edgeHub.qps
        link.burst = edgeHub.burst
        link.maximumFrame = edgeHub.maxFrame
        link.reconnectMinimum = edgeHub.reconnectMin
        link.reconnectMaximum = edgeHub.reconnectMax
        link.handshakeTimeout = edgeHub.handshakeTimeout
        link.writeDeadline = edgeHub.writeDeadline
        return link
    }
}
