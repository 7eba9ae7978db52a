#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import Testing

    /// The key from a credential of the service manager, through the real binary.
    @Suite("Credential", .serialized, .timeLimit(.minutes(5)))
    struct CredentialTests {
        private static let settings = ["meta.encryption.credential=metamanager.key"]

        private static func credentials(_ folder: TemporaryFolder, _ name: String, digit: String) throws -> [String] {
            let place = folder.path + "/" + name
            mkdir(place, 0o700)
            try folder.write(String(repeating: digit, count: 32) + "\n", to: name + "/metamanager.key")
            // As systemd leaves it; the folder's owner may be another user.
            chmod(place + "/metamanager.key", 0o440)
            return ["CREDENTIALS_DIRECTORY=" + place]
        }

        @Test("the key is the credential's; no file is made, and without the credential secrets stay closed")
        func credential() async throws {
            let cloud = try await FakeCloud.start(resendInterval: .seconds(60))
            let folder = try TemporaryFolder()
            let right = try Self.credentials(folder, "right", digit: "a5")
            func secret(_ daemon: DaemonFixture) async throws -> Program {
                try await Program.run(["get", "secret", "s", "-n", "demo", "--socket", daemon.apiPath])
            }
            func run(_ environment: [String], _ body: (DaemonFixture) async throws -> Void) async throws {
                let daemon = try DaemonFixture(
                    cloud: cloud, folder: folder, settings: Self.settings, environment: environment)
                try await daemon.waitUntilReady()
                try await body(daemon)
                #expect(try await daemon.terminate() == 0)
            }
            do {
                try await run(right) { daemon in
                    try await cloud.waitForNode()
                    let content = Objects.json("Secret", "s", more: #","data":{"k":"dg=="}"#)
                    let message = cloud.message(.insert, "demo/secret/s", content: content)
                    cloud.push(message)
                    try await cloud.waitForAck(of: message.id)
                    #expect(try await secret(daemon).code == 0)
                    let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath]).json
                    #expect(status?["store"]?["sealing"] == "on" && status?["store"]?["sealed_rows"] == 1)
                    #expect(daemon.log.contains("the key is the credential 'metamanager.key'"))
                }
                #expect(access(folder.path + "/key", F_OK) != 0)
                try await run([]) { daemon in
                    let closed = try await secret(daemon)
                    #expect(closed.code == 1 && closed.errors.contains("CREDENTIALS_DIRECTORY"), "\(closed.errors)")
                    let status = try await Program.run(["status", "--socket", daemon.apiPath])
                    #expect(status.code == 1 && status.output.contains("LoadCredential=metamanager.key"))
                }
                try await run(try Self.credentials(folder, "wrong", digit: "5a")) { daemon in
                    let closed = try await secret(daemon)
                    #expect(closed.errors.contains("another key"), "\(closed.errors)")
                }
                try await run(right) { daemon in
                    let open = try await secret(daemon)
                    #expect(open.code == 0, "\(open.errors)")
                }
            } catch {
                await cloud.stop()
                throw error
            }
            await cloud.stop()
        }
    }
#endif
