internal import ArgumentParser
internal import Beehive
internal import MetaManagerApp

/// The options by which every command finds the configuration, and through it the daemon.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file.",
            discussion:
                "Default: $METAMANAGER_CONFIG, /etc/metamanager/edge.yaml, conf/edge.yaml, the first that exists."))
    var config: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a key, such as meta.sync.podstatus.interval=30; may be repeated.", valueName: "key=value"))
    var settings: [String] = []

    /// Reads the configuration.
    ///
    /// - Throws: exit code 78 after the faults were told.
    func load() throws -> Configuration {
        let environment = Self.environment()
        let path = ConfigurationFile.locate(flag: config, environment: environment)
        do {
            let bytes = try path.map(ConfigurationFile.load)
            return try ConfigurationReader.read(file: bytes, environment: environment, flags: settings)
        } catch let error as ConfigurationError {
            for problem in error.problems { Diagnostics.note("\(path ?? "configuration"): \(problem)") }
            throw ExitCode(78)
        } catch {
            throw Failure.badConfiguration("\(error)")
        }
    }

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
