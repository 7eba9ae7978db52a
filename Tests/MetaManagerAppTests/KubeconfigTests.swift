import Testing

@testable import MetaManagerApp
@testable import MetaManagerCLI

struct KubeconfigTests {
    @Test func `a kubeconfig names server, CA and the token's file`() {
        var made = Kubeconfig(server: "https://127.0.0.1:10550")
        made.authority = Array("ca".utf8)
        made.user = .tokenFile("/var/lib/a \"b\"")
        #expect(
            made.yaml == """
                # Written by metamanager kubeconfig, which replaces it.
                apiVersion: v1
                kind: Config
                clusters:
                - name: metamanager
                  cluster:
                    server: "https://127.0.0.1:10550"
                    certificate-authority-data: Y2E=
                users:
                - name: metamanager
                  user:
                    tokenFile: "/var/lib/a \\"b\\""
                contexts:
                - name: metamanager
                  context:
                    cluster: metamanager
                    user: metamanager
                current-context: metamanager

                """)
        made.user = .token("secret")
        #expect(made.yaml.contains("    token: \"secret\"\n"))
        (made.user, made.authority) = (nil, nil)
        #expect(made.yaml.contains("  user: {}\n") && !made.yaml.contains("certificate"))
    }

    @Test(arguments: [
        ("/var/lib/x/edgecore.db", "/var/lib/x"), ("x.db", ""), ("/x.db", "/"), ("./a/x.db", "./a"),
    ])
    func `the CA lies beside the database`(path: String, folder: String) {
        #expect(MetaServerSettings.folder(of: path) == folder)
    }

    @Test(arguments: [("127.0.0.1:10550", "127.0.0.1"), ("[::1]:1", "::1"), ("localhost:0", "localhost")])
    func `the certificate is for the address too`(server: String, host: String) {
        #expect(MetaServerSettings.host(of: server) == host)
    }
}
