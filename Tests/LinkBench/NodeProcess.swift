import FakeCloud
import Glibc

/// The real binary as one node: certificates by token, everything of its own in one folder.
struct NodeProcess {
    let name: String
    let folder: String
    let pid: pid_t
    private static let setpriv = "/usr/bin/setpriv"

    /// Starts it.
    ///
    /// - Parameters:
    ///   - name: the node's name.
    ///   - binary: the program.
    ///   - cloud: whose node it is; nil for a node that finds nobody.
    ///   - folder: its own folder, not there yet.
    ///   - withEdged: whether edged is simulated.
    ///   - database: where the store is; in the folder if nil.
    ///   - withPort: whether its local API has a port besides its socket.
    /// - Throws: when it cannot be started.
    init(
        _ name: String, binary: String, cloud: FakeCloudCore?, folder: String, withEdged: Bool,
        database: String? = nil, withPort: Bool = false
    ) throws {
        self.name = name
        self.folder = folder
        guard mkdir(folder, 0o700) == 0 else { throw BenchError("cannot make \(folder)") }
        let modules = withEdged ? "[websocket, metaManager, edged]" : "[websocket, metaManager]"
        let configuration = """
            meta:
              database:
                path: \(database ?? folder + "/edgecore.db")
            edgehub:
              controller:
                protocol: websocket
                node-id: \(name)
              websocket:
                url: \(cloud?.url ?? "wss://127.0.0.1:1")
                cafile: \(folder)/ca.crt
                certfile: \(folder)/server.crt
                keyfile: \(folder)/server.key
            \(Self.enrollment(cloud, folder))
            node:
              register: \(cloud != nil)
            modules:
              enabled: \(modules)
              socket:
                path: \(folder)/beehive.sock
            metaserver:
              server: "\(withPort ? "127.0.0.1:0" : "")"
              socket: \(folder)/api.sock

            """
        try Self.write(configuration, to: folder + "/edge.yaml")
        if let cloud { try Self.write(cloud.token + "\n", to: folder + "/token") }
        pid = try Self.spawn([binary, "run", "--config", folder + "/edge.yaml"], log: folder + "/log")
    }

    private static func enrollment(_ cloud: FakeCloudCore?, _ folder: String) -> String {
        guard let cloud else { return "" }
        return "  http:\n    url: \(cloud.httpsURL)\n    token-file: \(folder)/token"
    }

    private static func write(_ text: String, to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchError("cannot write \(path)") }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw BenchError("cannot write \(path)") }
    }

    /// Starts a program that ends with the harness, however that ends.
    static func spawn(_ command: [String], log: String) throws -> pid_t {
        let words = (access(setpriv, X_OK) == 0 ? [setpriv, "--pdeathsig", "KILL"] : []) + command
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The cloud's sockets are none of the program's.
        for descriptor in Int32(3)..<2048 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for word in arguments { free(word) } }
        arguments.append(nil)
        var child = pid_t()
        let result = posix_spawn(&child, words[0], &actions, nil, arguments, environ)
        guard result == 0 else { throw BenchError("cannot start \(words[0]): \(String(cString: strerror(result)))") }
        return child
    }

    /// True once it has ended by itself.
    var hasEnded: Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid
    }

    /// Asks it to end; `reap` waits for that.
    func terminate() { kill(pid, SIGTERM) }

    /// Collects it, with force after a while.
    func reap() {
        var status: Int32 = 0
        for _ in 0..<1200 {
            if waitpid(pid, &status, WNOHANG) != 0 { return }
            usleep(10_000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
    }

    /// The end of what it has logged.
    var lastWords: String { Self.lastWords(of: folder + "/log") }

    /// The end of a log.
    static func lastWords(of log: String) -> String {
        guard let file = fopen(log, "r") else { return "" }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&text, 1, text.count, file)
        return String(decoding: text[..<count].suffix(2000), as: UTF8.self)
    }
}
