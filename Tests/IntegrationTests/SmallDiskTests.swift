#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import Testing

    /// A file system that is really full.
    @Suite("A small disk", .serialized, .timeLimit(.minutes(5)))
    struct SmallDiskTests {
        @Test(
            "on a file system of 4 MiB that another file fills, reads go on and writes are refused until it goes",
            .enabled(if: HardDisk.mayMount, "needs the right to mount a tmpfs"))
        func fullFileSystem() async throws {
            let disk = try HardDisk(mebibytes: 4)
            try await Node.with(disk: disk) { node in
                let daemon = try #require(node.daemon)
                try await node.push(node.cloud.message(.insert, "demo/pod/web", content: Objects.json("Pod", "web")))
                try await node.reportUntilTaken(1)
                // The daemon's own view of the mount.
                let filler = "/proc/\(daemon.process)/root\(disk.folder.path)/disk/filler"
                let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                try #require(file >= 0)
                let zeros = [UInt8](repeating: 0, count: 4096)
                while write(file, zeros, zeros.count) > 0 {}
                #expect(errno == ENOSPC)
                close(file)
                var refusal: String?
                try await node.until("a refusal") {
                    refusal = try await node.report(2, size: 100_000)
                    return refusal != nil
                }
                #expect(refusal?.contains("free space on its disk") == true, "\(refusal ?? "")")
                try await node.expectReads("web")
                #expect(try await node.status().contains("free space"))
                unlink(filler)
                try await node.reportUntilTaken(3)
                #expect(try await Program.run(["status", "--socket", daemon.apiPath]).code == 0)
            }
        }
    }
#endif
