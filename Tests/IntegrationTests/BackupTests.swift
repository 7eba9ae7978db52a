#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import Testing

    /// Backup, restore and compaction through the real binary (`docs/operations.md`, Back up and restore).
    @Suite("Backup", .serialized, .timeLimit(.minutes(5)))
    struct BackupTests {
        private static func push(_ node: Node, _ numbers: Range<Int>, version: Int = 1) async throws {
            for number in numbers {
                try await node.push(
                    node.cloud.message(
                        .insert, "demo/configmap/c\(number)",
                        content: Objects.json("ConfigMap", "c\(number)", uid: "u\(number)", version: "\(version)")))
            }
        }

        private static func rows(_ database: String) async throws -> Int? {
            let check = try await Program.run(["store", "check", "--database", database, "-o", "json"])
            #expect(check.json?["ok"] == true, "\(check.output) \(check.errors)")
            return check.json?["rows"]?.integer
        }

        @Test("a backup of the running daemon, put in the database's place, is served")
        func restore() async throws {
            let left = Lock<TemporaryFolder?>(nil)
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let (folder, socket) = (daemon.folder.path, daemon.apiPath)
                try await Self.push(node, 0..<10)
                let copy = folder + "/copy.db"
                let made = try await Program.run(["store", "backup", copy, "--socket", socket])
                #expect(made.code == 0 && made.output.contains("\(copy): 10 objects"), "\(made.errors)")
                var info = stat()
                #expect(stat(copy, &info) == 0 && info.st_mode & 0o777 == 0o600)
                let again = try await Program.run(["store", "backup", copy, "--socket", socket])
                #expect(again.code == 73 && again.errors.contains("not overwritten"), "\(again.errors)")
                let nowhere = try await Program.run(["store", "backup", folder + "/no/x.db", "--socket", socket])
                #expect(nowhere.code == 73 && nowhere.errors.contains("no such folder"))
                #expect(try await Self.rows(copy) == 10)
                try await Self.push(node, 10..<20)
                let objects = try await Program.run([
                    "get", "configmaps", "-A", "-o", "json", "--socket", socket,
                ]).json
                #expect(objects?["items"]?.elements.count == 20)
                left.withLock { $0 = daemon.folder }
            }
            let folder = try #require(left.withLock { $0 })
            // As the section "Back up and restore" has it.
            let database = folder.path + "/edgecore.db"
            #expect(rename(database, database + ".bad") == 0)
            for end in ["-wal", "-shm"] { unlink(database + end) }
            #expect(rename(folder.path + "/copy.db", database) == 0)
            let restored = try DaemonFixture(cloud: nil, folder: folder)
            try await restored.waitUntilReady()
            let status = try await Program.run(["status", "-o", "json", "--socket", restored.apiPath])
            #expect(status.code == 0 && status.json?["store"]?["rows"] == 10, "\(status.output)")
            #expect(try await restored.terminate() == 0)
            // The log is whole only now.
            #expect(restored.log.components(of: "opened a backup as the database") == 1)
            let next = try DaemonFixture(cloud: nil, folder: folder)
            try await next.waitUntilReady()
            #expect(try await next.terminate() == 0)
            #expect(next.log.components(of: "opened a backup as") == 1)
        }

        @Test(
            "backups by the clock: two generations stay, status and log tell of them")
        func schedule() async throws {
            try await Node.with(settings: ["meta.database.backup.every=1"]) { node in
                let daemon = try #require(node.daemon)
                let (folder, socket) = (daemon.folder, daemon.apiPath)
                try await Self.push(node, 0..<5)
                let place = folder.path + "/backup"
                func names() -> [String] {
                    SecretScan.paths(below: place).filter { $0.hasSuffix(".db") }
                }
                try await node.until("the fourth backup") { names().last?.contains("edgecore-000004-") == true }
                try await node.until("two generations") { names().count == 2 }
                var info = stat()
                #expect(stat(place, &info) == 0 && info.st_mode & 0o777 == 0o700)
                try await node.until("status") {
                    let status = try await Program.run(["status", "-o", "json", "--socket", socket]).json
                    return status?["backup"]?["result"] == "done" && status?["backup"]?["path"]?.text != nil
                }
                #expect(daemon.log.contains("backup taken"))
                let text = try await Program.run(["status", "--socket", socket])
                #expect(text.output.contains("backup     ") && text.output.contains("the newest is \(place)/edgecore-"))
            }
        }

        @Test("a daemon without backups says so, and one of a stopped database works on the file")
        func offline() async throws {
            let left = Lock<TemporaryFolder?>(nil)
            try await Node.with(settings: ["meta.database.backup.every=0"]) { node in
                let daemon = try #require(node.daemon)
                try await Self.push(node, 0..<3)
                let status = try await Program.run(["status", "--socket", daemon.apiPath])
                #expect(status.output.contains("backup     off (meta.database.backup.every is 0), none is there"))
                let beside = try await Program.run([
                    "store", "backup", daemon.folder.path + "/x.db", "--database", daemon.folder.path + "/edgecore.db",
                ])
                #expect(beside.code == 73 && beside.errors.contains("another metamanager"))
                left.withLock { $0 = daemon.folder }
            }
            let folder = try #require(left.withLock { $0 }).path
            let database = folder + "/edgecore.db"
            let made = try await Program.run(["store", "backup", folder + "/copy.db", "--database", database])
            #expect(made.code == 0 && made.output.contains(": 3 objects"), "\(made.errors)")
            let compact = try await Program.run(["store", "compact", "--database", database])
            #expect(compact.code == 0 && compact.output.hasPrefix("before "), "\(compact.errors)")
            #expect(try await Self.rows(database) == 3)
            let absent = try await Program.run(["store", "compact", "--database", folder + "/none.db"])
            #expect(absent.code == 74)
            let help = try await Program.run(["store", "--help"])
            #expect(help.output.contains("backup") && help.output.contains("compact"))
        }

        @Test("a damaged database is not copied: exit code 1, and what is wrong")
        func damaged() async throws {
            let left = Lock<TemporaryFolder?>(nil)
            try await Node.with { node in
                try await Self.push(node, 0..<3)
                left.withLock { $0 = node.daemon?.folder }
            }
            let folder = try #require(left.withLock { $0 }).path
            let file = try #require(fopen(folder + "/edgecore.db", "r+b"))
            fseek(file, 2 * 4096, SEEK_SET)
            let junk = [UInt8](repeating: 0xA5, count: 4096)
            fwrite(junk, 1, junk.count, file)
            fclose(file)
            let refused = try await Program.run([
                "store", "backup", folder + "/copy.db", "--database", folder + "/edgecore.db",
            ])
            #expect(refused.code == 1 && refused.errors.contains("store check"), "\(refused)")
            #expect(!SecretScan.paths(below: folder).contains { $0.contains("copy.db") })
        }

        @Test("compaction through the daemon gives space back while it runs")
        func compact() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let pad = String(repeating: "x", count: 40_000)
                for number in 0..<40 {
                    let content = Objects.json("ConfigMap", "c\(number)", uid: "u", more: #","data":{"p":"\#(pad)"}"#)
                    try await node.push(
                        node.cloud.message(.insert, "demo/configmap/c\(number)", content: content))
                }
                for number in 0..<40 {
                    try await node.push(
                        node.cloud.message(
                            .delete, "demo/configmap/c\(number)",
                            content: Objects.json("ConfigMap", "c\(number)", uid: "u", version: "9")))
                }
                let done = try await Program.run(["store", "compact", "--socket", daemon.apiPath])
                let numbers = done.output.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(done.code == 0 && numbers.count == 2 && numbers[1] < numbers[0], "\(done)")
                let gone = try await Program.run([
                    "get", "configmap", "c1", "-n", "demo", "--socket", daemon.apiPath,
                ])
                #expect(gone.code == 1)
            }
        }
    }

    extension String {
        /// How often a text stands in this one.
        fileprivate func components(of text: String) -> Int {
            split(separator: text, omittingEmptySubsequences: false).count - 1
        }
    }
#endif
