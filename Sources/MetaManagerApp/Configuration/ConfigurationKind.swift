/// What a setting may hold: its type and its range.
public enum ConfigurationKind: Sendable, Hashable {
    /// A span of time: seconds, or a number with `ms`, `s`, `m`, `h` or `d`.
    case duration(ClosedRange<Duration>)
    /// A number of bytes, plain or with `K`, `M`, `G` (1000) or `Ki`, `Mi`, `Gi` (1024), a `B` allowed behind.
    case size(ClosedRange<Int>)
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// `true` or `false`.
    case boolean
    /// One of a few words.
    case word([String])
    /// A list of words; nil when any word will do.
    case list([String]?)
    /// Names with values.
    case map
    /// A path of the file system, not empty.
    case path
    /// Any text; empty allowed.
    case text
    /// The name of a Kubernetes object.
    case name
    /// `host:port`, or empty for off.
    case address
    /// A URL with one of these schemes.
    case url([String])
    /// The access bits of a file, in octal.
    case mode
    /// An age, a number of changes, or both: `1h or 10000 changes`.
    case window

    /// The type in a few words, for errors and references.
    public var summary: String {
        switch self {
        case .duration: "a duration: seconds, or a number with ms, s, m, h, d"
        case .size: "a size: bytes, or a number with KiB, MiB, GiB"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .word(let words): "one of \(words.joined(separator: ", "))"
        case .list(let words?): "a list of \(words.joined(separator: ", "))"
        case .list(nil): "a list of words"
        case .map: "a mapping of names to values"
        case .path: "a path"
        case .text: "text"
        case .name: "a name of lower-case letters, digits, '-' and '.'"
        case .address: "host:port, or \"\" for off"
        case .url(let schemes): "a URL with \(schemes.map { $0 + "://" }.joined(separator: " or "))"
        case .mode: "access bits in octal, such as 0600"
        case .window: "an age, a number of changes, or both: 1h or 10000 changes"
        }
    }
}

/// Where a default comes from.
public enum ConfigurationDefault: Sendable, Hashable {
    /// There is none: the setting stays unset.
    case none
    /// A value in its text form.
    case text(String)
    /// A file in the folder of the database.
    case besideDatabase(String)
    /// The name of this host, in lower case.
    case hostName
}
