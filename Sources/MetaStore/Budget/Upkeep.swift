/// What the store's upkeep remembers from one time to the next.
struct Upkeep {
    /// The newest mark of the feed, as far as it is known.
    var marked: (revision: Int64, time: Int64) = (0, 0)
    /// Rows evicted since the store was opened.
    private(set) var evictedRows = 0
    /// Keys of evicted rows that nobody has asked for yet.
    var evictedKeys: [String] = []
    /// Since when the log has been over its limit, and who reads.
    var overLimit: (since: Int64, readers: [String])?

    /// What the transaction under way has evicted.
    private var open: [String] = []

    mutating func noteEvicted(_ keys: [String]) { open += keys }

    /// The transaction is durable.
    mutating func commit() {
        guard !open.isEmpty else { return }
        evictedRows += open.count
        // Who never asks for them does not make them pile up.
        if evictedKeys.count > 1 << 16 { evictedKeys = [] }
        evictedKeys += open
        open = []
    }

    /// The transaction was rolled back.
    mutating func undo() {
        open = []
        // It may have been made in it.
        marked = (0, 0)
    }
}

/// How large the store's parts are.
public struct StoreFigures: Sendable, Hashable {
    /// Rows that are merely cached.
    public var cachedRows: Int64 = 0
    /// Bytes of their keys and values.
    public var cachedBytes: Int64 = 0
    /// What these may be.
    public var cacheBudget: Int64 = 0
    /// Rows evicted since the start.
    public var evictedRows = 0
    /// Bytes of the write-ahead log.
    public var logBytes = 0
    /// What is wrong with the log; nil when nothing is.
    public var logProblem: String?
    /// Bytes of pages that hold nothing.
    public var freeBytes: Int64 = 0
    /// Lines of the change feed.
    public var feedLines: Int64 = 0
    /// When the oldest of them was written at the latest, in milliseconds since 1970; nil when no mark tells.
    public var feedSince: Int64?

    /// Figures of zero.
    public init() {}
}

extension MetaStore {
    /// Does a step of what keeps the store small: feed, budget, free pages, log; each part no longer than a batch.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: true when there is more to do at once.
    /// - Throws: `StoreError` that names the file and the cure; what was done stays done.
    public func keepUp(now: Int64) throws(StoreError) -> Bool {
        var isMore = try ageFeed(now: now)
        if try cached().bytes > cacheBudget {
            let isOver = try transaction(writing: true) { _ throws(StoreError) in
                try evict(limit: Self.evictionLimit)
            }
            if isOver { isMore = true }
        }
        if try giveBackPages() { isMore = true }
        try boundLog(now: now)
        return isMore
    }

    /// How large everything is.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: the figures.
    /// - Throws: `StoreError` that names the file and the cure.
    public func figures(now: Int64) throws(StoreError) -> StoreFigures {
        var figures = StoreFigures()
        (figures.cachedRows, figures.cachedBytes) = try cached()
        figures.cacheBudget = cacheBudget
        figures.evictedRows = evictedRows
        figures.logBytes = DatabaseFile.size(path + "-wal")
        figures.logProblem = logProblem(now: now)
        figures.freeBytes = try freePages() * pageSize()
        (figures.feedLines, figures.feedSince) = try feedExtent()
        return figures
    }
}
