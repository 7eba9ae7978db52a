#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The command `kubectl`, as its makers ship it: a client that shares no code with the API.
public enum Kubectl {
    /// How a run of it ended.
    public struct Result: Sendable {
        /// Its exit code.
        public let code: Int32
        /// What it printed, errors too.
        public let output: String
    }

    /// True when it is installed; tests that need it are left out otherwise.
    public static var isInstalled: Bool {
        guard let path = getenv("PATH") else { return false }
        return String(cString: path).split(separator: ":").contains { access("\($0)/kubectl", X_OK) == 0 }
    }

    /// Runs it to its end, with no configuration of the user's; blocks its thread.
    ///
    /// - Parameters:
    ///   - words: its arguments.
    ///   - kubeconfig: the file to use.
    ///   - folder: where it keeps what it remembers, and its output for a moment.
    /// - Returns: how it ended; code 127 when it cannot be started.
    public static func run(_ words: [String], kubeconfig: String, folder: String) -> Result {
        let output = "\(folder)/kubectl-output.\(UInt64.random(in: .min ... .max))"
        defer { unlink(output) }
        var arguments: [UnsafeMutablePointer<CChar>?] = (["kubectl", "--request-timeout=60s"] + words).map {
            strdup($0)
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let environment = ["PATH=\(path)", "HOME=\(folder)", "KUBECONFIG=\(kubeconfig)"]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) }
        defer { for word in arguments + variables { free(word) } }
        arguments.append(nil)
        variables.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Sockets of the tests, that would stay open with it.
        for descriptor in Int32(3)..<8192 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var child = pid_t()
        guard posix_spawnp(&child, "kubectl", &actions, nil, arguments, variables) == 0 else {
            return Result(code: 127, output: "kubectl cannot be started")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return Result(code: signal == 0 ? (status >> 8) & 0xFF : -signal, output: read(output))
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "rb") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
