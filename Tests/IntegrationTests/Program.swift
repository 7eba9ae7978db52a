import Beehive
import Glibc

/// One run of the program to its end.
struct Program: Sendable {
    /// Its exit code, or minus the signal that ended it.
    let code: Int32
    let output: String
    let errors: String

    /// The lines on stderr.
    var lines: [String] { errors.split(separator: "\n").map(String.init) }

    /// The output as JSON.
    var json: JSONValue? { try? JSONValue(parsing: Bytes(output.utf8)) }

    /// Runs the program; ends it after a while.
    ///
    /// - Parameters:
    ///   - arguments: behind the program's name.
    ///   - limit: how long it may take.
    ///   - environment: `KEY=VALUE` beside the tests' own.
    /// - Returns: how it ended and what it said.
    /// - Throws: when it cannot be started or does not end.
    static func run(
        _ arguments: [String], within limit: Duration = .seconds(60), environment: [String] = []
    ) async throws -> Program {
        let folder = try TemporaryFolder()
        let process = try DaemonFixture.spawn(
            arguments, log: folder.path + "/out", errors: folder.path + "/err", environment: environment)
        let end = SystemTime().now().advanced(by: limit).ticks
        var raw: Int32 = 0
        while waitpid(process, &raw, WNOHANG) != process {
            guard SystemTime().now().ticks < end else {
                kill(process, SIGKILL)
                waitpid(process, &raw, 0)
                throw DaemonFixture.Trouble(
                    description: "metamanager \(arguments.joined(separator: " ")) did not end; it said: "
                        + folder.read("out") + folder.read("err"))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let signal = raw & 0x7F
        return Program(
            code: signal == 0 ? (raw >> 8) & 0xFF : -signal, output: folder.read("out"), errors: folder.read("err"))
    }
}
