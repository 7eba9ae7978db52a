internal import ArgumentParser
internal import Beehive
internal import Logging
internal import MetaManagerApp

/// `metamanager run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the daemon until SIGTERM or SIGINT; SIGHUP reloads the configuration.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load()
        let environment = ConfigurationOptions.environment()
        let log = configuration.settings.log
        let logs = LineLogHandler.Shared(level: Logger.Level(rawValue: log.level) ?? .info, format: log.format)
        let options = self.options
        let daemon = Daemon(configuration: configuration, environment: environment, logs: logs) {
            try options.load()
        }
        do {
            try await daemon.run { lines in
                for line in lines { Diagnostics.note(line) }
                Diagnostics.note("try: metamanager get pods -A; metamanager status; metamanager trace --follow")
            }
        } catch let error as DaemonError {
            Diagnostics.note(error.description)
            throw ExitCode(error.code)
        } catch {
            throw Failure.io("stopped: \(error)")
        }
    }
}
