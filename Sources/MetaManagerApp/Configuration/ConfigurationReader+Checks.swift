internal import EdgeHub

extension ConfigurationReader {
    /// What one setting alone cannot tell.
    mutating func check() {
        func fault(_ name: String, _ what: String) {
            problems.append(ConfigurationProblem(line: values[name]?.line, key: name, what))
        }
        if values.duration("edgehub.reconnect.min") > values.duration("edgehub.reconnect.max") {
            fault("edgehub.reconnect.min", "is longer than edgehub.reconnect.max")
        }
        if values.optionalText("edgehub.http.token") != nil, values.optionalText("edgehub.http.token-file") != nil {
            fault("edgehub.http.token-file", "edgehub.http.token is set too: keep one of them")
        }
        if values.text("metaserver.auth.mode") == "serviceaccount",
            values.list("metaserver.auth.service-account.key-files").isEmpty
        {
            fault("metaserver.auth.mode", "serviceaccount wants metaserver.auth.service-account.key-files")
        }
        if values.text("metaserver.tls.mode") != "off" {
            // Plain HTTP where TLS was asked for would be worse than no start.
            fault("metaserver.tls.mode", "this release serves no TLS: only off works, on a loopback address")
        }
        noteWithoutEffect()
        checkServer()
        checkLink()
    }

    /// Settings that somebody may count on, and that do nothing yet.
    private mutating func noteWithoutEffect() {
        if values.text("metaserver.auth.mode") == "serviceaccount" {
            notices.append(
                "metaserver.auth.mode 'serviceaccount' has no effect in this release: the API wants the token in "
                    + "metaserver.auth.token-file")
        }
    }

    /// The server refuses the same; here it is told before the start, with its line.
    private mutating func checkServer() {
        let name = "metaserver.server"
        guard let server = values.optionalText(name), let colon = server.lastIndex(of: ":") else { return }
        let host = server[..<colon].filter { $0 != "[" && $0 != "]" }
        guard host != "localhost", host != "::1", !host.hasPrefix("127.") else { return }
        problems.append(
            ConfigurationProblem(
                line: values[name]?.line, key: name,
                "'\(server)' is no loopback address, and tokens would cross the network in the clear: use 127.0.0.1"))
    }

    private mutating func checkLink() {
        guard let key = ConfigurationKey.named("edgehub.websocket.url"), let entry = values[key.name],
            let url = values.optionalText(key.name)
        else {
            if values.text("edgehub.controller.protocol") == "websocket" {
                notices.append("edgehub.websocket.url is not set: there is no cloud to connect to until it is")
            }
            return
        }
        do {
            _ = try LinkURL(url)
        } catch {
            // The error names the key itself, as it does where no line is known.
            problems.append(ConfigurationProblem(line: entry.line, key: key.name, "\(error)"))
            return
        }
        // KubeEdge's file names host and port only; the path is always the same.
        let afterScheme = url.split(separator: "://", maxSplits: 1).last ?? ""
        guard !afterScheme.contains("/") || afterScheme.firstIndex(of: "/") == afterScheme.indices.last else { return }
        let project = values.text("edgehub.controller.project-id")
        let node = values.text("edgehub.controller.node-id")
        let slash = url.hasSuffix("/") ? "" : "/"
        values.set(key, .text("\(url)\(slash)\(project)/\(node)/events"), entry.origin, line: entry.line)
    }
}
