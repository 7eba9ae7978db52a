/// How the directory source stands.
public struct DirectoryReport: Sendable, Hashable {
    /// False while the folder cannot be listed.
    public var isFolderPresent = false
    /// Objects that the folder and the node have made known.
    public var objects = 0
    /// When the folder was last read, in milliseconds since 1970; 0 for never.
    public var lastReading: Int64 = 0
    /// Objects that the node has not acknowledged.
    public var unacknowledged = 0
    /// Frames from the node by what was done with them: `ack`, `answered`, `unknown`, `unreadable`.
    public var frames: [String: UInt64] = [:]
    /// What is wrong, one line each: `file:line: what` where a file is meant.
    public var problems: [String] = []

    /// Nothing is known yet.
    public init() {}
}
