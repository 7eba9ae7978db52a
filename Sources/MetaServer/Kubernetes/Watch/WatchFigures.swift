/// What the hub tells of itself.
public struct WatchFigures: Sendable, Hashable {
    /// How many watch now.
    public var watchers = 0
    /// Changes that were told, each counted once however many watch.
    public var events: UInt64 = 0
    /// Watchers that were told to list anew.
    public var expired: UInt64 = 0
    /// Watchers that were turned away, since so many watched.
    public var refused: UInt64 = 0
    /// Events that are kept for those who have not taken them yet, of all types.
    public var keptEvents = 0
    /// About how much memory these take.
    public var keptBytes = 0

    /// Figures of zero.
    public init() {}
}
