#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Glibc
    import MetaManager
    import MetaServer
    import TestKit
    import Testing

    /// Secrets through their whole life, and every byte that the program leaves behind or shows meanwhile.
    @Suite("Secrets at rest", .serialized, .timeLimit(.minutes(15)))
    struct SecretsAtRestTests {
        /// Secrets of all shapes that secrets have.
        private final class Source: Sendable {
            private struct State {
                var random: SeededRandom
                var scan = SecretScan()
            }
            private let state: Lock<State>

            init(seed: UInt64) { state = Lock(State(random: SeededRandom(seed: seed))) }

            var scan: SecretScan { state.withLock { $0.scan } }

            /// A new secret of the shape of a number, to be looked for from now on.
            func make(_ number: Int) -> [UInt8] {
                state.withLock { state in
                    func word(_ count: Int) -> [UInt8] {
                        let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
                        return (0..<count).map { _ in digits[Int(state.random.next() % 62)] }
                    }
                    let secret: [UInt8] =
                        switch number % 4 {
                        case 0: word(24)
                        case 1: (0..<32).map { _ in UInt8(truncatingIfNeeded: state.random.next()) }
                        case 2: Array(word(20) + [UInt8(ascii: ".")] + word(60) + [UInt8(ascii: ".")] + word(43))
                        default: Array("-----BEGIN KEY-----\n".utf8) + word(64) + [10] + word(64) + [10]
                        }
                    // Of a key in lines, each line: the whole never stands in JSON as it is.
                    let parts = number % 4 == 3 ? secret.split(separator: 10).dropFirst().map(Array.init) : [secret]
                    for part in parts { state.scan.add(part) }
                    if parts.count > 1 { state.scan.add(secret) }
                    return secret
                }
            }
        }

        private static func secret(_ number: Int, _ secret: [UInt8], version: Int) -> Content {
            let data = #""data":{"value":"\#(SecretScan.base64(secret))"}"#
            let plain = number % 4 == 0 ? #","stringData":{"plain":"\#(String(decoding: secret, as: UTF8.self))"}"# : ""
            return Objects.json(
                "Secret", "s\(number)", uid: "u-\(number)", version: "\(version)", more: ",\(data)\(plain)")
        }

        /// What the life of the secrets left: the files, the outputs, and what to look for in them.
        private struct Left: Sendable {
            let folder: TemporaryFolder
            let outputs: [String: [UInt8]]
            let scan: SecretScan
            /// Found in the files while the daemon ran.
            let live: [String: Int]
        }

        /// Secrets come, are asked for, change under a rekey and backups, are reported upwards without a link, and go.
        private static func live(count: Int, seed: UInt64, settings: [String], isSealed: Bool) async throws -> Left {
            let source = Source(seed: seed)
            let left = Lock<Left?>(nil)
            try await Node.with(settings: ["meta.database.backup.every=1"] + settings) { node in
                let daemon = try #require(node.daemon)
                let (folder, socket) = (daemon.folder, daemon.apiPath)
                let outputs = Lock<[String: [UInt8]]>([:])
                func run(_ name: String, _ arguments: [String], code: Int32? = 0) async throws {
                    let done = try await Program.run(arguments + ["--socket", socket], within: .seconds(300))
                    outputs.withLock { $0[name] = Array((done.output + done.errors).utf8) }
                    if let code { #expect(done.code == code, "\(name): \(done.errors)") }
                }
                let trace = try DaemonFixture.spawn(
                    ["trace", "--follow", "--socket", socket], log: folder.path + "/trace.out")
                func push(_ operation: Operation, _ number: Int, version: Int) -> Message {
                    let content = Self.secret(number, source.make(number), version: version)
                    return node.cloud.message(operation, "demo/secret/s\(number)", content: content)
                }
                func pushAll(_ messages: [Message]) async throws {
                    for message in messages { node.cloud.push(message) }
                    for message in messages { try await node.cloud.waitForAck(of: message.id) }
                }
                try await pushAll((0..<count).map { push(.insert, $0, version: $0 + 1) })
                for number in stride(from: 0, to: count, by: 7) {
                    #expect(try await node.stored("demo/secret/s\(number)").count == 1)
                }
                for number in stride(from: 2, to: count, by: 8) {
                    let token = String(decoding: source.make(2), as: UTF8.self)
                    let key = "default/serviceaccounttoken/demo-\(number)"
                    node.answer(.query, key, TokenTests.token(token, endsIn: 3600))
                    #expect(try await node.ask(.edged, .query, key, TokenTests.request()).route.operation == .response)
                }
                async let rekey: Void = run(
                    "rekey", ["store", "rekey", "--new-key-file", folder.path + "/key2"], code: isSealed ? 0 : 1)
                async let copy: Void = run("backup", ["store", "backup", folder.path + "/first.db"])
                try await pushAll((0..<count).map { push(.update, $0, version: count + $0 + 1) })
                _ = try await (rekey, copy)
                try await pushAll(
                    stride(from: 0, to: count, by: 10).map { number in
                        node.cloud.message(
                            .delete, "demo/secret/s\(number)",
                            content: Objects.json("Secret", "s\(number)", uid: "u-\(number)", version: "\(9 * count)"))
                    })
                try await run("rekey2", ["store", "rekey"], code: isSealed ? 0 : 1)
                try await run("compact", ["store", "compact"])
                try await run("second backup", ["store", "backup", folder.path + "/second.db"])
                // A backup by the clock is there, too.
                try await node.until("a backup by the clock") {
                    SecretScan.paths(below: folder.path + "/backup").contains { $0.hasSuffix(".db") }
                }
                try await node.goOffline()
                for number in stride(from: 1, to: count, by: 5) {
                    let content = Self.secret(number, source.make(number), version: 10 * count + number)
                    let answer = try await node.ask(.edged, .update, "demo/secret/s\(number)", content)
                    #expect(answer.route.operation == .response, "\(answer.content.string ?? "")")
                }
                for (name, arguments) in [
                    ("status", ["status", "-o", "json"]), ("check", ["store", "check"]),
                    ("outbox", ["outbox", "list", "-o", "json"]), ("trace", ["trace", "--tail", "100000"]),
                    ("names", ["get", "secrets", "-n", "demo"]),
                ] { try await run(name, arguments) }
                #expect(
                    outputs.withLock { $0["outbox"].map { String(decoding: $0, as: UTF8.self) } }?.contains(
                        "demo/secret/s1") == true)
                let metrics = try await Self.metrics(socket)
                outputs.withLock { $0["metrics"] = metrics }
                let shown = try await Program.run([
                    "get", "secret", "s1", "-n", "demo", "-o", "json", "--socket", socket,
                ])
                // What is handed out where it is asked for is found by the same scan.
                #expect(source.scan.found(in: Array(shown.output.utf8)) > 0)
                kill(trace, SIGTERM)
                var raw: Int32 = 0
                while waitpid(trace, &raw, 0) == -1, errno == EINTR {}
                #expect(folder.read("trace.out").contains("demo/secret/s1"))
                let (all, scan) = (outputs.withLock { $0 }, source.scan)
                left.withLock { left in
                    left = Left(folder: folder, outputs: all, scan: scan, live: scan.files(below: folder.path))
                }
            }
            return try #require(left.withLock { $0 })
        }

        private static func metrics(_ socket: String) async throws -> [UInt8] {
            try await withCheckedThrowingContinuation { continuation in
                LoopThread().start {
                    continuation.resume(
                        with: Result { Array(try APIClient(path: socket, timeout: .seconds(60)).get("/metrics").body) })
                }
            }
        }

        private static var count: Int { getenv("METAMANAGER_LONG") == nil ? 100 : 1000 }

        @Test("none of them stands in the database, its log, a backup, the outbox, a log, trace, metrics or report")
        func sealed() async throws {
            let seed = UInt64.random(in: .min ... .max)
            let left = try await Self.live(count: Self.count, seed: seed, settings: [], isSealed: true)
            #expect(left.scan.count > 2 * Self.count, "seed \(seed)")
            #expect(left.live == [:], "seed \(seed)")
            #expect(left.scan.files(below: left.folder.path) == [:], "seed \(seed)")
            for (name, output) in left.outputs {
                #expect(!output.isEmpty && left.scan.found(in: output) == 0, "\(name), seed \(seed)")
            }
            let paths = Set(SecretScan.paths(below: left.folder.path).map { $0.dropFirst(left.folder.path.count + 1) })
            #expect(paths.isSuperset(of: ["edgecore.db", "first.db", "second.db", "log", "key", "key2", "trace.out"]))
            #expect(paths.contains { $0.hasPrefix("backup/edgecore-0") })
            let second = try await Program.run([
                "store", "check", "--database", left.folder.path + "/second.db", "--key-file",
                left.folder.path + "/key2",
            ])
            #expect(second.code == 0 && second.output.contains("sealing on"), "\(second.output)")
            print("\(left.scan.count) secrets looked for in \(paths.count) files and \(left.outputs.count) outputs")
        }

        @Test("the same scan finds them where nothing is sealed")
        func plain() async throws {
            let left = try await Self.live(
                count: 20, seed: 7, settings: ["meta.encryption.types=[]"], isSealed: false)
            let files = left.live.merging(left.scan.files(below: left.folder.path)) { max($0, $1) }
            for name in ["edgecore.db", "first.db", "second.db"] { #expect((files[name] ?? 0) >= 20, "\(files)") }
            #expect(files.contains { $0.key.hasPrefix("backup/edgecore-0") && $0.value >= 20 }, "\(files)")
            // Sealed or not, they are in no log and no report.
            #expect(files["log"] == nil && files["trace.out"] == nil)
            for (name, output) in left.outputs { #expect(left.scan.found(in: output) == 0, "\(name)") }
        }

        @Test("the scan finds each form, wherever it stands")
        func scan() {
            let source = Source(seed: 3)
            let secrets = (0..<8).map { source.make($0) }
            let scan = source.scan
            #expect(scan.found(in: Array("nothing of it".utf8)) == 0)
            for secret in secrets {
                let forms = SecretScan.forms(of: secret)
                for form in forms { #expect(scan.found(in: [1, 2, 3] + form + [4]) >= 1) }
                for front in 0..<3 {
                    let inside = SecretScan.base64([UInt8](repeating: 7, count: 30 + front) + secret + [1, 2])
                    #expect(scan.found(in: Array(inside.utf8)) >= 1)
                }
                #expect(scan.found(in: Array(secret.dropLast())) < scan.found(in: secret))
            }
        }
    }
#endif
