#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaServer
    import Testing

    /// What happens to a configuration file while a daemon runs.
    @Suite("Faults of a configuration file", .serialized, .timeLimit(.minutes(10)))
    struct ReloadFaultTests {
        struct Fault: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let says: String
            let make: @Sendable (LiveNode, String) throws -> Void
        }

        /// As a program that has the file open does it.
        private static func resize(_ path: String, _ size: Int) throws {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            try #require(ftruncate(descriptor, size) == 0 && close(descriptor) == 0)
        }

        /// Each line has eight of the one before.
        private static let bomb =
            "a0: &a0 [x, x, x, x, x, x, x, x]\n"
            + (1...9).map { line in
                let alias = "*a\(line - 1)"
                return "a\(line): &a\(line) [\([String](repeating: alias, count: 8).joined(separator: ", "))]\n"
            }.joined()

        private static let faults: [Fault] = [
            Fault(testDescription: "it vanishes", says: "No such file") { _, path in unlink(path) },
            Fault(testDescription: "it becomes a folder", says: "Is a directory") { _, path in
                unlink(path)
                mkdir(path, 0o700)
            },
            Fault(testDescription: "it becomes a pipe", says: "no regular file") { _, path in
                unlink(path)
                mkfifo(path, 0o600)
            },
            Fault(testDescription: "it grows to a gigabyte", says: "larger than 1 MiB") { _, path in
                try resize(path, 1 << 30)
            },
            Fault(testDescription: "it is emptied", says: "it is empty") { _, path in try resize(path, 0) },
            Fault(testDescription: "it leads to itself", says: "symbolic links") { _, path in
                unlink(path)
                symlink(path, path)
            },
            Fault(testDescription: "its aliases multiply", says: "line") { live, _ in try live.replace(bomb) },
            Fault(testDescription: "it is no text", says: "edge.yaml") { live, _ in
                try live.replace(String(repeating: "\u{0}\u{1}{", count: 1000))
            },
            Fault(testDescription: "it has an unknown key", says: "did you mean meta.volume.timeout?") { live, _ in
                try live.replace(live.file(["meta.volume.timeuot": "3"]))
            },
            Fault(testDescription: "its keys contradict each other", says: "edgehub.reconnect.max") { live, _ in
                try live.replace(live.file(["edgehub.reconnect.min": "99"]))
            },
        ]

        @Test("leaves the values before, is told in the status with its cure, and is mended", arguments: faults)
        func fault(_ fault: Fault) async throws {
            try await LiveNode.with { live in
                let path = live.daemon.folder.path + "/edge.yaml"
                try await live.set(["meta.volume.timeout": "7"])
                try fault.make(live, path)
                try await live.node.until("the fault being told") { try !live.problems().isEmpty }
                let told = try live.problems().joined(separator: " ")
                #expect(told.contains(fault.says) && told.contains(path), "\(told)")
                #expect(told.contains("the values before stay in force"), "\(told)")
                #expect(try live.running("meta.volume.timeout") == "7s")
                let before = try live.readings()
                kill(live.daemon.process, SIGHUP)
                try await live.node.until("another look") { try live.readings() > before }
                #expect(try !live.problems().isEmpty)
                rmdir(path)
                try await live.set(["meta.volume.timeout": "8"])
                #expect(try live.running("meta.volume.timeout") == "8s")
                #expect(live.node.cloud.connections == 1)
            }
        }

        @Test("does not keep status from asking the daemon, and from telling the fault")
        func asked() async throws {
            try await LiveNode.with { live in
                let path = live.daemon.folder.path + "/edge.yaml"
                try live.replace(live.file(["log.level": "loud"]))
                try await live.node.until("the fault being told") { try !live.problems().isEmpty }
                let status = try await Program.run(["status", "--config", path])
                #expect(status.output.contains("the values before stay in force"), "\(status.output)\(status.errors)")
                #expect(status.errors.contains("log.level: 'loud' is wrong"), "\(status.errors)")
                // A fault of the one key that is needed, or of the whole file, leaves nothing to ask.
                for text in ["metaserver:\n  socket: [1]\n", "a: [\n", "- 1\n"] {
                    try live.replace(text)
                    let status = try await Program.run(["status", "--config", path])
                    #expect(status.code == 78 && status.errors.contains("--socket PATH"), "\(text): \(status.errors)")
                }
                let flag = try await Program.run(["status", "--config", path, "--set", "log.level=loud"])
                #expect(flag.code == 78)
            }
        }

        @Test("is taken over however it is put there: written in place, renamed, linked, exchanged like a ConfigMap")
        func ways() async throws {
            try await LiveNode.with { live in
                let folder = live.daemon.folder
                func expect(_ seconds: Int) async throws {
                    try await live.node.until("\(seconds) s") {
                        try live.running("meta.volume.timeout") == "\(seconds)s"
                    }
                }
                try folder.write(live.file(["meta.volume.timeout": "11"]), to: "edge.yaml")
                try await expect(11)
                try live.replace(live.file(["meta.volume.timeout": "12"]))
                try await expect(12)
                for (number, name) in ["v1", "v2", "v3"].enumerated() {
                    mkdir(folder.path + "/" + name, 0o700)
                    try folder.write(live.file(["meta.volume.timeout": "\(20 + number)"]), to: name + "/edge.yaml")
                }
                symlink("v1", folder.path + "/..data")
                symlink("..data/edge.yaml", folder.path + "/link")
                rename(folder.path + "/link", folder.path + "/edge.yaml")
                try await expect(20)
                symlink("v2", folder.path + "/..next")
                rename(folder.path + "/..next", folder.path + "/..data")
                try await expect(21)
                // The file behind the links is watched as well.
                try folder.write(live.file(["meta.volume.timeout": "30"]), to: "v2/edge.yaml")
                try await expect(30)
                unlink(folder.path + "/edge.yaml")
                symlink(folder.path + "/v3/edge.yaml", folder.path + "/edge.yaml")
                try await expect(22)
                #expect(live.node.cloud.connections == 1)
            }
        }

        @Test("a storm of signals is a few readings, and the last file counts")
        func storm() async throws {
            try await LiveNode.with { live in
                try await live.set(["meta.volume.timeout": "7"])
                let before = try live.readings()
                for _ in 0..<3000 { kill(live.daemon.process, SIGHUP) }
                try live.replace(live.file(["meta.volume.timeout": "9"]))
                for _ in 0..<3000 { kill(live.daemon.process, SIGHUP) }
                try await live.node.until("the last") { try live.running("meta.volume.timeout") == "9s" }
                #expect(try live.readings() - before < 1000)
                #expect(live.node.cloud.connections == 1)
            }
        }

        @Test("what wants a restart is shown as pending, and is in force after it")
        func pending() async throws {
            try await LiveNode.with { live in
                try await live.set(["node.namespace": "other", "edgehub.http.token": "a.b", "log.level": "info"])
                let pending = try live.reading()["pending"]?.elements ?? []
                #expect(pending.compactMap { $0["key"]?.text } == ["edgehub.http.token", "node.namespace"])
                #expect(pending.last?["running"]?.text == "default" && pending.last?["file"]?.text == "other")
                #expect(!"\(try live.status())".contains("a.b"))
                let shown = try await Program.run(["config", "show", "--running", "--socket", live.daemon.apiPath])
                #expect(shown.output.contains("node.namespace: default"), "\(shown.output)\(shown.errors)")
                #expect(shown.output.contains("# waits for a restart: node.namespace will be other"))
                #expect(shown.output.contains("log.level: info  # file line"))
                let status = try await Program.run(["status", "--socket", live.daemon.apiPath])
                #expect(status.output.contains("pending    node.namespace: default runs, other waits for a restart"))
                try await live.set([:])
                #expect(try live.reading()["pending"]?.elements.isEmpty == true)
            }
        }

        @Test(
            "a daemon that does not stay ready after a change has the values before again",
            .enabled(if: HardDisk.isUsable))
        func rollback() async throws {
            let disk = try HardDisk()
            try await LiveNode.with(disk: disk) { live in
                try await live.set(["meta.volume.timeout": "7"])
                try await live.set(["meta.volume.timeout": "9", "log.level": "info"])
                try disk.set("readonly=1")
                // Not acked while it cannot be stored.
                live.node.cloud.push(
                    live.node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await live.node.until("the roll-back") { try live.readings("rolled_back") == 1 }
                #expect(try live.running("meta.volume.timeout") != "9s")
                #expect(try live.running("log.level") == "debug")
                let told = try live.problems().joined()
                #expect(told.contains("meta.volume.timeout") && told.contains("store failed"), "\(told)")
                #expect(live.daemon.log.contains("the values before are put back"))
                try disk.set("")
                try await live.node.until("a store that works") { try live.status()["ready"] == true }
                kill(live.daemon.process, SIGHUP)
                try await live.node.until("another try") { try live.running("meta.volume.timeout") == "9s" }
                #expect(try live.problems().isEmpty)
            }
        }
    }
#endif
