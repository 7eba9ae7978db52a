#if DEBUG
    import Beehive
    import FakeCloud
    import Glibc
    import Testing

    /// A disk whose faults a test switches on and off while the daemon runs: `Tests/FaultyDisk` before its files.
    struct HardDisk: Sendable {
        let folder: TemporaryFolder
        /// The daemon's database.
        let database: String
        private let library: String
        /// How the daemon ends: in order, unless the test kills it.
        let endCode: Int32
        /// The size of a file system of the daemon's own, in MiB; nil: the machine's.
        let mebibytes: Int?

        init(endCode: Int32 = 0, mebibytes: Int? = nil) throws {
            self.endCode = endCode
            self.mebibytes = mebibytes
            folder = try TemporaryFolder()
            let binary = try DaemonFixture.binary()
            library = binary.prefix(through: binary.lastIndex(of: "/") ?? binary.startIndex) + "libFaultyDisk.so"
            guard access(library, R_OK) == 0 else {
                throw DaemonFixture.Trouble(description: "\(library) is not built: run swift build --build-tests")
            }
            database = folder.path + "/disk/edgecore.db"
            guard mkdir(folder.path + "/disk", 0o700) == 0 else { throw TemporaryFolder.CannotMake() }
            try set("")
        }

        /// Where the daemon finds its files.
        var settings: [String] { ["meta.database.path=\(database)"] }

        /// False under the thread sanitizer, which catches the same calls as the layer.
        static var isUsable: Bool { dlsym(nil, "__tsan_init") == nil }

        /// False where nobody may mount anything.
        static var mayMount: Bool { system("unshare -m mount -t tmpfs -o size=1m tmpfs /mnt 2>/dev/null") == 0 }

        /// What mounts the file system before it becomes the daemon; nobody else sees that mount.
        var launcher: [String] {
            guard let mebibytes else { return [] }
            let mount = "mount -t tmpfs -o size=\(mebibytes)m,mode=700 tmpfs '\(folder.path)/disk' && exec \"$@\""
            return ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount, "sh"]
        }

        /// What makes it pass the layer.
        var environment: [String] {
            guard mebibytes == nil else { return [] }
            return [
                "LD_PRELOAD=\(library)", "FAULTYDISK_FOLDER=\(folder.path)/disk",
                "FAULTYDISK_CONTROL=\(folder.path)/faults",
            ]
        }

        /// Changes what is wrong with the disk from now on: words as `Tests/FaultyDisk/Layer.h` has them.
        func set(_ faults: String) throws {
            let descriptor = open(folder.path + "/faults", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw TemporaryFolder.CannotMake() }
            defer { close(descriptor) }
            // In one piece and never shorter than before: the layer reads it at any moment.
            let bytes = Array((faults + String(repeating: " ", count: 255 - faults.utf8.count) + "\n").utf8)
            guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { throw TemporaryFolder.CannotMake() }
        }
    }

    extension Node {
        /// A report that edged gets an answer to; nil when it is OK, else what is said.
        func report(_ number: Int, of pod: String = "web", size: Int = 10) async throws -> String? {
            let filling = String(repeating: "x", count: size)
            let answer = try await ask(
                .edged, .update, "demo/podstatus/\(pod)",
                Objects.content(#"{"UID":"u","Status":{"n":\#(number),"filling":"\#(filling)"}}"#))
            return answer.content.isOK ? nil : String(decoding: answer.content.json, as: UTF8.self)
        }

        /// Reports until one is taken.
        func reportUntilTaken(_ number: Int, of pod: String = "web") async throws {
            try await until("a report being taken") { try await report(number, of: pod) == nil }
        }

        /// What the cloud gets in return for a message, an error or not.
        func answer(to id: String) async throws -> Message {
            let frame = try await cloud.waitFor("an answer to \(id)") { $0.message?.header.parentID == id }
            return try #require(frame.message)
        }

        /// `status` as it is now.
        func status() async throws -> String {
            let daemon = try #require(daemon)
            return try await Program.run(["status", "-o", "json", "--socket", daemon.apiPath]).output
        }

        /// Reads go on: by a module and over HTTP.
        func expectReads(_ pod: String, location: SourceLocation = #_sourceLocation) async throws {
            let daemon = try #require(daemon)
            #expect(try await stored("demo/pod/\(pod)").count == 1, sourceLocation: location)
            let get = try await Program.run(["get", "pod", pod, "-n", "demo", "--socket", daemon.apiPath])
            #expect(get.code == 0 && get.output.contains(pod), "\(get.output)\(get.errors)", sourceLocation: location)
        }
    }
#endif
