internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp

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

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = ReportForm.text

    func run() throws {
        var options = self.options
        if let file { options.config = file }
        let report = try options.load().report
        if output == .json {
            Diagnostics.result(report.json.json)
        } else {
            Diagnostics.result(report.text.hasSuffix("\n") ? String(report.text.dropLast()) : report.text)
        }
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
