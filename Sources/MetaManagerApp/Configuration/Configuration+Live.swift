/// What a running daemon takes over of another configuration.
extension Configuration {
    /// What is in force once another one was taken over: its live keys, and this one's of the rest.
    ///
    /// - Parameter new: the configuration that was read.
    /// - Returns: one value that replaces this one as a whole.
    /// - Throws: `ConfigurationError` when the live keys cannot stand beside what only a restart changes.
    package func takingOver(_ new: Configuration) throws(ConfigurationError) -> Configuration {
        var merged = values
        for key in ConfigurationKey.all where key.live {
            var entry = new.values[key.name]
            // A default beside the database follows the database that is in use.
            if case .besideDatabase(let file) = key.standard, entry?.origin == .standard {
                entry = .init(value: .text(values.besideDatabase(file)), origin: .standard, line: nil)
            }
            merged.set(key.name, to: entry)
        }
        var reader = ConfigurationReader(values: merged)
        reader.check()
        guard reader.problems.isEmpty else { throw reader.error() }
        return Configuration(reader.values, notices: new.notices)
    }

    /// The keys whose values differ in another configuration, secrets too.
    ///
    /// - Parameter other: the other configuration.
    /// - Returns: the keys in the order of the reference; none that never apply.
    package func differences(from other: Configuration) -> [ConfigurationKey] {
        ConfigurationKey.all.filter {
            $0.applies != .never && values[$0.name]?.value != other.values[$0.name]?.value
        }
    }
}
