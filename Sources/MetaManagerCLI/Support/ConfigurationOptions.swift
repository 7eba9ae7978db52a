internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp

/// The options by which every command finds the configuration, and through it the daemon.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file.",
            discussion:
                "Default: $METAMANAGER_CONFIG, /etc/metamanager/edge.yaml, conf/edge.yaml, the first that exists.",
            valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a key, such as meta.sync.podstatus.interval=30; may be repeated.", valueName: "key=value"))
    var settings: [String] = []

    /// What was chosen.
    var choice: ConfigurationChoice { ConfigurationChoice(config: config, settings: settings) }

    /// Reads the configuration.
    ///
    /// - Throws: exit code 78 after the faults were told.
    func load() throws -> Configuration { try choice.load(environment: Self.environment()) }

    /// Reads the configuration, and says nothing of what is wrong with it but by its error.
    func read() throws -> Configuration { try choice.read(environment: Self.environment()) }

    /// The file that is read; nil when there is none.
    var path: String? { choice.path(environment: Self.environment()) }

    /// The process's environment.
    static func environment() -> [String: String] {
        var result: [String: String] = [:]
        // The kernel's copy: the C library's own is a global that any thread may change.
        let bytes = (try? ConfigurationFile.load("/proc/self/environ")) ?? []
        for entry in bytes.split(separator: 0) {
            let line = String(decoding: entry, as: UTF8.self)
            guard let equals = line.firstIndex(of: "=") else { continue }
            result[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return result
    }
}

/// Which configuration a command is to use.
struct ConfigurationChoice: Sendable, Equatable {
    /// The file; nil for the first of those that are looked for.
    var config: String?
    /// Keys that are set by flags, `key=value` each.
    var settings: [String] = []

    /// Reads the configuration.
    ///
    /// - Throws: exit code 78 after the faults were told.
    func load(environment: [String: String]) throws -> Configuration {
        do {
            return try read(environment: environment)
        } catch let error as ConfigurationError {
            // Flags and variables stand in no file.
            let path = path(environment: environment)
            for problem in error.problems {
                Diagnostics.note("\(problem.line == nil ? "configuration" : path ?? "configuration"): \(problem)")
            }
            throw ExitCode(78)
        } catch {
            throw Failure.badConfiguration("\(error); name another file with --config or METAMANAGER_CONFIG")
        }
    }

    /// Reads the configuration, and says nothing of what is wrong with it but by its error.
    ///
    /// - Parameters:
    ///   - environment: the variables of the process.
    ///   - waits: false: nothing but a regular file is read.
    /// - Returns: settings, report and notices.
    /// - Throws: `ConfigurationError`, or why the file cannot be read.
    func read(environment: [String: String], waits: Bool = true) throws -> Configuration {
        try ConfigurationReader.read(
            file: try path(environment: environment).map { try ConfigurationFile.load($0, waits: waits) },
            environment: environment, flags: settings)
    }

    /// The file that is read; nil when there is none.
    func path(environment: [String: String]) -> String? {
        ConfigurationFile.locate(flag: config, environment: environment)
    }
}

/// The forms in which commands print their results.
enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case table
    case wide
    case json
    case yaml
    case name
}

/// The forms of commands that report one thing.
enum ReportForm: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
}
