import Glibc
import TestKit

/// Certificates as people made them for release 1.2: RSA, by openssl, for one cloud and one node.
struct HandMadeKeys: Sendable {
    let folder: TemporaryFolder

    /// Makes `ca`, `server` and `node`, each a `.crt` and a `.key`.
    init(node: String) throws {
        folder = try TemporaryFolder()
        try folder.write("subjectAltName=IP:127.0.0.1\n", to: "server.ext")
        try folder.write("extendedKeyUsage=clientAuth\n", to: "node.ext")
        let path = folder.path
        try OpenSSL.run([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path + "/ca.key", "-out", path + "/ca.crt",
            "-days", "30", "-subj", "/CN=by hand",
        ])
        for (name, subject) in [("server", "/CN=cloud"), ("node", "/O=by hand/CN=\(node)")] {
            try OpenSSL.run([
                "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).csr",
                "-subj", subject,
            ])
            try OpenSSL.run([
                "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", path + "/ca.crt", "-CAkey", path + "/ca.key",
                "-CAcreateserial", "-days", "30", "-extfile", "\(path)/\(name).ext", "-out", "\(path)/\(name).crt",
            ])
        }
        chmod(path + "/node.key", 0o600)
    }

    func read(_ name: String) -> String { folder.read(name) }
}
