internal import EdgeHub
internal import KubeAPI
internal import MetaManager

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
        if values.text("metaserver.auth.mode") == "serviceaccount" {
            // The file may be checked on another machine: no fault, but worth a word.
            for path in values.list("metaserver.auth.service-account.key-files")
            where !ConfigurationFile.exists(path) {
                notices.append(
                    "metaserver.auth.service-account.key-files: \(path) is not there; without it the daemon does not start"
                )
            }
        }
        if (1..<FlightRecorder.smallest).contains(values.integer("trace.bytes")) {
            fault(
                "trace.bytes", "wants 64KiB or more: less holds nothing that can be replayed; 0 switches the record off"
            )
        }
        checkServer()
        checkOfflineKinds()
        checkLink()
    }

    /// The server refuses the same; here it is told before the start, with its line.
    private mutating func checkServer() {
        func fault(_ name: String, _ what: String) {
            problems.append(ConfigurationProblem(line: values[name]?.line, key: name, what))
        }
        let (hasTLS, isOpen) = (
            values.text("metaserver.tls.mode") != "off", values.text("metaserver.auth.mode") == "none"
        )
        if values.text("metaserver.tls.mode") == "files",
            ["metaserver.tls.cert-file", "metaserver.tls.key-file"].contains(where: { values.optionalText($0) == nil })
        {
            fault("metaserver.tls.mode", "files wants metaserver.tls.cert-file and metaserver.tls.key-file")
        }
        let name = "metaserver.server"
        guard let server = values.optionalText(name), let colon = server.lastIndex(of: ":") else { return }
        let host = server[..<colon].filter { $0 != "[" && $0 != "]" }
        guard host != "localhost", host != "::1", !host.hasPrefix("127.") else { return }
        if isOpen {
            fault(
                name, "'\(server)' is no loopback address, and metaserver.auth.mode is none: the network could do all")
        } else if !hasTLS {
            fault(
                name,
                "'\(server)' is no loopback address, and tokens would cross the network in the clear: use 127.0.0.1, or "
                    + "set metaserver.tls.mode")
        }
    }

    /// A word that means no kind would be read over in silence, and what it was meant for be refused.
    private mutating func checkOfflineKinds() {
        let name = "metaserver.offline.kinds"
        for word in values.list(name) {
            guard let fault = WritePolicy.fault(inKind: word) else { continue }
            let nearest =
                word == "secrets" ? "" : suggestion { EditDistance.nearest(to: word, among: WritePolicy.kindWords) }
            problems.append(
                ConfigurationProblem(
                    line: values[name]?.line, key: name,
                    "'\(word)' \(fault)\(nearest)"))
        }
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
