internal import Beehive
internal import MetaManagerApp
internal import NodePKI

/// A kubeconfig with one cluster: the local API.
struct Kubeconfig: Equatable {
    /// How clients say who they are.
    enum User: Equatable {
        /// The token is read from its file for each use, so that it may change.
        case tokenFile(String)
        case token(String)
    }

    /// The API's URL.
    var server: String
    /// PEM of the CA; nil for none, or for one that the system knows.
    var authority: [UInt8]?
    /// Nil where nobody is asked.
    var user: User?

    /// The first line of each: a file without it is somebody's own.
    static let mark = "# Written by metamanager kubeconfig, which replaces it."

    /// Makes one for a URL.
    init(server: String) { self.server = server }

    /// The file's text.
    var yaml: String {
        var lines = [
            Self.mark, "apiVersion: v1", "kind: Config", "clusters:", "- name: metamanager", "  cluster:",
            "    server: \(Self.quoted(server))",
        ]
        if let authority { lines.append("    certificate-authority-data: \(Base64.standard.encode(authority))") }
        lines += ["users:", "- name: metamanager"]
        switch user {
        case .tokenFile(let path): lines += ["  user:", "    tokenFile: \(Self.quoted(path))"]
        case .token(let token): lines += ["  user:", "    token: \(Self.quoted(token))"]
        case nil: lines.append("  user: {}")
        }
        lines += [
            "contexts:", "- name: metamanager", "  context:", "    cluster: metamanager", "    user: metamanager",
            "current-context: metamanager", "",
        ]
        return lines.joined(separator: "\n")
    }

    /// JSON's form of a text is YAML's too.
    private static func quoted(_ text: String) -> String { String(decoding: JSONValue(text: text).json, as: UTF8.self) }
}

extension MetaServerSettings {
    /// What clients trust the API's certificate by; nil without TLS.
    func caFile(_ meta: MetaSettings) -> String? {
        switch tls {
        case .off: return nil
        case .files: return tlsCertFile
        case .selfSigned:
            let folder = Self.folder(of: meta.databasePath)
            return folder.isEmpty ? "api-ca.crt" : "\(folder)/api-ca.crt"
        }
    }
}
