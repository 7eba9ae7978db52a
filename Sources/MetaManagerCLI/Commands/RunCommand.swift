internal import ArgumentParser
internal import Beehive
internal import Logging
internal import MetaManagerApp

/// `metamanager run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon until SIGTERM or SIGINT; SIGHUP, or a change of its file, reloads the configuration.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws { try await Self.run(options.choice) }

    /// Runs the daemon.
    static func run(_ choice: ConfigurationChoice) async throws {
        let environment = ConfigurationOptions.environment()
        // Looked at before it is read, so that a change in between is seen.
        let file = choice.path(environment: environment).map { WatchedFile(path: $0) }
        let configuration = try choice.load(environment: environment)
        let log = configuration.settings.log
        let logs = LineLogHandler.Shared(level: Logger.Level(rawValue: log.level) ?? .info, format: log.format)
        var daemon = Daemon(configuration: configuration, environment: environment, logs: logs) {
            try choice.read(environment: ConfigurationOptions.environment(), waits: false)
        }
        daemon.version = Version.text
        daemon.file = file
        do {
            try await daemon.run { lines in
                for line in lines { Diagnostics.note(line) }
                for line in Self.hints(configuration: choice.config, program: CommandLine.arguments.first) {
                    Diagnostics.note(line)
                }
            }
        } catch let error as DaemonError {
            Diagnostics.note(error.description)
            throw ExitCode(error.code)
        } catch {
            throw Failure.io("stopped: \(error)")
        }
    }

    /// What to type next, in another terminal: other commands find this daemon by the same configuration only.
    static func hints(configuration: String?, program: String?) -> [String] {
        let program = program ?? "metamanager"
        let setUp = configuration.map { ["in another terminal: export METAMANAGER_CONFIG=\($0)"] } ?? []
        return setUp + ["try: \(program) get pods -A; \(program) status; \(program) trace --follow"]
    }
}
