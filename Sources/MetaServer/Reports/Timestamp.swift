internal import Beehive

/// Times as reports show them: RFC 3339 in UTC, to the millisecond.
enum Timestamp {
    /// Milliseconds since 1970 as text, such as `2024-05-01T12:00:00.250Z`.
    static func text(_ milliseconds: Int64) -> String { KubernetesTimestamp.text(milliseconds, isExact: true) }

    /// The same as JSON; null for none.
    static func json(_ milliseconds: Int64?) -> JSONValue { milliseconds.map { JSONValue(text: text($0)) } ?? .null }
}
