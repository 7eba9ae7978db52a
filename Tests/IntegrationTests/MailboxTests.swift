#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Glibc
    import Testing

    /// What waits for modules (`docs/messages.md`, section 7), through the real binary.
    @Suite("Mailboxes", .serialized, .timeLimit(.minutes(5)))
    struct MailboxTests {
        private static func first(_ client: BeehiveModuleClient) async -> Message? {
            var iterator = client.messages.makeAsyncIterator()
            return await iterator.next()
        }

        @Test("a module new to the process is told first to list its types")
        func relistAtFirst() async throws {
            try await Node.with { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                let frame = try #require(await Self.first(try node.client(.edged)))
                #expect(frame.route.operation == .relist && frame.route.resource == "module")
                #expect(frame.route.source == .metaManager)
                let types = try JSONValue(parsing: frame.content.json).elements.compactMap(\.text)
                #expect(Set(types).isSuperset(of: ["pod", "configmap", "secret"]))
            }
        }

        @Test("the log names the process and the user of each module that attaches")
        func peers() async throws {
            try await Node.with { node in
                let log = try #require(node.daemon).log.split(separator: "\n")
                let lines = log.filter { $0.contains("module attached") }
                #expect(lines.count >= Node.modules.count)
                for line in lines {
                    #expect(line.contains("peer.pid=\(getpid())") && line.contains("peer.uid=\(getuid())"))
                }
            }
        }

        @Test("what comes while a module is away waits for it, in order")
        func away() async throws {
            try await Node.with { node in
                try await node.with(.serviceBus) { _ in }
                try await Self.waitUntilAway(.serviceBus, node)
                for number in 0..<20 {
                    node.cloud.send(node.cloud.message("upload", "sb/\(number)", content: .ok, group: .user))
                }
                try await node.push(node.cloud.message(.insert, "demo/pod/m", content: Objects.json("Pod", "m")))
                try await node.with(.serviceBus) { bus in
                    var seen: [String] = []
                    for await message in bus.messages where message.route.operation == "upload" {
                        seen.append(message.route.resource)
                        if seen.count == 20 { break }
                    }
                    #expect(seen == (0..<20).map { "sb/\($0)" })
                }
            }
        }

        @Test("when a full mailbox had to drop, the first frame after the module's return says what to list")
        func overflow() async throws {
            try await Node.with(settings: ["modules.mailbox.messages=10"]) { node in
                try await node.client(.edged).close()
                try await Self.waitUntilAway(.edged, node)
                for number in 0..<50 {
                    let pod = Objects.json("Pod", "p\(number)", uid: "u\(number)")
                    try await node.push(node.cloud.message(.insert, "demo/pod/p\(number)", content: pod))
                }
                try await node.with(.edged) { edged in
                    let frame = try #require(await Self.first(edged))
                    #expect(frame.route.operation == .relist)
                    let types = try JSONValue(parsing: frame.content.json).elements.compactMap(\.text)
                    #expect(types.contains("pod"))
                    let list = try await edged.request(edged.message(.query, "default/pod"), within: .seconds(60))
                    #expect(try JSONValue(parsing: list.content.json).elements.count == 50)
                }
            }
        }

        private static func waitUntilAway(_ name: ModuleName, _ node: Node) async throws {
            let api = try #require(node.daemon).apiPath
            try await node.until("\(name) being away") {
                let status = try await Program.run(["status", "-o", "json", "--socket", api]).json
                let module = status?["modules"]?.elements.first { $0["name"]?.text == name.rawValue }
                return module?["attached"] == false
            }
        }
    }
#endif
