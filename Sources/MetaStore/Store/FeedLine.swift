/// What a line of the change feed tells.
public enum ChangeKind: Int64, Sendable {
    /// A new row.
    case added = 1
    /// A row that was there got another value.
    case modified = 2
    /// A row was removed.
    case deleted = 3
    /// A row that was merely cached was let go; in the cluster nothing happened.
    case evicted = 4
}

/// One line of the change feed.
public struct FeedLine: Sendable {
    /// The store's revision at which it happened.
    public var revision: Int64
    /// What happened.
    public var kind: ChangeKind
    /// The row it happened to; the number of a removed row may come again.
    public var rowID: Int64
    /// The object as it was written, or as it last was when removed, of an evicted row key and type alone; nil when a
    /// later line tells of the same row, so that this value is gone.
    public var object: StoredObject?

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - revision: the store's revision.
    ///   - kind: what happened.
    ///   - rowID: the row.
    ///   - object: the object, unless a later line replaces it.
    public init(revision: Int64, kind: ChangeKind, rowID: Int64, object: StoredObject?) {
        self.revision = revision
        self.kind = kind
        self.rowID = rowID
        self.object = object
    }
}
