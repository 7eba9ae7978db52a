import Testing

/// `metamanager kubeconfig --output`: what stands there already is not lost.
@Suite("kubeconfig's file", .timeLimit(.minutes(5)))
struct KubeconfigFileTests {
    private func write(to path: String, _ words: [String] = []) async throws -> Program {
        try await Program.run(
            ["kubeconfig", "--set", "metaserver.server=127.0.0.1:10550", "--set", "metaserver.auth.mode=none"]
                + ["--output", path] + words)
    }

    @Test("a file of somebody else is refused, and replaced with --force; one of its own is replaced")
    func keeps() async throws {
        let folder = try TemporaryFolder()
        try folder.write("users: [{name: other}]\n", to: "config")
        let path = "\(folder.path)/config"
        let refused = try await write(to: path)
        #expect(refused.code == 73 && refused.errors.contains("--force"), "\(refused)")
        #expect(folder.read("config") == "users: [{name: other}]\n")
        let forced = try await write(to: path, ["--force"])
        #expect(forced.code == 0 && forced.errors.contains("export KUBECONFIG=\(path)"), "\(forced)")
        let again = try await write(to: path)
        #expect(again.code == 0, "\(again)")
        #expect(folder.read("config").contains("server: \"http://127.0.0.1:10550\""))
    }

    @Test("a token's file that is not there is told at once")
    func token() async throws {
        let folder = try TemporaryFolder()
        let made = try await Program.run([
            "kubeconfig", "--set", "metaserver.server=127.0.0.1:10550", "--set", "metaserver.tls.mode=self-signed",
            "--token-file", "\(folder.path)/none",
        ])
        #expect(made.code == 65 && made.errors.contains("\(folder.path)/none"), "\(made)")
    }
}
