/// The values of all settings that are set, each with its origin.
struct ConfigurationValues: Sendable {
    /// A value, who set it, and where.
    struct Entry: Sendable {
        let value: ConfigurationValue
        let origin: ConfigurationOrigin
        let line: Int?
    }

    private(set) var entries: [String: Entry] = [:]

    subscript(name: String) -> Entry? { entries[name] }

    mutating func set(
        _ key: ConfigurationKey, _ value: ConfigurationValue, _ origin: ConfigurationOrigin, line: Int? = nil
    ) {
        entries[key.name] = Entry(value: value, origin: origin, line: line)
    }

    mutating func set(_ name: String, to entry: Entry?) { entries[name] = entry }

    /// The path of a file in the folder of the database.
    func besideDatabase(_ file: String) -> String {
        let folder = text("meta.database.path").split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return folder.isEmpty ? file : folder.joined(separator: "/") + "/" + file
    }

    // The table gives every key its kind, and a default unless the getter is an optional one: a mismatch is a mistake
    // in this program that the tests of the table find.
    private func miss(_ name: String) -> Never { preconditionFailure("the table of settings has no such \(name)") }

    func duration(_ name: String) -> Duration {
        guard case .duration(let duration)? = entries[name]?.value else { miss(name) }
        return duration
    }

    func integer(_ name: String) -> Int {
        switch entries[name]?.value {
        case .integer(let number)?, .size(let number)?: return number
        default: miss(name)
        }
    }

    func boolean(_ name: String) -> Bool {
        guard case .boolean(let bool)? = entries[name]?.value else { miss(name) }
        return bool
    }

    func text(_ name: String) -> String {
        guard case .text(let text)? = entries[name]?.value else { miss(name) }
        return text
    }

    /// The text, nil when unset or empty.
    func optionalText(_ name: String) -> String? {
        guard case .text(let text)? = entries[name]?.value, !text.isEmpty else { return nil }
        return text
    }

    func list(_ name: String) -> [String] {
        guard case .list(let list)? = entries[name]?.value else { miss(name) }
        return list
    }

    func map(_ name: String) -> [String: String] {
        guard case .map(let map)? = entries[name]?.value else { miss(name) }
        return map
    }

    func mode(_ name: String) -> UInt32 {
        guard case .mode(let bits)? = entries[name]?.value else { miss(name) }
        return bits
    }

    func window(_ name: String) -> FeedWindow {
        guard case .window(let window)? = entries[name]?.value else { miss(name) }
        return window
    }
}
