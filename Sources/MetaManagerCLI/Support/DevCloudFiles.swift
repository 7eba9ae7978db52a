internal import Beehive
internal import FakeCloud
internal import Glibc
internal import MetaManagerApp
internal import NodePKI

/// The files of a simulated cloud: its authority's key, and what a node needs to join it.
struct DevCloudFiles {
    /// From the root on: the configuration works wherever it is read.
    let folder: String
    let node: String
    /// Where the node's local API listens; empty for its Unix socket alone.
    let api: String

    init(folder: String, node: String, api: String) {
        var here = [CChar](repeating: 0, count: Int(PATH_MAX))
        let isRelative = !folder.hasPrefix("/") && getcwd(&here, here.count) != nil
        let base = String(decoding: here.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.folder = isRelative ? "\(base)/\(folder)" : folder
        self.node = node
        self.api = api
    }

    /// The authority of an earlier run, so that nodes that joined then need no new token; a new one else.
    func authority(now: Int64) throws -> CertificateAuthority {
        let path = folder + "/authority.pem"
        if let text = read(path) { return try CertificateAuthority(pem: text, key: KeyPair(pem: text)) }
        let authority = try CertificateAuthority(validity: CertificateValidity(from: now, days: 3650))
        try Folders.make(for: path)
        try write(authority.pem + authority.key.pem, to: path)
        return authority
    }

    /// Writes the join token and the configuration of a node.
    func write(_ cloud: FakeCloudCore) throws {
        try write(cloud.token + "\n", to: folder + "/token")
        let path = "\(folder)/\(node)"
        let isClassic = cloud.settings.generation == .classic
        if isClassic { try makeByHand(cloud, in: path) }
        let http = "  http:\n    url: \(cloud.httpsURL)\n    token-file: \(folder)/token\n"
        try write(
            """
            # A node of the simulated cloud: metamanager run --config \(folder)/edge.yaml
            meta:
              database:
                path: \(path)/edgecore.db
            edgehub:
              controller:
                protocol: websocket
                node-id: \(node)
              websocket:
                url: \(cloud.url)
                cafile: \(path)/ca/rootCA.crt
                certfile: \(path)/certs/server.crt
                keyfile: \(path)/certs/server.key
            \(isClassic ? "" : http)
            node:
              register: true
            modules:
              enabled: [websocket, metaManager, edged]
              socket:
                path: \(path)/beehive.sock
            metaserver:
              server: "\(api)"
              socket: \(path)/api.sock
              # kubectl sends no token over plain HTTP.
              tls:
                mode: \(api.isEmpty ? "off" : "self-signed")

            """, to: folder + "/edge.yaml")
    }

    /// What an operator of 1.2 does: makes the node's certificate and carries it there.
    private func makeByHand(_ cloud: FakeCloudCore, in path: String) throws {
        guard let authority = cloud.authority else { return }
        let key = KeyPair()
        let now = SystemTime().now().wall
        let certificate = try authority.clientCertificate(
            for: CertificateRequest(node: node, key: key),
            validity: CertificateValidity(from: now, days: 365))
        for (name, text) in [
            ("ca/rootCA.crt", authority.pem), ("certs/server.crt", certificate.pem), ("certs/server.key", key.pem),
        ] {
            try Folders.make(for: "\(path)/\(name)")
            try write(text, to: "\(path)/\(name)")
        }
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0, let file = fdopen(descriptor, "w") else {
            throw Failure.cannotCreate("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        fputs(text, file)
    }
}
