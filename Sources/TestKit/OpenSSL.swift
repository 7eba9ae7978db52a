#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The command `openssl`, with which people made certificates for KubeEdge 1.2.
public enum OpenSSL {
    /// Why a run of it came to nothing.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// One line: the cause and, where there is one, the cure.
        public let description: String
    }

    /// Runs it to its end; what it prints is dropped.
    ///
    /// - Parameter words: its arguments, the subcommand first.
    /// - Throws: `Failure` when it is not installed or does not succeed.
    public static func run(_ words: [String]) throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = (["openssl"] + words).map { strdup($0) }
        defer { for word in arguments { free(word) } }
        arguments.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for output: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
        }
        var child = pid_t()
        guard posix_spawnp(&child, "openssl", &actions, nil, arguments, environ) == 0 else {
            throw Failure(description: "openssl is not installed: make deps")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure(description: "openssl \(words.first ?? "") failed") }
    }
}
