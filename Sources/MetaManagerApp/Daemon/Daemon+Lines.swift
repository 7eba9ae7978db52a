extension Daemon {
    /// What a person who starts it wants to know.
    static func lines(_ settings: Settings, port: Int?) -> [String] {
        var lines: [String] = []
        switch settings.edgeHub.link {
        case .directory: lines.append("the folder \(settings.edgeHub.directoryPath) stands in for the cloud")
        case .none: lines.append("there is no cloud (edgehub.controller.protocol: none)")
        case .websocket:
            lines.append(
                settings.edgeHub.url.map { "the cloud is \($0), and this node \(settings.edgeHub.nodeID)" }
                    ?? "edgehub.websocket.url is not set: working offline")
        }
        if settings.modules.enabled.contains("edged") { lines.append("edged is simulated: it starts no containers") }
        lines.append("modules attach to \(settings.modules.socketPath)")
        if let port, let server = settings.metaServer.server {
            let host = server.split(separator: ":").dropLast().joined(separator: ":")
            let guarded =
                settings.metaServer.authentication == .none
                ? "open to every local user" : "with the token in \(settings.metaServer.tokenFile)"
            let scheme = settings.metaServer.tls == .off ? "http" : "https"
            lines.append(
                "the Kubernetes API (secrets and writes too), health and metrics on \(scheme)://\(host):\(port), \(guarded)"
            )
        }
        return lines
    }
}
