internal import YAMLReader

/// KubeEdge's `edgecore.yaml`, mapped to the project's own settings.
struct EdgeCoreForm {
    private(set) var settings: [(key: ConfigurationKey, value: ConfigurationValue, line: Int)] = []
    private(set) var problems: [ConfigurationProblem] = []
    /// Settings without a counterpart here.
    private(set) var ignored: [String] = []

    /// KubeEdge's key on the left, the one it sets on the right.
    static let names: [String: String] = [
        "database.dataSource": "meta.database.path",
        "modules.edgeHub.heartbeat": "edgehub.controller.heartbeat",
        "modules.edgeHub.projectID": "edgehub.controller.project-id",
        "modules.edgeHub.token": "edgehub.http.token",
        "modules.edgeHub.httpServer": "edgehub.http.url",
        "modules.edgeHub.tlsCaFile": "edgehub.websocket.cafile",
        "modules.edgeHub.tlsCertFile": "edgehub.websocket.certfile",
        "modules.edgeHub.tlsPrivateKeyFile": "edgehub.websocket.keyfile",
        "modules.edgeHub.messageQPS": "edgehub.rate.qps",
        "modules.edgeHub.messageBurst": "edgehub.rate.burst",
        "modules.edgeHub.rotateCertificates": "edgehub.http.rotate-certificates",
        "modules.edgeHub.websocket.server": "edgehub.websocket.url",
        "modules.edgeHub.websocket.handshakeTimeout": "edgehub.websocket.handshake-timeout",
        "modules.edgeHub.websocket.readDeadline": "edgehub.websocket.read-deadline",
        "modules.edgeHub.websocket.writeDeadline": "edgehub.websocket.write-deadline",
        "modules.metaManager.podStatusSyncInterval": "meta.sync.podstatus.interval",
        "modules.metaManager.remoteQueryTimeout": "meta.remote-query.timeout",
        "modules.metaManager.metaServer.server": "metaserver.server",
        "modules.metaManager.metaServer.serviceAccountIssuers": "metaserver.auth.service-account.issuer",
        "modules.metaManager.metaServer.apiAudiences": "metaserver.auth.service-account.audiences",
        "modules.metaManager.metaServer.serviceAccountKeyFiles": "metaserver.auth.service-account.key-files",
        "modules.edged.hostnameOverride": "edgehub.controller.node-id",
        "modules.edged.registerNode": "node.register",
        "modules.edged.tailoredKubeletConfig.registerNode": "node.register",
        "modules.edged.labels": "node.labels",
        "modules.edged.nodeIP": "node.address",
        "modules.edged.nodeLabels": "node.labels",
        "modules.edged.registerNodeNamespace": "node.namespace",
    ]

    /// Keys that are understood and set nothing by themselves.
    private static let silent: Set<String> = [
        "kind", "apiVersion", "database.driverName", "database.aliasName", "modules.edgeHub.enable",
        "modules.edgeHub.websocket.enable", "modules.metaManager.enable", "modules.metaManager.metaServer.enable",
        // Always `hub` and `websocket` here, as in KubeEdge's own default.
        "modules.metaManager.contextSendGroup", "modules.metaManager.contextSendModule",
    ]

    /// Mappings that are looked into; any other is ignored as a whole.
    private static let groups: Set<String> = Set(
        (Array(names.keys) + Array(silent)).flatMap { name in
            let parts = name.split(separator: ".")
            return (1..<max(parts.count, 1)).map { parts.prefix($0).joined(separator: ".") }
        })

    mutating func take(_ root: YAMLNode) {
        let version = root["apiVersion"]?.scalar?.text ?? ""
        if !["v1alpha1", "v1alpha2"].map({ "edgecore.config.kubeedge.io/" + $0 }).contains(version) {
            let what = "'\(version)' is not known: wants edgecore.config.kubeedge.io/v1alpha1 or /v1alpha2"
            let line = root["apiVersion"]?.position.line ?? root.position.line
            problems.append(ConfigurationProblem(line: line, key: "apiVersion", what))
        }
        take(root, prefix: "")
        let modules = root["modules"]
        if let hub = modules?["edgeHub"], isOff(hub) { set("edgehub.controller.protocol", .text("none"), hub) }
        if let websocket = modules?["edgeHub"]?["websocket"], isOff(websocket) {
            set("edgehub.controller.protocol", .text("none"), websocket)
        }
        if let server = modules?["metaManager"]?["metaServer"], isOff(server) {
            set("metaserver.server", .text(""), server)
        }
    }

    private func isOff(_ node: YAMLNode) -> Bool { node["enable"]?.scalar?.text.lowercased() == "false" }

    private mutating func set(_ name: String, _ value: ConfigurationValue, _ node: YAMLNode) {
        guard let key = ConfigurationKey.named(name) else { return }
        settings.append((key, value, node["enable"]?.position.line ?? node.position.line))
    }

    private mutating func take(_ node: YAMLNode, prefix: String) {
        for entry in node.entries ?? [] {
            let name = prefix + entry.name
            if let target = Self.names[name].flatMap(ConfigurationKey.named) {
                take(entry, name, as: target)
            } else if Self.groups.contains(name), entry.value.entries != nil {
                take(entry.value, prefix: name + ".")
            } else if !Self.silent.contains(name), !entry.value.isNull {
                ignored.append(name)
            }
        }
    }

    private mutating func take(_ entry: YAMLEntry, _ name: String, as key: ConfigurationKey) {
        let line = entry.keyPosition.line
        do throws(ValueFault) {
            var node = entry.value
            if name.hasSuffix("serviceAccountIssuers"), let first = node.elements?.first { node = first }
            if let text = node.scalar?.text, name.hasSuffix("websocket.server"), !text.isEmpty, !text.contains("://") {
                node = YAMLNode(.scalar(YAMLScalar("wss://" + text)), at: node.position)
            }
            if let text = node.scalar?.text, name.hasSuffix("hostnameOverride") {
                node = YAMLNode(.scalar(YAMLScalar(text.lowercased())), at: node.position)
            }
            // An empty text is Go's way of saying that nothing is set.
            guard node.scalar?.text.isEmpty != true, let value = try key.kind.value(of: node) else { return }
            settings.append((key, value, line))
        } catch {
            problems.append(ConfigurationProblem(line: line, key: name, error.shown(for: key)))
        }
    }
}
