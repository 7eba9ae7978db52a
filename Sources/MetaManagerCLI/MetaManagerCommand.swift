public import ArgumentParser
internal import MetaManager

/// The program: `metamanager`.
public struct MetaManagerCommand: AsyncParsableCommand {
    /// The commands and their groups.
    public static let configuration = CommandConfiguration(
        commandName: "metamanager",
        abstract: "The metadata plane of a Kubernetes edge node.",
        discussion: """
            Keeps one link to the cloud, stores what it sends, hands it to the modules of the node, answers their \
            queries with or without the cloud, and reports their states upwards without losing one.

            Exit codes: 0 done, 1 the answer is no, 64 wrong usage, 65 bad input, 69 the daemon is not reachable, \
            73 cannot create, 74 I/O, 78 bad configuration.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, GetCommand.self, ExplainCommand.self, StatusCommand.self, SendCommand.self,
            OutboxCommand.self,
            ResyncCommand.self, KubeconfigCommand.self, TraceCommand.self, ReplayCommand.self, StoreCommand.self,
            ConfigCommand.self,
            BenchCommand.self, DevCommand.self, CompletionsCommand.self, VersionCommand.self,
        ])

    /// Makes the command.
    public init() {}
}

/// What this build is.
public enum Version {
    /// The release.
    public static let text = Release.version
}

/// The program as a whole, for the executable.
public enum Program {
    /// Runs the command that the arguments name, and ends the process with its exit code.
    public static func run() async {
        guard let line = RunLine(CommandLine.arguments.dropFirst()) else { return await MetaManagerCommand.main() }
        do {
            try await RunCommand.run(line.choice)
        } catch {
            MetaManagerCommand.exit(withError: error)
        }
    }
}
