/// One thing that is wrong with the configuration.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The line of the file, when it stands there.
    public let line: Int?
    /// The key, flag or variable concerned; empty for the file as a whole.
    public let key: String
    /// What is wrong.
    public let what: String

    /// Makes a problem.
    ///
    /// - Parameters:
    ///   - line: the line of the file, when it stands there.
    ///   - key: the key, flag or variable concerned.
    ///   - what: what is wrong.
    public init(line: Int? = nil, key: String, _ what: String) {
        self.line = line
        self.key = key
        self.what = what
    }

    /// All in one line.
    public var description: String {
        [line.map { "line \($0)" }, key.isEmpty ? nil : key, what].compactMap(\.self).joined(separator: ": ")
    }
}

/// All that is wrong with the configuration.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The problems: those of the file by line, then the others.
    public let problems: [ConfigurationProblem]

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Who set a value.
public enum ConfigurationOrigin: String, Sendable, Hashable {
    /// Nobody: it is the default.
    case standard = "default"
    /// The configuration file.
    case file
    /// A variable of the environment.
    case environment
    /// `--set` on the command line.
    case flag
}
