#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Glibc
    import Testing

    /// How the daemon starts and ends (`docs/contract.md`): each failure is an exit code and one line.
    @Suite("Start and end", .serialized, .timeLimit(.minutes(5)))
    struct StartTests {
        private static func configuration(_ folder: TemporaryFolder, database: String? = nil) throws -> [String] {
            try folder.write(
                """
                meta: {database: {path: \(database ?? folder.path + "/edgecore.db")}}
                edgehub: {controller: {protocol: none}}
                modules: {socket: {path: \(folder.path)/beehive.sock}}
                metaserver: {server: "", socket: \(folder.path)/api.sock}

                """, to: "edge.yaml")
            return ["run", "--config", folder.path + "/edge.yaml"]
        }

        private static func expect(
            _ run: Program, code: Int32, naming words: [String], location: SourceLocation = #_sourceLocation
        ) {
            #expect(run.code == code, "\(run.errors)", sourceLocation: location)
            // Beside what it logs.
            #expect(run.lines.count { $0.hasPrefix("metamanager: ") } == 1, "\(run.errors)", sourceLocation: location)
            for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location) }
        }

        @Test(
            "an unknown key: 78, with the nearest known one",
            arguments: [
                ["--set", "meta.sync.podstatus.intervall=3"], ["--set", "modules.sockets.path=/x"],
            ])
        func unknownKey(flags: [String]) async throws {
            let folder = try TemporaryFolder()
            let run = try await Program.run(try Self.configuration(folder) + flags)
            let key = String(flags[1].prefix { $0 != "=" })
            let nearest = key.hasPrefix("meta") ? "meta.sync.podstatus.interval" : "modules.socket.path"
            Self.expect(run, code: 78, naming: [key, nearest])
        }

        @Test("an unknown key in the file: 78, with its line")
        func unknownKeyInFile() async throws {
            let folder = try TemporaryFolder()
            try folder.write("meta:\n  databse:\n    path: /x\n", to: "edge.yaml")
            let run = try await Program.run(["run", "--config", folder.path + "/edge.yaml"])
            Self.expect(run, code: 78, naming: ["databse", "meta.database", "line 2"])
        }

        @Test("a database that is none: 65")
        func noDatabase() async throws {
            let folder = try TemporaryFolder()
            let path = folder.path + "/edgecore.db"
            try folder.write(String(repeating: "this is a letter. ", count: 1000), to: "edgecore.db")
            Self.expect(
                try await Program.run(try Self.configuration(folder)), code: 65, naming: [path, "meta.database.path"])
            #expect(folder.read("edgecore.db").hasPrefix("this is a letter."))
        }

        @Test("a database locked by another process: 74")
        func locked() async throws {
            let folder = try TemporaryFolder()
            let path = folder.path + "/edgecore.db"
            let daemon = try DaemonFixture(cloud: nil, folder: folder)
            try await daemon.waitUntilReady()
            #expect(try await daemon.terminate() == 0)
            let descriptor = open(path, O_RDWR)
            defer { close(descriptor) }
            // SQLite's lock bytes, all of them.
            var lock = flock()
            lock.l_type = Int16(F_WRLCK)
            lock.l_whence = Int16(SEEK_SET)
            lock.l_start = 0x4000_0000
            lock.l_len = 512
            #expect(fcntl(descriptor, F_SETLK, &lock) == 0)
            let run = try await Program.run(try Self.configuration(folder), within: .seconds(60))
            Self.expect(run, code: 74, naming: [path, "process"])
        }

        @Test("a folder that cannot be made: 73", arguments: ["/file/edgecore.db", "/file/deeper/edgecore.db"])
        func noFolder(name: String) async throws {
            let folder = try TemporaryFolder()
            try folder.write("", to: "file")
            let run = try await Program.run(try Self.configuration(folder, database: folder.path + name))
            Self.expect(run, code: 73, naming: [folder.path + "/file"])
        }

        @Test("a module socket that a live daemon serves: 73, and that daemon lives on")
        func socketTaken() async throws {
            let first = try DaemonFixture(cloud: nil)
            try await first.waitUntilReady()
            let folder = try TemporaryFolder()
            let run = try await Program.run(
                try Self.configuration(folder) + ["--set", "modules.socket.path=\(first.modulePath)"])
            Self.expect(run, code: 73, naming: [first.modulePath, "modules.socket.path"])
            #expect(try await Program.run(["status", "--socket", first.apiPath]).code == 0)
            #expect(try await first.terminate() == 0)
        }

        @Test("an API socket that a live daemon serves: 73, and that daemon lives on")
        func apiSocketTaken() async throws {
            let first = try DaemonFixture(cloud: nil)
            try await first.waitUntilReady()
            let folder = try TemporaryFolder()
            let run = try await Program.run(
                try Self.configuration(folder) + ["--set", "metaserver.socket=\(first.apiPath)"])
            Self.expect(run, code: 73, naming: [first.apiPath, "metaserver.socket"])
            #expect(try await Program.run(["status", "--socket", first.apiPath]).code == 0)
            #expect(try await first.terminate() == 0)
        }

        @Test("SIGINT and SIGTERM end it in order, at whatever moment they come", arguments: [SIGINT, SIGTERM])
        func signals(signal: Int32) async throws {
            for _ in 0..<5 {
                let daemon = try DaemonFixture(cloud: nil)
                try await daemon.waitUntilReady()
                #expect(try await daemon.terminate(by: signal) == 0)
            }
        }

        @Test("SIGHUP reloads; a configuration with faults changes nothing and is told")
        func reload() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                _ = try await node.ask(.edged, .update, "demo/podstatus/web", Objects.content(#"{"UID":"u1"}"#))
                let former = daemon.folder.read("edge.yaml")
                try daemon.folder.write("meta: {sink: 1}\n", to: "edge.yaml")
                kill(daemon.process, SIGHUP)
                try await node.until("the fault being told") { daemon.log.contains("meta.sink") }
                let live = former.replacing(
                    "meta:\n", with: "meta:\n  sync: {podstatus: {interval: 1}}\n", maxReplacements: 1)
                try daemon.folder.write(live, to: "edge.yaml")
                kill(daemon.process, SIGHUP)
                try await node.until("two pushes") { node.sent(.update, "demo/podstatus").count >= 2 }
            }
        }

        @Test("a stale socket of a killed daemon is taken over")
        func staleSocket() async throws {
            let first = try DaemonFixture(cloud: nil)
            try await first.waitUntilReady()
            first.crash()
            let second = try DaemonFixture(cloud: nil, folder: first.folder)
            try await second.waitUntilReady()
            #expect(try await second.terminate() == 0)
        }

        @Test("SIGTERM with a trace that is followed, a stuck module and a waiting caller: 0 at the first word")
        func terminate() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                async let trace = Program.run(["trace", "--follow", "--socket", daemon.apiPath], within: .seconds(240))
                // Nobody reads edged's messages: its socket fills up, then its mailbox.
                let big = String(repeating: "x", count: 10_000)
                for number in 0..<1500 {
                    node.cloud.send(
                        node.cloud.message(
                            .insert, "demo/pod/p\(number)",
                            content: Objects.json("Pod", "p\(number)", uid: "\(number)", more: ",\"x\":\"\(big)\"")))
                }
                let last = node.cloud.message(.insert, "demo/service/s", content: Objects.json("Service", "s"))
                node.cloud.push(last)
                try await node.cloud.waitForAck(of: last.id, within: .seconds(60))
                let mesh = try node.client(.edgeMesh)
                let waiting = mesh.message("question", "demo/x/y", destination: "edged", content: .ok)
                async let answer = mesh.request(waiting, within: .seconds(60))
                try await node.until("a full mailbox") {
                    let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath]).json
                    let edged = status?["modules"]?.elements.first { $0["name"] == "edged" }
                    return (edged?["mailbox"]?.integer ?? 0) > 100
                }
                #expect(try await daemon.terminate() == 0)
                _ = try? await answer
                let followed = try await trace
                #expect(followed.output.contains("demo/service/s"))
            }
        }
    }
#endif
