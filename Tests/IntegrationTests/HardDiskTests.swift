#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaManager
    import MetaStore
    import Testing

    /// A disk that is full, fails or cannot be written: reads go on, nothing is acknowledged that is not stored, and all heals
    /// without a restart.
    @Suite(
        "Hard disks", .serialized, .timeLimit(.minutes(10)),
        .enabled(if: HardDisk.isUsable, "the layer does not go with the thread sanitizer"))
    struct HardDiskTests {
        /// A node with one pod, on a disk of its own.
        private static func with(
            endCode: Int32 = 0, _ body: @escaping @Sendable (Node, HardDisk) async throws -> Void
        ) async throws {
            let disk = try HardDisk(endCode: endCode)
            try await Node.with(disk: disk) { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await node.reportUntilTaken(1)
                try await body(node, disk)
                try disk.set("")
            }
        }

        struct Fault: Sendable, CustomTestStringConvertible {
            let words: String
            let cause: String
            var testDescription: String { words }
        }

        @Test(
            "while the disk takes nothing, reads go on, writes are refused with the cause, and all heals by itself",
            arguments: [
                Fault(words: "space=0", cause: "free space on its disk"),
                // Room for the first pages of a transaction.
                Fault(words: "space=10000", cause: "free space on its disk"),
                Fault(words: "readonly=1", cause: "writable"),
                Fault(words: "eio_write=100", cause: "check the disk"),
                Fault(words: "eio_sync=100 lose=1", cause: "check the disk"),
            ])
        func refusedWrites(fault: Fault) async throws {
            try await Self.with { node, disk in
                let daemon = try #require(node.daemon)
                // Otherwise what is in the log already would leave room.
                try await node.until("an empty log") {
                    try await node.report(2) == nil && TemporaryFolder.size(disk.database + "-wal") > 0
                }
                try disk.set(fault.words)
                var refusal: String?
                try await node.until("a refusal") {
                    refusal = try await node.report(3, size: 100_000)
                    return refusal != nil
                }
                #expect(refusal?.contains(fault.cause) == true, "\(refusal ?? "")")
                let change = node.cloud.message(
                    .update, "demo/pod/web",
                    content: Objects.json(
                        "Pod", "web", version: "6", more: #","x":"\#(String(repeating: "x", count: 50_000))""#))
                node.cloud.push(change)
                let answer = try await node.answer(to: change.id)
                #expect(answer.route.operation == .error, "\(answer)")
                try await node.expectReads("web")
                #expect(try await node.status().contains(fault.cause))
                // What is small may still find room, and then the store is writable until the next refusal.
                try await node.until("not being ready") {
                    _ = try await node.report(3, size: 100_000)
                    return try await Program.run(["status", "--socket", daemon.apiPath]).code == 1
                }
                try disk.set("")
                try await node.reportUntilTaken(4)
                let again = node.cloud.message(.update, "demo/pod/web", content: change.content)
                try await node.push(again)
                #expect(try await Program.run(["status", "--socket", daemon.apiPath]).code == 0)
                #expect(try await node.stored("demo/pod/web").first?.contains(#""resourceVersion":"6""#) == true)
            }
        }

        @Test("what cannot be read now is an error for who asks, and can be read again once the disk reads")
        func readErrors() async throws {
            try await Self.with { node, disk in
                let filling = String(repeating: "x", count: 20_000)
                // More than the page cache holds.
                for number in 0..<600 {
                    node.cloud.push(
                        node.cloud.message(
                            .insert, "demo/configmap/c\(number)",
                            content: Objects.json("ConfigMap", "c\(number)", more: #","x":"\#(filling)""#)))
                }
                try await node.until("all being stored") { try await node.stored("demo/configmap/c599").count == 1 }
                try disk.set("eio_read=100")
                var errors = 0
                for number in 0..<600 {
                    let answer = try await node.ask(.edged, .query, "demo/configmap/c\(number)")
                    if answer.route.operation == .error { errors += 1 }
                }
                #expect(errors > 0)
                try disk.set("")
                for number in [0, 300, 599] {
                    #expect(try await node.stored("demo/configmap/c\(number)").count == 1)
                }
                try await node.reportUntilTaken(5)
            }
        }

        @Test("syncs that take 2 s hold up who writes, and nobody who reads")
        func slowSyncs() async throws {
            try await Self.with { node, disk in
                let daemon = try #require(node.daemon)
                try disk.set("slow=2000")
                let begun = SystemTime().now().ticks
                async let report = node.report(2)
                let get = try await Program.run(["get", "pod", "web", "-n", "demo", "--socket", daemon.apiPath])
                #expect(get.code == 0, "\(get.errors)")
                #expect(try await report == nil)
                #expect(SystemTime().now().ticks - begun >= 2_000_000_000)
                try disk.set("")
                try await node.reportUntilTaken(3)
            }
        }

        @Test(
            "syncs that fail now and then, and take what they should have stored along, lose nothing that was answered OK"
        )
        func failedSyncs() async throws {
            try await Self.with(endCode: -SIGKILL) { node, disk in
                let daemon = try #require(node.daemon)
                try disk.set("eio_sync=30 lose=1")
                var promised: [String: Int] = [:]
                var refused = 0
                for number in 1...300 {
                    let pod = "p\(number % 7)"
                    if try await node.report(number, of: pod, size: number * 20) == nil {
                        promised[pod] = number
                    } else {
                        refused += 1
                    }
                }
                #expect(refused > 0 && promised.count == 7)
                daemon.crash()
                try disk.set("")
                let reader = try StoreReader(path: disk.database)
                for (pod, number) in promised {
                    let row = try reader.read { view throws(StoreError) in try view.object("demo/podstatus/\(pod)") }
                    let value = try JSONValue(parsing: try #require(row).value)
                    #expect(value["Status"]?["n"]?.integer ?? 0 >= number, "\(pod)")
                }
            }
        }
    }
#endif
