internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp
internal import MetaServer

/// `metamanager config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check or show the configuration, or print the reference of its keys.",
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self, ConfigReferenceCommand.self])
}

/// `metamanager config check [FILE]`: all faults at once.
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate a configuration; tells all its faults with their lines.")

    @Argument(help: "The file; the daemon's own if none is named.")
    var file: String?

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        var options = self.options
        if let file { options.config = file }
        let configuration = try options.load()
        for notice in configuration.notices { Diagnostics.note(notice) }
        Diagnostics.result("ok")
    }
}

/// `metamanager config show [FILE]`: the effective settings with their origin, secrets masked.
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the effective settings with their origin, secrets masked.")

    @Argument(help: "The file; the daemon's own if none is named.")
    var file: String?

    @OptionGroup var daemon: DaemonOptions

    @Flag(help: "Ask the daemon what it runs with, and what a restart would change.")
    var running = false

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func validate() throws {
        if running, file != nil {
            throw ValidationError("--running asks the daemon, and FILE is not what it runs with")
        }
    }

    func run() throws {
        if running { return try showRunning() }
        var options = daemon.configuration
        if let file { options.config = file }
        let report = try options.load().report
        if output == .json {
            Diagnostics.result(report.json.json)
        } else {
            Diagnostics.result(report.text.hasSuffix("\n") ? String(report.text.dropLast()) : report.text)
        }
    }

    private func showRunning() throws {
        let answer = try daemon.get("/metamanager/v1/configuration")
        guard output == .text else { return Diagnostics.result(answer.body) }
        guard let answer = answer.json, let keys = answer["keys"] else {
            throw Failure.io("the daemon's configuration is unreadable")
        }
        let pending = (answer["reading"]?["pending"]?.elements ?? []).map { entry in
            "# waits for a restart: \(entry["key"]?.text ?? "") will be \(entry["file"]?.text ?? "unset")"
        }
        let lines = ConfigurationReport.lines(keys) + pending
        Diagnostics.result(lines.joined(separator: "\n"))
    }
}

/// `metamanager config reference`: every key, from the table that the program reads with.
struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference of all keys, as docs/configuration.md has it.")

    @Option(name: .shortAndLong, help: "text (Markdown) or json.")
    var output = ReportForm.text

    func run() throws {
        switch output {
        case .json: Diagnostics.result(ConfigurationReference.json.json)
        case .text: Diagnostics.result(String(ConfigurationReference.markdown.dropLast()))
        }
    }
}
