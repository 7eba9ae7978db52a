internal import Beehive
internal import Glibc
public import Logging

/// Writes log lines to stderr, as text or as JSON.
///
/// Message bodies never reach it.
public struct LineLogHandler: LogHandler {
    /// What all handlers of a process share: level and form may change while running.
    public final class Shared: Sendable {
        private let form: Lock<(level: Logger.Level, format: LogFormat)>

        /// Makes the shared part.
        ///
        /// - Parameters:
        ///   - level: the lowest level written.
        ///   - format: the form of a line.
        public init(level: Logger.Level, format: LogFormat) {
            form = Lock((level, format))
        }

        /// The lowest level written.
        public var currentLevel: Logger.Level { form.withLock { $0.level } }

        /// The form of a line.
        package var format: LogFormat { form.withLock { $0.format } }

        /// Changes level and form together.
        package func set(_ level: Logger.Level, _ format: LogFormat) { form.withLock { $0 = (level, format) } }
    }

    /// Longer values are cut: some of them are a peer's words.
    private static let longest = 1000

    /// Values that every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let shared: Shared

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: the component.
    ///   - shared: level and form.
    public init(label: String, shared: Shared) {
        self.label = label
        self.shared = shared
    }

    /// The lowest level written; setting it has no effect, since the process has one level.
    public var logLevel: Logger.Level {
        get { shared.currentLevel }
        set { _ = newValue }
    }

    /// One value that every line carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        let time = KubernetesTimestamp.text(SystemTime().now().wall)
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: [UInt8] = []
        switch shared.format {
        case .text:
            line += Array("\(time) \(event.level.rawValue) \(label): \(event.message)".utf8)
            for (key, value) in merged { line += Array(" \(key)=\(OneLine.of("\(value)", limit: Self.longest))".utf8) }
        case .json:
            var object: JSONValue = [
                "time": JSONValue(text: time), "level": JSONValue(text: event.level.rawValue),
                "component": JSONValue(text: label), "message": JSONValue(text: "\(event.message)"),
            ]
            for (key, value) in merged { object[key] = JSONValue(text: OneLine.of("\(value)", limit: Self.longest)) }
            object.append(to: &line)
        }
        // One write for one line, so that lines of several threads do not mix; a newline in a value must not fake one.
        line = line.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
        line.append(UInt8(ascii: "\n"))
        _ = Glibc.write(2, line, line.count)
    }
}
