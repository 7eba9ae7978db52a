/// The usual command line of the daemon, read at once.
///
/// The parser of all commands looks at each of them, and at their options, before it runs one: milliseconds for which the
/// modules of a node would wait at every start. Whatever is not as plain as here it reads, and tells what is wrong.
struct RunLine: Equatable {
    let choice: ConfigurationChoice

    /// Reads `run`, with `--config` and `--set`; nil for any other command, and for whatever may be wrong or mean
    /// something else.
    ///
    /// - Parameter arguments: those behind the program's name.
    init?(_ arguments: some Sequence<String>) {
        var rest = arguments.makeIterator()
        guard rest.next() == "run" else { return nil }
        var choice = ConfigurationChoice()
        while let flag = rest.next() {
            guard let value = rest.next(), !value.isEmpty, !value.hasPrefix("-") else { return nil }
            switch flag {
            case "--config" where choice.config == nil: choice.config = value
            case "--set": choice.settings.append(value)
            default: return nil
            }
        }
        self.choice = choice
    }
}
