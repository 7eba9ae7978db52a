#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import Testing

    /// `explain`, `trace --record` and `replay` through the real binary.
    @Suite("Explain and record", .serialized, .timeLimit(.minutes(5)))
    struct FlightRecordTests {
        private static let canary = "Y2FuYXJ5LW9mLWEtc2VjcmV0"

        @Test("explain: agreement is exit code 0, what waits is 1, what nobody knows is 1 and one line")
        func explain() async throws {
            try await Node.with { node in
                let socket = try #require(node.daemon).apiPath
                try await node.push(
                    node.cloud.message(
                        .insert, "demo/configmap/settings",
                        content: Objects.json("ConfigMap", "settings", version: "12")))
                let one = try await Program.run([
                    "explain", "cm/settings", "-n", "demo", "-o", "json", "--socket", socket,
                ])
                let report = try #require(one.json, "\(one.errors)")
                #expect(one.code == 0 && report["key"] == "demo/configmap/settings" && report["divergent"] == false)
                for key in ["stored", "cloud", "messages", "pending", "watchers", "divergent"] {
                    #expect(report[key] != nil, "\(key)")
                }
                for key in ["version", "uid", "revision", "age", "origin"] { #expect(report["stored"]?[key] != nil) }
                #expect(report["cloud"]?["version"] == "12" && report["cloud"]?["seen"]?.text != nil)
                #expect(report["messages"]?.elements.last?["outcome"] == "stored")
                let text = try await Program.run(["explain", "demo/configmap/settings", "--socket", socket])
                #expect(text.code == 0 && text.output.contains("version 12") && text.output.contains("agreement"))
                // Older than what is stored: told, and no divergence.
                try await node.push(
                    node.cloud.message(
                        .update, "demo/configmap/settings", content: Objects.json("ConfigMap", "settings", version: "9")
                    ))
                let older = try await Program.run(["explain", "demo/configmap/settings", "--socket", socket])
                #expect(older.code == 0 && older.output.contains("older"))

                try await node.push(
                    node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await node.goOffline()
                _ = try await node.ask(.edged, .update, "demo/podstatus/web", Objects.content(#"{"UID":"u1"}"#))
                let waits = try await Program.run(["explain", "pod/web", "-n", "demo", "--socket", socket])
                #expect(waits.code == 1 && waits.output.contains("waits for the cloud"), "\(waits.output)")
                let none = try await Program.run(["explain", "pod/none", "-n", "demo", "--socket", socket])
                #expect(none.code == 1 && none.output.isEmpty && none.lines.count == 1)
                for words in [["explain"], ["explain", "pods"], ["explain", "a/b/c/d"]] {
                    #expect(try await Program.run(words + ["--socket", socket]).code == 64)
                }
            }
        }

        @Test("a record is written out, holds no secret, and is replayed without a divergence")
        func record() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let secret = Objects.json("Secret", "s", more: #","data":{"password":"\#(Self.canary)"}"#)
                try await node.push(node.cloud.message(.insert, "demo/secret/s", content: secret))
                try await node.push(node.cloud.message(.update, "demo/secret/s", content: secret))
                _ = try await node.ask(.edged, .query, "demo/secret/s", .null)
                let file = daemon.folder.path + "/flight.jsonl"
                let run = try await Program.run(["trace", "--record", file, "--socket", daemon.apiPath])
                #expect(run.code == 0 && run.output.isEmpty, "\(run.errors)")
                var about = stat()
                #expect(stat(file, &about) == 0 && about.st_mode & 0o777 == 0o600)
                let text = TemporaryFolder.read(path: file)
                #expect(text.hasPrefix(#"{"record":{"format":1,"build":"#))
                #expect(text.contains("demo/secret/s") && !text.contains(Self.canary))
                let replay = try await Program.run(["replay", file])
                #expect(replay.code == 0 && replay.errors.contains("no divergence"), "\(replay.output)\(replay.errors)")
                #expect(replay.output.contains("insert demo/secret/s: stored"))
                // A record that says something else of the same input.
                let changed = text.replacing(#""did":{"o":"unchanged""#, with: #""did":{"o":"stored""#)
                #expect(changed != text)
                try daemon.folder.write(changed, to: "changed.jsonl")
                let found = try await Program.run(["replay", daemon.folder.path + "/changed.jsonl", "--expect"])
                #expect(found.code == 1 && found.output.contains("DIVERGENCE line "), "\(found.errors)")
                #expect(found.output.contains("update demo/secret/s"))
                let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath])
                #expect(status.json?["trace"]?["on"] == true)
                #expect((status.json?["trace"]?["recorded"]?.integer ?? 0) > 3)
                #expect(try await Program.run(["trace", "--record", "x", "--follow"]).code == 64)
                let nowhere = daemon.folder.path + "/none/x"
                #expect(try await Program.run(["trace", "--record", nowhere, "--socket", daemon.apiPath]).code == 73)
            }
        }

        @Test("after a kill -9 the record is read from its folder, and goes on in the next run")
        func kill() async throws {
            let cloud = try await FakeCloud.start()
            let first = try DaemonFixture(cloud: cloud)
            try await first.waitUntilReady()
            _ = try await cloud.waitForNode(connection: 1)
            let configuration = first.folder.path + "/edge.yaml"
            // What a client of the daemon is told is in the record: the record is asked for, then the process is killed.
            let before = try await Program.run(["trace", "--record", "-", "--config", configuration])
            #expect(before.code == 0 && before.output.contains(#""what":"checkpoint""#), "\(before.errors)")
            first.crash()
            let after = try await Program.run(["trace", "--record", "-", "--config", configuration])
            #expect(after.code == 0 && after.errors.contains("no daemon runs here"), "\(after.errors)")
            let lines = Set(after.output.split(separator: "\n").dropFirst())
            #expect(before.output.split(separator: "\n").dropFirst().allSatisfy(lines.contains))
            let second = try DaemonFixture(cloud: cloud, folder: first.folder)
            try await second.waitUntilReady()
            let both = try await Program.run(["trace", "--record", "-", "--config", configuration])
            #expect(both.code == 0 && both.output.split(separator: "\n").count > lines.count)
            try first.folder.write(both.output, to: "flight.jsonl")
            let replay = try await Program.run(["replay", first.folder.path + "/flight.jsonl"])
            #expect(replay.code == 0, "\(replay.output)\(replay.errors)")
            #expect(try await second.terminate() == 0)
            await cloud.stop()
        }

        @Test("a foreign file at the record's place stays, the daemon runs and says so")
        func foreign() async throws {
            let folder = try TemporaryFolder()
            try folder.write("precious", to: "trace")
            let cloud = try await FakeCloud.start()
            let daemon = try DaemonFixture(
                cloud: cloud, folder: folder, settings: ["trace.path=\(folder.path)/trace"])
            try await daemon.waitUntilReady()
            _ = try await cloud.waitForNode(connection: 1)
            // The problem is known once the first batch was to be written.
            let record = try await Program.run(["trace", "--record", "-", "--socket", daemon.apiPath])
            #expect(record.code == 1 && record.errors.contains("no folder"), "\(record.errors)")
            let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath])
            #expect(status.code == 0 && status.json?["trace"]?["on"] == false)
            #expect(status.json?["problems"]?.elements.contains { $0.text?.hasPrefix("trace: ") == true } == true)
            #expect(folder.read("trace") == "precious")
            #expect(try await daemon.terminate() == 0)
            await cloud.stop()
        }
    }
#endif
