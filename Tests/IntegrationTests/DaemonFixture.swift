import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOCore
import NIOPosix

/// The real binary, with sockets, database and log in a folder of its own.
final class DaemonFixture: Sendable {
    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    let folder: TemporaryFolder
    var modulePath: String { folder.path + "/beehive.sock" }
    var apiPath: String { folder.path + "/api.sock" }
    /// The process; a test may look at it in `/proc`.
    let process: pid_t
    private let status = Lock<Int32?>(nil)

    /// The binary, built beside the test bundle; a test without one fails.
    static func binary() throws -> String {
        let missing = Trouble(description: "metamanager is not built beside the tests: run swift build --build-tests")
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw missing }
        let own = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = own.lastIndex(of: "/") else { throw missing }
        let path = String(own[..<slash] + "/metamanager")
        guard access(path, X_OK) == 0 else { throw missing }
        return path
    }

    /// Starts the daemon.
    ///
    /// - Parameters:
    ///   - cloud: the cloud it connects to; none if nil.
    ///   - folder: where its files are; a new folder if nil, a former daemon's to start it again.
    ///   - settings: `KEY=VALUE` beyond the usual ones.
    ///   - file: lines of the configuration file beyond the usual ones.
    ///   - environment: `KEY=VALUE` beside the tests' own.
    ///   - launcher: a program that becomes the daemon, with its arguments; none if empty.
    /// - Throws: when it cannot be started.
    init(
        cloud: FakeCloud?, folder: TemporaryFolder? = nil, settings: [String] = [], file: String = "",
        environment: [String] = [], launcher: [String] = []
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        let link = cloud.map { "    protocol: websocket\n    node-id: node-1\n  websocket:\n    url: \($0.url)\n" }
        let configuration = """
            meta:
              database:
                path: \(folder.path)/edgecore.db
            edgehub:
              controller:
            \(link ?? "    protocol: none\n")
              reconnect: {min: 0.05, max: 0.1}
            modules:
              socket:
                path: \(folder.path)/beehive.sock
            metaserver:
              server: ""
              socket: \(folder.path)/api.sock
            log:
              level: debug

            """
        try folder.write(configuration + file, to: "edge.yaml")
        var arguments = ["run", "--config", folder.path + "/edge.yaml"]
        for setting in settings { arguments += ["--set", setting] }
        process = try Self.spawn(arguments, log: folder.path + "/log", environment: environment, launcher: launcher)
    }

    /// Starts the program with its output in a file.
    static func spawn(
        _ arguments: [String], log: String, errors: String? = nil, environment: [String] = [],
        launcher: [String] = []
    ) throws -> pid_t {
        let binary = try binary()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // What the tests hold open, above all the listeners of their clouds, is none of the program's.
        for descriptor in Int32(3)..<8192 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var words: [UnsafeMutablePointer<CChar>?] = (launcher + [binary] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process = pid_t()
        var lines: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) }
        defer { for line in lines { free(line) } }
        var line = environ
        while let own = line.pointee {
            lines.append(strdup(own))
            line += 1
        }
        lines.append(nil)
        let result = posix_spawn(&process, launcher.first ?? binary, &actions, nil, words, lines)
        guard result == 0 else { throw Trouble(description: "cannot start \(binary): error \(result)") }
        return process
    }

    /// All that it has logged.
    var log: String { folder.read("log") }

    /// Waits until its module socket accepts.
    func waitUntilReady(within limit: Duration = .seconds(60)) async throws {
        let end = SystemTime().now().advanced(by: limit).ticks
        while SystemTime().now().ticks < end {
            if let status = reaped() {
                throw Trouble(description: "metamanager ended with \(status); its log:\n\(log)")
            }
            if accepts(modulePath) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Trouble(description: "metamanager is not ready; its log:\n\(log)")
    }

    private func accepts(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Ends it in order.
    ///
    /// - Parameters:
    ///   - signal: what it is told so with.
    ///   - limit: how long it may take.
    /// - Returns: its exit code, or minus the signal that ended it.
    /// - Throws: when it does not end in time.
    func terminate(by signal: Int32 = SIGTERM, within limit: Duration = .seconds(60)) async throws -> Int32 {
        if reaped() == nil { kill(process, signal) }
        let end = SystemTime().now().advanced(by: limit).ticks
        while SystemTime().now().ticks < end {
            if let status = reaped() { return status }
            try await Task.sleep(for: .milliseconds(5))
        }
        crash()
        throw Trouble(description: "metamanager did not end within \(limit) of signal \(signal); its log:\n\(log)")
    }

    /// Kills it, as a lost supply does.
    func crash() {
        guard reaped() == nil else { return }
        kill(process, SIGKILL)
        var raw: Int32 = 0
        while waitpid(process, &raw, 0) == -1, errno == EINTR {}
        status.withLock { $0 = -SIGKILL }
    }

    private func reaped() -> Int32? {
        status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(process, &raw, WNOHANG) == process else { return nil }
            let signal = raw & 0x7F
            status = signal == 0 ? (raw >> 8) & 0xFF : -signal
            return status
        }
    }

    deinit { crash() }
}
