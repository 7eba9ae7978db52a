internal import ArgumentParser
internal import Beehive
internal import Glibc

/// Results to stdout, diagnostics to stderr.
enum Diagnostics {
    /// One line for people, on stderr.
    static func note(_ line: String) {
        let bytes = Array("metamanager: \(line)\n".utf8)
        _ = Glibc.write(2, bytes, bytes.count)
    }

    /// A result, on stdout, with a line feed.
    static func result(_ bytes: Bytes) {
        var rest = Array(bytes)
        rest.append(UInt8(ascii: "\n"))
        var start = 0
        while start < rest.count {
            let count = rest[start...].withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Whoever read our output has gone; there is nobody left to tell.
            if count < 0, errno == EPIPE { return }
            guard count > 0 else {
                note("cannot write the result: \(String(cString: strerror(errno))); free space, or write elsewhere")
                exit(74)
            }
            start += count
        }
    }

    /// A result, on stdout, with a line feed.
    static func result(_ text: String) { result(Bytes(text.utf8)) }
}

/// Ends a command with its exit code, after one line on stderr.
enum Failure {
    /// The answer is no: 1.
    static func no(_ line: String) -> ExitCode { failure(line, 1) }
    /// The input is bad: 65.
    static func badInput(_ line: String) -> ExitCode { failure(line, 65) }
    /// The daemon is not reachable: 69.
    static func unreachable(_ line: String) -> ExitCode { failure(line, 69) }
    /// Something cannot be made: 73.
    static func cannotCreate(_ line: String) -> ExitCode { failure(line, 73) }
    /// I/O has failed: 74.
    static func io(_ line: String) -> ExitCode { failure(line, 74) }
    /// The configuration is bad: 78.
    static func badConfiguration(_ line: String) -> ExitCode { failure(line, 78) }

    private static func failure(_ line: String, _ code: Int32) -> ExitCode {
        Diagnostics.note(line)
        return ExitCode(code)
    }
}
