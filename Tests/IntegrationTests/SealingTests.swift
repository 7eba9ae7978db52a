#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Glibc
    import NIOCore
    import NIOPosix
    import Testing

    /// Secrets at rest, through the real binary (`docs/operations.md`, Keys).
    @Suite("Sealing", .serialized, .timeLimit(.minutes(5)))
    struct SealingTests {
        /// A text that nothing else has, and the forms in which it may be found.
        struct Canary: Sendable {
            let text = (0..<3).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()

            /// As the data of a Secret carries it.
            var data: String { Self.base64(Array(text.utf8)) }

            /// The text, and the part of its base64 forms that does not depend on what stands around it.
            var forms: [String] {
                [text]
                    + (0..<3).map { shift in
                        String(Self.base64([UInt8](repeating: 0, count: shift) + text.utf8).dropFirst(4).dropLast(4))
                    }
            }

            static func base64(_ bytes: [UInt8]) -> String {
                let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
                var text = ""
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let part = bytes[start..<min(start + 3, bytes.count)]
                    var word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
                    var four: [Character] = []
                    for _ in 0..<4 {
                        four.insert(digits[word & 63], at: 0)
                        word >>= 6
                    }
                    text += String(four.prefix(part.count + 1)) + String(repeating: "=", count: 3 - part.count)
                }
                return text
            }
        }

        private static func secret(_ name: String, _ canary: Canary, version: Int) -> Content {
            Objects.json(
                "Secret", name, uid: "u-\(name)", version: "\(version)", more: #","data":{"k":"\#(canary.data)"}"#)
        }

        /// The files of a folder in which one of the canaries stands.
        private static func leaks(_ canaries: [Canary], in folder: String, _ names: [String]) -> [String] {
            let forms = canaries.flatMap(\.forms)
            return names.filter { name in
                let content = Array(TemporaryFolder.read(path: folder + "/" + name).utf8)
                return holds(content, forms)
            }
        }

        /// True when one of the texts stands in the bytes; looked for by their first eight, in one pass.
        private static func holds(_ content: [UInt8], _ texts: [String]) -> Bool {
            func start(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
            let needles = Dictionary(grouping: texts.map { Array($0.utf8) }) { start($0) }
            var window: UInt64 = 0
            for index in content.indices {
                window = window << 8 | UInt64(content[index])
                guard index >= 7, let found = needles[window] else { continue }
                if found.contains(where: { content[(index - 7)...].starts(with: $0) }) { return true }
            }
            return false
        }

        private static let files = ["edgecore.db", "edgecore.db-wal", "edgecore.db-shm", "log"]

        @Test("secrets and tokens that come, are asked for, change and are sealed anew stand in no file, log or report")
        func canaries() async throws {
            let left = Lock<(folder: TemporaryFolder, canaries: [Canary])?>(nil)
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let (folder, socket) = (daemon.folder.path, daemon.apiPath)
                var canaries: [Canary] = []
                func push(_ name: String, _ operation: Operation, version: Int) async throws {
                    let canary = Canary()
                    canaries.append(canary)
                    try await node.push(
                        node.cloud.message(
                            operation, "demo/secret/\(name)", content: Self.secret(name, canary, version: version)))
                    let value = try await node.stored("demo/secret/\(name)")
                    #expect(value.count == 1 && value[0].contains(canary.data))
                }
                for number in 0..<40 { try await push("s\(number)", .insert, version: number + 1) }
                let token = Canary()
                canaries.append(token)
                node.answer(.query, TokenTests.key, TokenTests.token(token.text, endsIn: 3600))
                #expect(
                    try await node.ask(.edged, .query, TokenTests.key, TokenTests.request()).route.operation
                        == .response)
                async let rekey = Program.run(["store", "rekey", "--socket", socket])
                for number in 0..<40 { try await push("s\(number)", .update, version: number + 100) }
                let rekeyed = try await rekey
                #expect(rekeyed.code == 0 && rekeyed.output.contains("sealed anew"), "\(rekeyed.errors)")
                let again = try await Program.run([
                    "store", "rekey", "--socket", socket, "--new-key-file", folder + "/key2",
                ])
                #expect(again.code == 0 && again.output.contains("sealed anew: 41 values, 0"), "\(again)")
                #expect(Self.leaks(canaries, in: folder, Self.files) == [])
                // The canaries can be found: the value is handed out where it is asked for.
                let shown = try await Program.run([
                    "get", "secret", "s7", "-n", "demo", "-o", "json", "--socket", socket,
                ])
                #expect(shown.output.contains(canaries[41 + 7].data))
                for report in [["trace"], ["status", "-o", "json"], ["store", "check"], ["outbox", "list"]] {
                    let output = try await Program.run(report + ["--socket", socket])
                    let text = Array((output.output + output.errors).utf8)
                    #expect(output.code == 0, "\(report): \(output.errors)")
                    #expect(!Self.holds(text, canaries.flatMap(\.forms)), "\(report)")
                }
                let status = try await Program.run(["status", "-o", "json", "--socket", socket]).json
                #expect(status?["store"]?["sealing"] == "on" && status?["store"]?["sealed_rows"]?.integer == 41)
                let limits = TemporaryFolder.read(path: "/proc/\(daemon.process)/limits")
                let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
                #expect(core?.split(separator: " ").dropFirst(4).first == "0")
                left.withLock { [canaries] in $0 = (daemon.folder, canaries) }
            }
            let (folder, canaries) = try #require(left.withLock { $0 })
            #expect(Self.leaks(canaries, in: folder.path, Self.files) == [])
            let settings = ["meta.encryption.key-file=\(folder.path)/key2"]
            let next = try DaemonFixture(cloud: nil, folder: folder, settings: settings)
            try await next.waitUntilReady()
            let kept = try await Program.run([
                "get", "secret", "s7", "-n", "demo", "-o", "json", "--socket", next.apiPath,
            ])
            #expect(kept.output.contains(canaries[41 + 7].data), "\(kept.errors)")
            #expect(try await next.terminate() == 0)
        }

        @Test("without its key a secret is an error that names the cure, the rest is served, and the key heals it")
        func withoutKey() async throws {
            let left = Lock<TemporaryFolder?>(nil)
            try await Node.with { node in
                try await node.push(
                    node.cloud.message(.insert, "demo/secret/s", content: Self.secret("s", Canary(), version: 1)))
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                left.withLock { $0 = node.daemon?.folder }
            }
            let folder = try #require(left.withLock { $0 })
            #expect(rename(folder.path + "/key", folder.path + "/key.away") == 0)
            let locked = try DaemonFixture(cloud: nil, folder: folder)
            try await locked.waitUntilReady()
            let socket = locked.apiPath
            let secret = try await Program.run(["get", "secret", "s", "-n", "demo", "--socket", socket])
            #expect(secret.code == 1 && secret.errors.contains("put the key back"), "\(secret.errors)")
            let pod = try await Program.run(["get", "pod", "web", "-n", "demo", "-o", "name", "--socket", socket])
            #expect(pod.output == "pod/web\n")
            let status = try await Program.run(["status", "--socket", socket])
            #expect(status.code == 1 && status.output.contains("sealing: cannot read key file"), "\(status.output)")
            #expect(try await Program.run(["store", "rekey", "--socket", socket]).code == 1)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            var options = BeehiveModuleClient.Options()
            options.attachTimeout = .seconds(60)
            let edged = try await BeehiveModuleClient.patient(
                path: locked.modulePath, name: .edged, on: group, options: options)
            let answer = try await edged.request(edged.message(.query, "demo/secret/s"), within: .seconds(60))
            #expect(answer.route.operation == .error && answer.content.string?.contains("put the key back") == true)
            let other = try await edged.request(edged.message(.query, "demo/pod/web"), within: .seconds(60))
            #expect(other.route.operation == .response)
            await edged.close()
            try await group.shutdownGracefully()
            #expect(try await locked.terminate() == 0)
            #expect(access(folder.path + "/key", F_OK) != 0)
            #expect(rename(folder.path + "/key.away", folder.path + "/key") == 0)
            let healed = try DaemonFixture(cloud: nil, folder: folder)
            try await healed.waitUntilReady()
            #expect(try await Program.run(["get", "secret", "s", "-n", "demo", "--socket", socket]).code == 0)
            #expect(try await healed.terminate() == 0)
            let file = folder.path + "/edgecore.db"
            let rekey = try await Program.run(["store", "rekey", "--database", file])
            #expect(rekey.code == 0 && rekey.output.contains("sealed anew: 1 values"), "\(rekey.errors)")
            let check = try await Program.run(["store", "check", "--database", file, "-o", "json"])
            #expect(check.json?["ok"] == true && check.json?["sealing"] == "on")
        }
    }
#endif
