/// The log.
public struct LogSettings: Sendable, Hashable {
    /// `log.level`.
    public var level: String
    /// `log.format`.
    public var format: LogFormat

    init(_ values: ConfigurationValues) {
        level = values.text("log.level")
        format = LogFormat(rawValue: values.text("log.format")) ?? .text
    }
}
