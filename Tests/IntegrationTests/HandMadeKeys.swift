import Glibc
import Testing

/// Certificates as people made them for release 1.2: RSA, by openssl, for one cloud and one node.
struct HandMadeKeys: Sendable {
    let folder: TemporaryFolder

    /// Makes `ca`, `server` and `node`, each a `.crt` and a `.key`.
    init(node: String) throws {
        folder = try TemporaryFolder()
        try folder.write("subjectAltName=IP:127.0.0.1\n", to: "server.ext")
        try folder.write("extendedKeyUsage=clientAuth\n", to: "node.ext")
        let path = folder.path
        try Self.run([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path + "/ca.key", "-out", path + "/ca.crt",
            "-days", "30", "-subj", "/CN=by hand",
        ])
        for (name, subject) in [("server", "/CN=cloud"), ("node", "/O=by hand/CN=\(node)")] {
            try Self.run([
                "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).csr",
                "-subj", subject,
            ])
            try Self.run([
                "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", path + "/ca.crt", "-CAkey", path + "/ca.key",
                "-CAcreateserial", "-days", "30", "-extfile", "\(path)/\(name).ext", "-out", "\(path)/\(name).crt",
            ])
        }
        chmod(path + "/node.key", 0o600)
    }

    func read(_ name: String) -> String { folder.read(name) }

    private static func run(_ words: [String]) throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = (["openssl"] + words).map { strdup($0) }
        defer { for word in arguments { free(word) } }
        arguments.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for output: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
        }
        var child = pid_t()
        try #require(
            posix_spawnp(&child, "openssl", &actions, nil, arguments, environ) == 0, "openssl is not installed")
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        try #require(status == 0, "openssl \(words.first ?? "") failed")
    }
}
