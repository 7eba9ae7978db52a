#if DEBUG
    import Beehive
    import BeehiveSocket
    import FakeCloud
    import Testing

    /// One module that does not read costs the others nothing, and the process no memory.
    @Suite("Pressure", .serialized, .timeLimit(.minutes(5)))
    struct PressureTests {
        private static func residentKiB(_ process: Int32) throws -> Int {
            let status = TemporaryFolder.read(path: "/proc/\(process)/status")
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.split(separator: " ").dropLast().last ?? ""))
        }

        @Test("while 100,000 messages pass, one module never reads: the other gets all in order, memory stays flat")
        func stuckModule() async throws {
            try await Node.with { node in
                let daemon = try #require(node.daemon)
                let stuck = try await BeehiveModuleClient.patient(
                    path: node.modulePath, name: "stuck", group: .bus, on: node.group)
                let reader = try await BeehiveModuleClient.patient(
                    path: node.modulePath, name: .eventBus, on: node.group)
                let count = 100_000
                let window = 500
                var iterator = reader.messages.makeAsyncIterator()
                var seen = 0
                var early = 0
                for start in stride(from: 0, to: count, by: window) {
                    for number in start..<start + window {
                        node.cloud.send(
                            node.cloud.message(
                                "upload", "sb/\(number)", content: Objects.content("{\"n\":\(number)}"), group: .user))
                    }
                    while seen < start + window, let message = await iterator.next() {
                        guard message.route.operation == "upload" else { continue }
                        try #require(message.route.resource == "sb/\(seen)")
                        seen += 1
                    }
                    if start + window == count / 5 { early = try Self.residentKiB(daemon.process) }
                }
                let late = try Self.residentKiB(daemon.process)
                #expect(seen == count)
                #expect(late - early < 8 * 1024, "\(early) KiB after a fifth, \(late) KiB at the end")
                let status = try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath]).json
                let mailbox = status?["modules"]?.elements.first { $0["name"] == "stuck" }?["mailbox"]?.integer ?? -1
                #expect(mailbox > 0 && mailbox <= 1024)
                await stuck.close()
                await reader.close()
            }
        }
    }
#endif
