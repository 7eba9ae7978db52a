#if DEBUG
    import Beehive
    import FakeCloud
    import Testing

    /// The command line against a running daemon and without one (`docs/contract.md`, the program).
    @Suite("Command line", .serialized, .timeLimit(.minutes(5)))
    struct CommandLineTests {
        private static func withPods(_ body: @escaping @Sendable (Node, String) async throws -> Void) async throws {
            try await Node.with { node in
                for (name, uid) in [("web", "u1"), ("db", "u2")] {
                    try await node.push(
                        node.cloud.message(.insert, "demo/pod/\(name)", content: Objects.json("Pod", name, uid: uid)))
                }
                let daemon = try #require(node.daemon)
                try await body(node, daemon.apiPath)
            }
        }

        @Test("get: a table, one object in each form, names")
        func get() async throws {
            try await Self.withPods { _, socket in
                let table = try await Program.run(["get", "pods", "-A", "--socket", socket])
                #expect(table.code == 0 && table.output.hasPrefix("NAMESPACE"))
                #expect(table.output.contains("web") && table.output.contains("db"))
                let list = try await Program.run(["get", "po", "-n", "demo", "-o", "json", "--socket", socket])
                #expect(list.json?["kind"] == "List" && list.json?["items"]?.elements.count == 2)
                let one = try await Program.run(["get", "pod", "web", "-n", "demo", "-o", "json", "--socket", socket])
                #expect(one.json?["metadata"]?["name"] == "web" && one.code == 0)
                let slash = try await Program.run(["get", "pod/web", "-n", "demo", "-o", "yaml", "--socket", socket])
                #expect(slash.code == 0 && slash.output.contains("kind: Pod"))
                let names = try await Program.run(["get", "pods", "-A", "-o", "name", "--socket", socket])
                #expect(Set(names.output.split(separator: "\n")) == ["pod/web", "pod/db"])
                let absent = try await Program.run(["get", "pod", "none", "-n", "demo", "--socket", socket])
                #expect(absent.code == 1 && absent.output.isEmpty && absent.lines.count == 1)
                let nothing = try await Program.run(["get", "cm", "-A", "-o", "json", "--socket", socket])
                #expect(nothing.code == 0 && nothing.json?["items"]?.elements.count == 0)
            }
        }

        @Test("get: what a cloud makes of names and numbers neither ends the table nor reaches the terminal")
        func hostile() async throws {
            try await Node.with { node in
                let status =
                    #""status":{"phase":"Running","containerStatuses":[{"restartCount":9223372036854775807},{"restartCount":9}]}"#
                let json =
                    #"{"kind":"Pod","metadata":{"name":"a\u001b[31mb\nc","namespace":"demo","uid":"u"},"# + status + "}"
                try await node.push(
                    node.cloud.message(
                        .insert, "demo/pod/a\u{1B}[31mb\nc", content: try Content(json: Bytes(json.utf8))))
                let socket = try #require(node.daemon).apiPath
                let table = try await Program.run(["get", "pods", "-A", "--socket", socket])
                #expect(table.code == 0 && table.output.contains("9223372036854775807"), "\(table.errors)")
                #expect(!table.output.contains("\u{1B}") && table.output.split(separator: "\n").count == 2)
            }
        }

        @Test("get and store check read a file, also beside the running daemon")
        func database() async throws {
            try await Self.withPods { node, _ in
                let file = try #require(node.daemon).folder.path + "/edgecore.db"
                let one = try await Program.run(["get", "pod", "web", "-n", "demo", "-o", "json", "--database", file])
                #expect(one.json?["metadata"]?["name"] == "web")
                let check = try await Program.run(["store", "check", "--database", file, "-o", "json"])
                #expect(check.code == 0 && check.json?["ok"] == true && check.json?["rows"]?.integer == 2)
            }
        }

        @Test("status: exit code 0 when ready, and the report's shape")
        func status() async throws {
            try await Self.withPods { _, socket in
                let text = try await Program.run(["status", "--socket", socket])
                #expect(text.code == 0 && text.output.contains("ready      yes"))
                let report = try #require(try await Program.run(["status", "-o", "json", "--socket", socket]).json)
                #expect(report["ready"] == true && report["link"]?["state"] == "up")
                let shape: [(String, [String])] = [
                    ("link", ["state", "since", "reconnects"]), ("store", ["path", "bytes", "rows", "health"]),
                    ("outbox", ["state", "fact", "oldest_seconds"]), ("podstatus_sync", ["last", "result"]),
                ]
                for (part, keys) in shape { for key in keys { #expect(report[part]?[key] != nil, "\(part).\(key)") } }
                #expect(report["inbox"]?.integer != nil && report["problems"]?.elements != nil)
                let modules = report["modules"]?.elements ?? []
                let edged = try #require(modules.first { $0["name"] == "edged" })
                #expect(edged["group"] == "edged" && edged["attached"] == true && edged["mailbox"]?.integer != nil)
            }
        }

        @Test("send --wait prints the answer of a sync message; an error answer is exit code 1")
        func send() async throws {
            try await Self.withPods { node, _ in
                let folder = try #require(node.daemon).folder
                func message(_ operation: String) throws -> [String] {
                    try folder.write(
                        #"{"header":{"msg_id":"m1","timestamp":1,"sync":true},"route":{"source":"lamp","group":"meta","#
                            + #""operation":"\#(operation)","resource":"demo/pod/web"},"content":null}"#,
                        to: "message.json")
                    return [
                        "send", folder.path + "/message.json", "--wait", "10", "--config", folder.path + "/edge.yaml",
                    ]
                }
                let answer = try await Program.run(try message("query"))
                #expect(answer.code == 0 && answer.json?["header"]?["parent_msg_id"] == "m1")
                #expect(answer.output.contains("web"))
                let refused = try await Program.run(try message("explode"))
                #expect(refused.code == 1 && refused.json?["route"]?["operation"] == "error")
                try folder.write("no json", to: "message.json")
                let bad = try await Program.run([
                    "send", folder.path + "/message.json", "--config", folder.path + "/edge.yaml",
                ])
                #expect(bad.code == 65 && bad.lines.count == 1)
            }
        }

        @Test("outbox: list, drop one, flush, drop all")
        func outbox() async throws {
            try await Node.with(isUp: false) { node in
                let socket = try #require(node.daemon).apiPath
                for number in 1...3 {
                    _ = try await node.ask(
                        .edgeFunction, .actionResult, "demo/function/f\(number)", Objects.content("{}"))
                }
                let list = try await Program.run(["outbox", "list", "-o", "json", "--socket", socket])
                let entries = list.json?.elements ?? []
                #expect(list.code == 0 && entries.count == 3)
                for key in ["id", "class", "key", "age", "size", "sent"] {
                    #expect(entries.first?[key] != nil, "\(key)")
                }
                let id = try #require(entries.first?["id"]?.text)
                #expect(try await Program.run(["outbox", "drop", id, "--socket", socket]).code == 0)
                // Nothing can be sent now: the answer is no.
                #expect(try await Program.run(["outbox", "flush", "--socket", socket]).code == 1)
                try await node.goOnline()
                _ = try await node.cloud.waitForMessage(.actionResult, "demo/function/f3")
                #expect(try await Program.run(["outbox", "flush", "--socket", socket]).code == 0)
                #expect(!node.cloud.messages.contains { $0.id == id })
                try await node.goOffline()
                _ = try await node.ask(.edgeFunction, .actionResult, "demo/function/f4", Objects.content("{}"))
                #expect(try await Program.run(["outbox", "drop", "--all", "--socket", socket]).code == 0)
                try await node.until("an empty outbox") {
                    try await Program.run(["outbox", "list", "-o", "json", "--socket", socket]).json?.elements.isEmpty
                        == true
                }
                #expect(try await Program.run(["outbox", "drop", "--socket", socket]).code == 64)
                #expect(try await Program.run(["outbox", "drop", "none", "--socket", socket]).code != 0)
            }
        }

        @Test("trace shows decisions without bodies; store check asks the daemon")
        func trace() async throws {
            try await Node.with { node in
                let secret = Objects.json("Secret", "s", more: #","data":{"password":"aHVudGVyMg=="}"#)
                try await node.push(node.cloud.message(.insert, "demo/secret/s", content: secret))
                let socket = try #require(node.daemon).apiPath
                let trace = try await Program.run(["trace", "--socket", socket])
                let lines = trace.output.split(separator: "\n").compactMap { try? JSONValue(parsing: Bytes($0.utf8)) }
                let line = lines.first { $0["route"]?["resource"] == "demo/secret/s" }
                #expect(
                    trace.code == 0 && line?["outcome"] == "stored" && line?["route"]?["source"] == "edgecontroller")
                #expect(!trace.output.contains("aHVudGVyMg"))
                #expect(try #require(node.daemon).log.contains("aHVudGVyMg") == false)
                let check = try await Program.run(["store", "check", "-o", "json", "--socket", socket])
                #expect(check.code == 0 && check.json?["ok"] == true && check.json?["schema"]?.integer != nil)
                #expect(check.json?["problems"]?.elements.isEmpty == true)
            }
        }

        @Test(
            "a daemon that is not there is exit code 69 and one line",
            arguments: [
                ["status"], ["get", "pods"], ["trace"], ["outbox", "list"], ["outbox", "flush"], ["store", "check"],
            ])
        func unreachable(command: [String]) async throws {
            let folder = try TemporaryFolder()
            let run = try await Program.run(command + ["--socket", folder.path + "/none.sock"])
            #expect(run.code == 69 && run.lines.count == 1 && run.output.isEmpty, "\(run.errors)")
            #expect(run.errors.contains("none.sock"))
        }

        @Test(
            "wrong usage is exit code 64",
            arguments: [["frobnicate"], ["get"], ["status", "--colour"], ["outbox", "drop"]])
        func usage(command: [String]) async throws {
            let run = try await Program.run(command)
            #expect(run.code == 64 && !run.errors.isEmpty)
        }

        @Test("version and help")
        func version() async throws {
            let version = try await Program.run(["version"])
            #expect(version.code == 0 && version.output.hasPrefix("metamanager "))
            let help = try await Program.run(["help"])
            #expect(help.code == 0 && help.output.contains("status"))
        }

        @Test("config check and show: the faults with their lines, the settings with their origin")
        func config() async throws {
            let folder = try TemporaryFolder()
            try folder.write("meta:\n  sync:\n    podstatus:\n      interval: 30\n", to: "good.yaml")
            #expect(try await Program.run(["config", "check", folder.path + "/good.yaml"]).code == 0)
            let show = try await Program.run(["config", "show", folder.path + "/good.yaml"])
            #expect(show.code == 0 && show.output.contains("meta.sync.podstatus.interval"))
            let json = try await Program.run(["config", "show", folder.path + "/good.yaml", "-o", "json"])
            #expect(json.code == 0 && json.json != nil)
            try folder.write("meta:\n  sink: 1\nedgehub:\n  controller:\n    protocol: pigeon\n", to: "bad.yaml")
            let bad = try await Program.run(["config", "check", folder.path + "/bad.yaml"])
            #expect(bad.code == 78 && bad.lines.count == 2, "\(bad.errors)")
            #expect(bad.errors.contains("meta.sink") && bad.errors.contains("2") && bad.errors.contains("pigeon"))
        }
    }
#endif
