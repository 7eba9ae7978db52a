internal import Beehive

/// What the daemon tells of its configuration: how it was read last, and what waits for a restart.
package struct ConfigurationFigures: Sendable, Hashable {
    /// What the last reading came to; a closed set of words.
    package enum Result: String, Sendable, CaseIterable {
        /// Not read again since the start.
        case started
        /// Live keys have changed.
        case applied
        /// No live key has changed.
        case unchanged
        /// It has faults, and changed nothing.
        case refused
        /// It was applied, made the daemon unready, and was taken back.
        case rolledBack = "rolled_back"
        /// It was applied, made the daemon unready, and could not be taken back.
        case rollbackFailed = "rollback_failed"
    }

    /// A key that the file sets to another value than the one in force, secrets masked.
    package struct Pending: Sendable, Hashable {
        /// The key.
        package var key: String
        /// The value in force; nil when unset.
        package var running: String?
        /// The value in the file; nil when unset.
        package var file: String?

        /// Makes an entry.
        package init(key: String, running: String?, file: String?) {
            (self.key, self.running, self.file) = (key, running, file)
        }
    }

    /// The file; nil when there is none.
    package var path: String?
    /// What the last reading came to.
    package var result = Result.started
    /// When that was, in milliseconds since 1970.
    package var readTime: Int64
    /// Since when the values in force hold, in milliseconds since 1970.
    package var since: Int64
    /// How often a reading came to what.
    package var counts: [Result: UInt64] = [:]
    /// What is wrong with the file, one line each with its cure; empty once it is mended.
    package var problems: [String] = []
    /// What a restart would change, or a file that was taken back would.
    package var pending: [Pending] = []

    /// The figures of a daemon that has just started.
    package init(path: String?, now: Int64) {
        self.path = path
        readTime = now
        since = now
    }

    /// A reading came to a result.
    package mutating func note(_ result: Result, at now: Int64) {
        self.result = result
        readTime = now
        counts[result, default: 0] += 1
        if result == .applied || result == .rolledBack { since = now }
    }

    /// For `status`.
    var json: JSONValue {
        [
            "path": path.map { JSONValue(text: $0) } ?? .null, "since": Timestamp.json(since),
            "result": JSONValue(text: result.rawValue), "read": Timestamp.json(readTime),
            "readings": JSONValue(integer: Int(clamping: counts.values.reduce(0, +))),
            "reloads": JSONValue(integer: Int(clamping: counts[.applied] ?? 0)),
            "refused": JSONValue(integer: Int(clamping: counts[.refused] ?? 0)),
            "rolled_back": JSONValue(integer: Int(clamping: counts[.rolledBack] ?? 0)),
            "rollback_failed": JSONValue(integer: Int(clamping: counts[.rollbackFailed] ?? 0)),
            "pending": .array(pending.map(\.json)),
        ]
    }
}

extension ConfigurationFigures.Pending {
    fileprivate var json: JSONValue {
        [
            "key": JSONValue(text: key), "running": running.map { JSONValue(text: $0) } ?? .null,
            "file": file.map { JSONValue(text: $0) } ?? .null,
        ]
    }
}
