internal import Beehive
public import MetaManager

/// The link's comings and goings since the start, the newest last; no more than the last of them.
public struct LinkHistory: Sendable, Hashable {
    /// One change of the link.
    public struct Entry: Sendable, Hashable {
        /// When, in milliseconds since 1970.
        public let time: Int64
        /// True when the link came up.
        public let isUp: Bool
        /// Why it went down; empty when nobody knows.
        public let cause: String
    }

    /// How many changes are kept.
    package static let limit = 64

    /// When the program began to look, in milliseconds since 1970.
    public let started: Int64
    /// The changes, the newest last.
    public private(set) var entries: [Entry] = []

    /// Makes a history without changes.
    ///
    /// - Parameter started: when the program began to look, in milliseconds since 1970.
    public init(started: Int64) { self.started = started }

    /// Notes a change.
    package mutating func note(isUp: Bool, at time: Int64, cause: String = "") {
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(Entry(time: time, isUp: isUp, cause: OneLine.of(cause, limit: 300)))
    }

    /// The history as reports tell it; the link's trouble of now explains a last loss that had no cause yet when it was noted.
    func json(trouble: String?) -> JSONValue {
        .array(
            entries.enumerated().map { place, entry in
                let isOpen = place == entries.count - 1 && !entry.isUp && entry.cause.isEmpty
                let cause = isOpen ? OneLine.of(trouble ?? "", limit: 300) : entry.cause
                return [
                    "time": Timestamp.json(entry.time), "state": entry.isUp ? "up" : "down",
                    "cause": JSONValue(text: cause),
                ]
            })
    }
}

/// Writes the link's history from the loop's decisions.
public final class LinkRecorder: Sendable {
    private let state: Lock<LinkHistory>

    /// Makes a recorder that has seen nothing.
    ///
    /// - Parameter started: when the program began, in milliseconds since 1970.
    public init(started: Int64) { state = Lock(LinkHistory(started: started)) }

    /// What was seen.
    public var history: LinkHistory { state.withLock { $0 } }

    /// Takes decisions in; those about messages cost one look each.
    ///
    /// - Parameters:
    ///   - decisions: in the order they were made.
    ///   - cause: asked why a link went down.
    public func record(_ decisions: [Decision], cause: () -> String?) {
        for decision in decisions where decision.route == nil {
            switch decision.source {
            case "link up": state.withLock { $0.note(isUp: true, at: decision.time) }
            case "link down":
                let cause = cause() ?? ""
                state.withLock { $0.note(isUp: false, at: decision.time, cause: cause) }
            default: continue
            }
        }
    }
}
