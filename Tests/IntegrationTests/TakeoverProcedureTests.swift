#if DEBUG
    import Beehive
    import Glibc
    import TestKit
    import Testing

    /// The commands of `docs/takeover.md`, in their order, with the real binary; EdgeCore itself is not here.
    @Suite("Over and back", .serialized, .timeLimit(.minutes(5)))
    struct TakeoverProcedureTests {
        private let folder: TemporaryFolder
        private var library: String { folder.path + "/var" }
        private var database: String { library + "/edgecore.db" }
        private var configuration: String { folder.path + "/edgecore.yaml" }
        private var socket: [String] { ["--socket", folder.path + "/api.sock"] }

        init() throws {
            folder = try TemporaryFolder()
            mkdir(folder.path + "/var", 0o700)
            mkdir(folder.path + "/try", 0o700)
            try folder.write(
                """
                apiVersion: edgecore.config.kubeedge.io/v1alpha2
                kind: EdgeCore
                database:
                  dataSource: \(folder.path)/var/edgecore.db
                modules:
                  edgeHub: {enable: false, tlsCertFile: \(folder.path)/server.crt}
                  eventBus: {enable: true}
                  edged: {hostnameOverride: edge-1}
                  metaManager: {metaServer: {enable: false}}

                """, to: "edgecore.yaml")
        }

        private func run(_ words: [String], code: Int32 = 0) async throws -> Program {
            let program = try await Program.run(words)
            #expect(program.code == code, "\(words): \(program.output) \(program.errors)")
            return program
        }

        /// Starts the daemon and waits until it answers.
        private func start() async throws -> pid_t {
            let process = try DaemonFixture.spawn(
                [
                    "run", "--config", configuration, "--set", "modules.socket.path=\(folder.path)/beehive.sock",
                    "--set", "metaserver.socket=\(folder.path)/api.sock", "--set",
                    "meta.encryption.key-file=\(library)/key", "--set",
                    "metaserver.auth.token-file=\(library)/api.token",
                ], log: folder.path + "/log")
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while SystemTime().now().ticks < end {
                if try await Program.run(["status"] + socket).code == 0 { return process }
                try await Task.sleep(for: .milliseconds(20))
            }
            kill(process, SIGKILL)
            throw DaemonFixture.Trouble(description: "the daemon is not ready; its log:\n\(folder.read("log"))")
        }

        private func end(_ process: pid_t) {
            kill(process, SIGTERM)
            var raw: Int32 = 0
            while waitpid(process, &raw, 0) == -1, errno == EINTR {}
            #expect(raw == 0, "\(folder.read("log"))")
        }

        @Test("each command as written", arguments: [KubeEdgeFile.v102, .v112, .v117, .v123])
        func procedure(_ file: KubeEdgeFile) async throws {
            try file.make(at: database)
            let before = try SQLiteTool.run(".dump", on: database)
            // Over, 3 and 4.
            #expect(try await run(["config", "check", configuration]).output.contains("ok"))
            #expect(try await run(["config", "show", configuration]).output.contains(database))
            let trial = folder.path + "/try/edgecore.db"
            let made = try await run(["store", "import", database, "--database", trial, "-o", "json"])
            #expect(made.json?["added"]?.integer == file.rows && made.json?["skipped"]?.integer == file.skipped)
            let listed = try await run(["get", "pod", "-A", "-o", "name", "--database", trial])
            #expect(listed.output.contains("web"))
            _ = try await run(["store", "check", "--database", trial])
            #expect(try SQLiteTool.run(".dump", on: database) == before)
            // 5 and 6.
            let process = try await start()
            #expect(folder.read("log").contains("took the KubeEdge database \(database) over: \(file.rows) objects"))
            #expect(try await run(["get", "pod", "-A", "-o", "name"] + socket).output == listed.output)
            _ = try await run(["store", "check"] + socket)
            // Back, beside the daemon and without it.
            #expect(try await run(["outbox", "list"] + socket).output.contains("nothing waits"))
            let beside = library + "/beside.db"
            _ = try await run(["store", "export", beside] + socket)
            #expect(try SQLiteTool.run(".dump", on: beside) == before)
            #expect(try await run(["store", "export", beside] + socket, code: 1).errors.contains("is not overwritten"))
            end(process)
            let back = database + ".back"
            let told = try await run(["store", "export", back, "--database", database])
            #expect(told.output.contains("\(file.foreignTables.count) tables of other modules"))
            #expect(try SQLiteTool.run(".dump", on: back) == before)
            var info = stat()
            #expect(stat(back, &info) == 0 && info.st_mode & 0o7777 == 0o600)
            // Without the key nothing is silently left out.
            let keyless = try await run(
                ["store", "export", library + "/keyless.db", "--database", database, "--key-file", "/nowhere/key"],
                code: 1)
            #expect(keyless.output.contains("not in it: meta default/secret/it's"))
            // 4: in its place, it is a KubeEdge file again, which can be taken over once more.
            mkdir(library + "/metamanager", 0o700)
            rename(database, library + "/metamanager/edgecore.db")
            rename(library + "/key", library + "/metamanager/key")
            for end in ["-wal", "-shm", ".lock"] { unlink(database + end) }
            rename(back, database)
            end(try await start())
            #expect(try SQLiteTool.run(".dump", on: database + ".kubeedge.1") == before)
        }

        @Test("an import through the daemon brings newer versions, sealed, and goes on beside other work")
        func importing() async throws {
            try KubeEdgeFile.v112.make(at: database)
            let other = folder.path + "/other.db"
            try KubeEdgeFile.v123.make(at: other)
            let newer = KubeEdgeFile.object("Secret", "it's", version: "900")
            _ = try SQLiteTool.run(
                """
                UPDATE meta SET value = \(SQLiteTool.quoted(newer)) WHERE type = 'secret';
                INSERT INTO meta VALUES('demo/configmap/new', 'configmap', '{"kind":"ConfigMap"}');
                """, on: other)
            let process = try await start()
            let report = try await run(["store", "import", other, "-o", "json"] + socket)
            #expect(report.json?["added"]?.integer == 1 && report.json?["replaced"]?.integer == 1, "\(report.output)")
            #expect(report.json?["tables"]?.elements.count == 5)
            #expect(try await run(["get", "secret", "it's", "-o", "json"] + socket).output.contains("900"))
            let wrong = try await run(["store", "import", configuration] + socket, code: 1)
            #expect(wrong.errors.contains(configuration))
            _ = try await run(["store", "check"] + socket)
            end(process)
        }
    }
#endif
