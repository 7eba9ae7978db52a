#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The command `sqlite3`: a witness that shares no code with the store.
public enum SQLiteTool {
    /// Why a run of it came to nothing.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// One line: the cause and, where there is one, the cure.
        public let description: String
    }

    /// Runs commands on a file.
    ///
    /// - Parameters:
    ///   - commands: SQL, or commands that start with a dot.
    ///   - path: the file; what goes in and comes out stands beside it for a moment.
    /// - Returns: what it printed.
    /// - Throws: `Failure` when it is not installed or does not succeed.
    public static func run(_ commands: String, on path: String) throws -> String {
        let output = path + ".sqlite3-output"
        // Too long for an argument.
        let input = path + ".sqlite3-input"
        defer { for file in [input, output] { unlink(file) } }
        try write(commands + (commands.hasPrefix(".") ? "\n" : ";\n"), to: input)
        let words = ["sqlite3", "-batch", "-bail", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for word in arguments { free(word) } }
        arguments.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var child = pid_t()
        guard posix_spawnp(&child, words[0], &actions, nil, arguments, environ) == 0 else {
            throw Failure(description: "sqlite3 is not installed: make deps")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let text = read(output)
        guard status == 0 else { throw Failure(description: "sqlite3 on \(path) failed: \(text.prefix(500))") }
        return text
    }

    /// A text in SQL.
    ///
    /// - Parameter text: the text.
    /// - Returns: the text in quotes.
    public static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "wb") else { throw Failure(description: "cannot write \(path)") }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else { throw Failure(description: "cannot write \(path)") }
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
