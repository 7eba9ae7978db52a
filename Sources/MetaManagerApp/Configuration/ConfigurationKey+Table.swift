extension ConfigurationKind {
    fileprivate static func time(_ range: ClosedRange<Int>) -> ConfigurationKind {
        .duration(.seconds(range.lowerBound)...(.seconds(range.upperBound)))
    }
    fileprivate static let second = time(1...3600)
    fileprivate static let pause = ConfigurationKind.duration(.milliseconds(10)...(.seconds(3600)))
    fileprivate static let anySize = ConfigurationKind.size(4096...(1 << 40))
    fileprivate static let frame = ConfigurationKind.size(4096...(1 << 30))
    fileprivate static let count = ConfigurationKind.integer(1...1_000_000_000)
}

// The one place that knows all settings: reading, checking, showing and the reference are driven by it.
extension ConfigurationKey {
    private static let cloudSchemes = ["wss", "ws"]

    /// All settings, in the order of the reference.
    public static let all: [ConfigurationKey] = meta + edgeHub + node + modules + metaServer + traceAndLog

    private static let meta: [ConfigurationKey] = [
        .init(
            "meta.sync.podstatus.interval", .time(1...86400), .text("60"), live: true,
            "How often the states of all pods are sent to the cloud again."),
        .init("meta.remote-query.timeout", .second, .text("55"), live: true, "How long a query waits for the cloud."),
        .init(
            "meta.remote-query.stale-after", .second, .text("10"), live: true,
            "After how long without an answer the stored copy is served."),
        .init("meta.volume.timeout", .second, .text("60"), live: true, "How long edged may take for a volume."),
        .init(
            "meta.database.path", .path, .text("/var/lib/metamanager/edgecore.db"),
            kubeEdge: .text("/var/lib/kubeedge/edgecore.db"), "The database file."),
        .init(
            "meta.database.budget", .anySize, .text("256MiB"), live: true,
            "What cached objects may take; what the cloud delivered is never evicted."),
        .init(
            "meta.database.backup.every", .time(0...31_536_000), .text("24h"), live: true,
            "How often the database is copied; 0 is off."),
        .init("meta.database.backup.path", .path, .besideDatabase("backup"), live: true, "The folder of the copies."),
        .init(
            "meta.encryption.key-file", .path, .besideDatabase("key"),
            "The key of sealed objects; made at the first start, mode 0600."),
        .init(
            "meta.encryption.credential", .text, .none, "The systemd credential that holds the key instead of a file."),
        .init(
            "meta.encryption.types", .list(nil), .text("[secret, serviceaccounttoken]"),
            "The types that are sealed at rest."),
    ]

    private static let edgeHub: [ConfigurationKey] = [
        .init(
            "edgehub.controller.protocol", .word(["websocket", "directory", "none"]), .text("websocket"),
            "How the cloud is reached; directory reads a folder of manifests instead."),
        .init("edgehub.controller.heartbeat", .second, .text("15"), live: true, "How often a sign of life is sent."),
        .init(
            "edgehub.controller.project-id", .text, .text("e632aba927ea4ac2b575ec1603d56f10"),
            "The project, a part of the cloud's URL."),
        .init("edgehub.controller.node-id", .name, .hostName, "The name of this node."),
        .init(
            "edgehub.websocket.url", .url(cloudSchemes), .none,
            "The cloud; without a path, /<project-id>/<node-id>/events is added."),
        .init(
            "edgehub.websocket.cafile", .path, .text("/etc/metamanager/ca/rootCA.crt"),
            kubeEdge: .text("/etc/kubeedge/ca/rootCA.crt"), "The cloud's certificate authority."),
        .init(
            "edgehub.websocket.certfile", .path, .text("/etc/metamanager/certs/server.crt"),
            kubeEdge: .text("/etc/kubeedge/certs/server.crt"), "This node's certificate."),
        .init(
            "edgehub.websocket.keyfile", .path, .text("/etc/metamanager/certs/server.key"),
            kubeEdge: .text("/etc/kubeedge/certs/server.key"), "The key of this node's certificate."),
        .init("edgehub.websocket.handshake-timeout", .second, .text("30"), live: true, "How long connecting may take."),
        .init("edgehub.websocket.write-deadline", .second, .text("15"), live: true, "How long a write may take."),
        .init(
            "edgehub.websocket.read-deadline", .time(0...86400), .text("15"), never: true,
            "Accepted for compatibility, not applied: an idle cloud sends nothing."),
        .init(
            "edgehub.websocket.max-frame", .frame, .text("64MiB"), live: true,
            "A larger frame is read and thrown away."),
        .init("edgehub.http.url", .url(["https", "http"]), .none, "Where certificates are asked for."),
        .init("edgehub.http.token", .text, .none, secret: true, "The token that a first certificate is asked with."),
        .init("edgehub.http.token-file", .path, .none, "A file that holds the token."),
        .init("edgehub.http.rotate-certificates", .boolean, .text("true"), "Whether certificates are renewed in time."),
        .init(
            "edgehub.rate.qps", .integer(1...100_000), .text("30"), live: true,
            "Messages a second that the outbox may send."),
        .init("edgehub.rate.burst", .integer(1...100_000), .text("60"), live: true, "Messages it may send at once."),
        .init("edgehub.reconnect.min", .pause, .text("1"), live: true, "The first pause between two connects."),
        .init("edgehub.reconnect.max", .pause, .text("30"), live: true, "The longest pause between two connects."),
        .init(
            "edgehub.outbox.max-facts", .count, .text("100000"), live: true, "How many facts may wait for the cloud."),
        .init("edgehub.outbox.max-age", .time(60...31_536_000), .text("7d"), live: true, "How long a fact may wait."),
        .init(
            "edgehub.directory.path", .path, .text("examples/manifests"),
            "The folder of manifests, for protocol directory."),
    ]

    private static let node: [ConfigurationKey] = [
        .init("node.register", .boolean, .text("false"), "Whether this program registers the node."),
        .init("node.labels", .map, .text("{}"), "Labels of the node it registers."),
        .init("node.address", .text, .none, "The node's address; unset, that of the default route."),
        .init("node.namespace", .name, .text("default"), "The namespace of the node's reports."),
    ]

    private static let modules: [ConfigurationKey] = [
        .init(
            "modules.enabled", .list(["websocket", "metaManager", "edged"]), .text("[websocket, metaManager]"),
            "The program's own modules; edged adds the simulator."),
        .init("modules.socket.path", .path, .text("/run/metamanager/beehive.sock"), "Where other modules attach."),
        .init("modules.socket.mode", .mode, .text("0600"), "The access bits of that socket."),
        .init("modules.socket.max-frame", .frame, .text("16MiB"), "The largest message of a module."),
        .init("modules.mailbox.messages", .count, .text("1024"), live: true, "Messages that may wait for a module."),
        .init("modules.mailbox.bytes", .anySize, .text("16MiB"), live: true, "Their size together."),
        .init(
            "modules.mailbox.keep", .time(1...604_800), .text("1h"), live: true,
            "How long they are kept for a module that went away."),
        .init("modules.timeout", .second, .text("60"), live: true, "How long a module may take to answer another."),
    ]

    private static let metaServer: [ConfigurationKey] = [
        .init("metaserver.server", .address, .text("127.0.0.1:10550"), "Where the local API listens; \"\" is off."),
        .init(
            "metaserver.socket", .text, .text("/run/metamanager/api.sock"), "Its Unix socket, mode 0600; \"\" is off."),
        .init(
            "metaserver.auth.mode", .word(["token", "none", "serviceaccount"]), .text("token"),
            "Who may use the API over TCP."),
        .init(
            "metaserver.auth.token-file", .path, .besideDatabase("api.token"),
            "The token; made at the first start, mode 0600."),
        .init(
            "metaserver.auth.service-account.key-files", .list(nil), .text("[]"), live: true,
            "The cluster's public keys for service account tokens."),
        .init("metaserver.auth.service-account.issuer", .text, .none, live: true, "The issuer such tokens must name."),
        .init(
            "metaserver.auth.service-account.audiences", .list(nil), .text("[]"), live: true,
            "The audiences such tokens may name."),
        .init("metaserver.tls.mode", .word(["off", "self-signed", "files"]), .text("off"), "TLS of the local API."),
        .init("metaserver.tls.cert-file", .path, .none, "The certificate, for mode files."),
        .init("metaserver.tls.key-file", .path, .none, "Its key, for mode files."),
        .init(
            "metaserver.offline.kinds", .list(nil), .text("[configmaps, leases, events, devices/status]"), live: true,
            "What may be written while the cloud is away."),
        .init(
            "metaserver.offline.conflict", .word(["cloud", "edge"]), .text("cloud"), live: true,
            "Whose change wins when both changed an object."),
        .init(
            "metaserver.feed.window", .window, .text("1h or 10000 changes"), live: true,
            "How far back a watch can resume."),
    ]

    private static let traceAndLog: [ConfigurationKey] = [
        .init("trace.path", .path, .besideDatabase("trace"), live: true, "The folder of recorded decisions."),
        .init(
            "trace.bytes", .size(0...(1 << 40)), .text("16MiB"), live: true, "What they may take, from 64KiB; 0 is off."
        ),
        .init(
            "log.level", .word(["trace", "debug", "info", "notice", "warning", "error", "critical"]), .text("info"),
            live: true, "The least important lines that are logged."),
        .init("log.format", .word(["text", "json"]), .text("text"), live: true, "The form of the lines."),
    ]
}
