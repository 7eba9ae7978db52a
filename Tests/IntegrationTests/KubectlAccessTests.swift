#if DEBUG
    import Beehive
    import Glibc
    import NIOPosix
    import NodePKI
    import TestKit
    import Testing

    /// Stock kubectl against the daemon's port, with the kubeconfig that the program prints.
    @Suite("kubectl and the API's port", .enabled(if: Kubectl.isInstalled), .timeLimit(.minutes(5)))
    struct KubectlAccessTests {
        /// A port that was free a moment ago.
        private static func freePort() throws -> Int {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard isBound else { throw DaemonFixture.Trouble(description: "no free port") }
            return Int(UInt16(bigEndian: address.sin_port))
        }

        private func kubectl(_ words: [String], _ daemon: DaemonFixture) async throws -> Kubectl.Result {
            let folder = daemon.folder.path
            return try await NIOThreadPool.singleton.runIfActive {
                Kubectl.run(words, kubeconfig: "\(folder)/kubeconfig", folder: folder)
            }
        }

        private func kubeconfig(_ daemon: DaemonFixture, _ settings: [String], _ words: [String] = []) async throws {
            unlink("\(daemon.folder.path)/kubeconfig")
            let flags = settings.flatMap { ["--set", $0] }
            let made = try await Program.run(
                [
                    "kubeconfig", "--config", "\(daemon.folder.path)/edge.yaml", "--output",
                    "\(daemon.folder.path)/kubeconfig",
                ] + flags + words)
            #expect(made.code == 0, "\(made.errors)")
        }

        @Test("works over TLS with the node's token, and without one for health alone")
        func admin() async throws {
            let settings = ["metaserver.server=127.0.0.1:\(try Self.freePort())", "metaserver.tls.mode=self-signed"]
            let daemon = try DaemonFixture(cloud: nil, settings: settings)
            try await daemon.waitUntilReady()
            for words in [[], ["--embed-token"]] {
                try await kubeconfig(daemon, settings, words)
                let health = try await kubectl(["get", "--raw", "/healthz"], daemon)
                #expect(health.code == 0 && health.output == "ok", "\(health.output)")
                let status = try await kubectl(["get", "--raw", "/metamanager/v1/status"], daemon)
                #expect(status.code == 0 && status.output.contains(#""ready""#), "\(status.output)")
            }
            let wrong = "\(daemon.folder.path)/wrong"
            try daemon.folder.write("a-token-that-nobody-knows\n", to: "wrong")
            try await kubeconfig(daemon, settings, ["--token-file", wrong])
            let refused = try await kubectl(["get", "--raw", "/metamanager/v1/status"], daemon)
            #expect(refused.code != 0 && refused.output.contains("the token is wrong"), "\(refused.output)")
            let health = try await kubectl(["get", "--raw", "/healthz"], daemon)
            #expect(health.code == 0, "\(health.output)")
            #expect(!daemon.log.contains("a-token-that-nobody-knows"))
            #expect(try await daemon.terminate() == 0)
        }

        @Test("works in plain HTTP where everybody is an admin; elsewhere the program says why not")
        func plain() async throws {
            let settings = ["metaserver.server=127.0.0.1:\(try Self.freePort())", "metaserver.auth.mode=none"]
            let daemon = try DaemonFixture(cloud: nil, settings: settings)
            try await daemon.waitUntilReady()
            try await kubeconfig(daemon, settings)
            let status = try await kubectl(["get", "--raw", "/metamanager/v1/status"], daemon)
            #expect(status.code == 0, "\(status.output)")
            let refused = try await Program.run(
                ["kubeconfig", "--config", "\(daemon.folder.path)/edge.yaml", "--set", settings[0]])
            #expect(refused.code == 78 && refused.errors.contains("self-signed"), "\(refused.errors)")
            #expect(try await daemon.terminate() == 0)
        }

        @Test("keys of the cluster are read at the start and at SIGHUP")
        func keys() async throws {
            let folder = try TemporaryFolder()
            let signer = try CertificateAuthority(validity: .init(from: SystemTime().now().wall, days: 1))
            try folder.write(signer.pem, to: "sa.pub")
            let settings = [
                "metaserver.auth.mode=serviceaccount",
                "metaserver.auth.service-account.key-files=[\(folder.path)/sa.pub]",
            ]
            let daemon = try DaemonFixture(cloud: nil, folder: folder, settings: settings)
            try await daemon.waitUntilReady()
            let clock = ContinuousClock()
            let end = clock.now.advanced(by: .seconds(60))
            // The start reads the keys before that line.
            while !daemon.log.contains("local API listens"), clock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            try folder.write("no key\n", to: "sa.pub")
            kill(daemon.process, SIGHUP)
            while !daemon.log.contains("configuration not reloaded"), clock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(daemon.log.contains("configuration not reloaded: the old one stays"))
            #expect(daemon.log.contains("key-files"))
            #expect(try await daemon.terminate() == 0)
            let broken = try DaemonFixture(cloud: nil, folder: folder, settings: settings)
            #expect(try await broken.terminate(by: 0) == 78)
        }
    }
#endif
