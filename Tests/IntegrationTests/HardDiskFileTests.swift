#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import MetaManager
    import MetaStore
    import Testing

    /// The database's file under the daemon's feet: moved, removed, replaced, locked, and moved back.
    @Suite(
        "The file in use", .serialized, .timeLimit(.minutes(10)),
        .enabled(if: HardDisk.isUsable, "the layer does not go with the thread sanitizer"))
    struct HardDiskFileTests {
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

        /// What a new daemon would find.
        private static func expectStored(_ number: Int, in database: String) throws {
            #expect(try StoreCheck.run(path: database).ok)
            let reader = try StoreReader(path: database)
            let row = try reader.read { view throws(StoreError) in try view.object("demo/podstatus/web") }
            let value = try JSONValue(parsing: try #require(row).value)
            #expect(value["Status"]?["n"]?.integer == number)
            #expect(try reader.read { view throws(StoreError) in try view.object("demo/pod/web") } != nil)
        }

        @Test("a file that is moved away and back: writes are refused meanwhile, and go on")
        func movedAndBack() async throws {
            try await Self.with { node, disk in
                rename(disk.database, disk.database + ".away")
                let refusal = try await node.report(2)
                rename(disk.database + ".away", disk.database)
                #expect(refusal?.contains("was removed or replaced") == true, "\(refusal ?? "")")
                try await node.expectReads("web")
                try await node.reportUntilTaken(3)
            }
        }

        @Test("a file that is removed for good: what is still open goes into a new one, and nothing is lost")
        func removed() async throws {
            try await Self.with(endCode: -SIGKILL) { node, disk in
                let daemon = try #require(node.daemon)
                for end in ["", "-wal", "-shm"] { unlink(disk.database + end) }
                let refusal = try await node.report(2)
                #expect(refusal?.contains("was removed or replaced") == true, "\(refusal ?? "")")
                #expect(try await node.status().contains("was removed or replaced"))
                try await node.expectReads("web")
                try await node.reportUntilTaken(3)
                try await node.expectReads("web")
                #expect(try await Program.run(["status", "--socket", daemon.apiPath]).code == 0)
                daemon.crash()
                try Self.expectStored(3, in: disk.database)
            }
        }

        @Test("a folder in the file's place: refused until it is moved away, then all goes on in a new file")
        func replacedByFolder() async throws {
            try await Self.with { node, disk in
                rename(disk.database, disk.database + ".away")
                mkdir(disk.database, 0o700)
                let refusal = try await node.report(2)
                #expect(refusal?.contains("move that away") == true, "\(refusal ?? "")")
                try await node.expectReads("web")
                rmdir(disk.database)
                try await node.reportUntilTaken(3)
                try await node.expectReads("web")
            }
        }

        @Test("a file that is gone when the daemon ends: what was acknowledged is written beside it")
        func goneAtTheEnd() async throws {
            let disk = try HardDisk()
            try await Node.with(disk: disk) { node in
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await node.reportUntilTaken(7)
                for end in ["", "-wal", "-shm"] { unlink(disk.database + end) }
                mkdir(disk.database, 0o700)
            }
            try Self.expectStored(7, in: disk.database + ".rescued")
        }

        @Test("a database that another process holds for 3 s makes callers wait", .timeLimit(.minutes(2)))
        func lockedShortly() async throws {
            try await Self.with { node, disk in
                let holder = try Holder(disk.database, for: .seconds(3))
                let begun = SystemTime().now().ticks
                #expect(try await node.report(2) == nil)
                #expect(SystemTime().now().ticks - begun > 1_000_000_000)
                try await node.expectReads("web")
                await holder.join()
            }
        }

        @Test("a database that another process holds for longer: callers get an error, the process lives and heals")
        func lockedForLong() async throws {
            try await Self.with { node, disk in
                let daemon = try #require(node.daemon)
                let holder = try Holder(disk.database, for: .seconds(25))
                let refusal = try await node.report(2)
                #expect(refusal?.contains("other process") == true, "\(refusal ?? "")")
                try await node.expectReads("web")
                #expect(try await node.status().contains("other process"))
                await holder.join()
                try await node.reportUntilTaken(3)
                #expect(try await Program.run(["status", "--socket", daemon.apiPath]).code == 0)
            }
        }

        /// Holds a database's write lock, as a tool with an open transaction does.
        private struct Holder {
            private let thread = LoopThread()

            init(_ path: String, for duration: Duration) throws {
                let held = Lock(false)
                thread.start {
                    do throws(StoreError) {
                        let store = try MetaStore(path: path, now: 0)
                        try store.transaction(writing: true) { (_) throws(StoreError) in
                            held.withLock { $0 = true }
                            held.signal()
                            usleep(UInt32(duration.milliseconds * 1000))
                        }
                    } catch {
                        Issue.record("\(error)")
                        held.withLock { $0 = true }
                        held.signal()
                    }
                }
                _ = held.wait(deadline: nil) { $0 ? true : nil }
            }

            func join() async { await thread.join() }
        }

        @Test("a disk that is full when the log is moved into the file: the log takes more until there is room")
        func fullAtCheckpoint() async throws {
            try await Self.with(endCode: -SIGKILL) { node, disk in
                let daemon = try #require(node.daemon)
                // The file itself may not grow, its log may.
                try disk.set("space=0 only=edgecore.db")
                for number in 2...200 { #expect(try await node.report(number, of: "p\(number)", size: 60_000) == nil) }
                #expect(TemporaryFolder.size(disk.database + "-wal") > 9_000_000)
                try disk.set("")
                for number in 201...400 {
                    #expect(try await node.report(number, of: "p\(number)", size: 60_000) == nil)
                }
                #expect(TemporaryFolder.size(disk.database) > 9_000_000)
                try await node.reportUntilTaken(5)
                daemon.crash()
                try Self.expectStored(5, in: disk.database)
            }
        }

        /// A reader that does not end lets the log be moved in part; the file is not synced then.
        ///
        /// When the next sync fails, SQLite does not write that part again, though the kernel may have dropped it.
        @Test("a failed sync of the file after a part of the log was moved into it loses nothing")
        func failedSyncOfTheFile() async throws {
            try await Self.with(endCode: -SIGKILL) { node, disk in
                let daemon = try #require(node.daemon)
                try disk.set("lose=1")
                for number in 2...100 { #expect(try await node.report(number, of: "p\(number)", size: 60_000) == nil) }
                let reader = LoopThread()
                let state = Lock((isReading: false, mayEnd: false))
                let path = disk.database
                reader.start {
                    do throws(StoreError) {
                        try StoreReader(path: path).read { view throws(StoreError) in
                            _ = try view.object("demo/pod/web")
                            state.withLock { $0.isReading = true }
                            state.broadcast()
                            _ = state.wait(deadline: nil) { $0.mayEnd ? true : nil }
                        }
                    } catch {
                        Issue.record("\(error)")
                        state.withLock { $0.isReading = true }
                        state.broadcast()
                    }
                }
                _ = state.wait(deadline: nil) { $0.isReading ? true : nil }
                for number in 101...200 {
                    #expect(try await node.report(number, of: "p\(number)", size: 60_000) == nil)
                }
                try disk.set("lose=1 eio_sync=100 only=edgecore.db")
                state.withLock { $0.mayEnd = true }
                state.broadcast()
                await reader.join()
                _ = try await node.report(201, of: "p201", size: 60_000)
                _ = try await node.report(202, of: "p202", size: 60_000)
                try disk.set("lose=1")
                for number in 203...230 { try await node.reportUntilTaken(number, of: "p\(number)") }
                try await node.reportUntilTaken(5)
                try await node.expectReads("web")
                daemon.crash()
                try Self.expectStored(5, in: disk.database)
                let stored = try StoreReader(path: disk.database)
                for number in Array(2...200) + Array(203...230) {
                    #expect(
                        try stored.read { view throws(StoreError) in try view.object("demo/podstatus/p\(number)") }
                            != nil, "p\(number)")
                }
            }
        }

        @Test(
            "a disk that takes nothing at the start: the exit code and one line with the cause; the next start is well",
            arguments: [("space=0", 74, "free space"), ("readonly=1", 73, "writable")])
        func start(words: String, code: Int32, cause: String) async throws {
            try await Self.with { node, disk in
                let daemon = try #require(node.daemon)
                #expect(try await daemon.terminate() == 0)
                try disk.set(words)
                var arguments = ["run", "--config", disk.folder.path + "/edge.yaml"]
                for setting in disk.settings { arguments += ["--set", setting] }
                let run = try await Program.run(arguments, environment: disk.environment)
                #expect(run.code == code, "\(run.errors)")
                #expect(run.errors.contains(cause), "\(run.errors)")
                try disk.set("")
                let next = try DaemonFixture(
                    cloud: nil, folder: disk.folder, settings: disk.settings, environment: disk.environment)
                try await next.waitUntilReady()
                let get = try await Program.run(["get", "pod", "web", "-n", "demo", "--socket", next.apiPath])
                #expect(get.code == 0, "\(get.errors)")
                #expect(try await next.terminate() == 0)
            }
        }
    }
#endif
