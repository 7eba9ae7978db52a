internal import Beehive

/// The change feed's window: a line goes when it is older than `feedAge`, or when `feedWindow` newer ones are there.
///
/// Lines carry no time. Marks in the table `feed_mark` say now and then when a revision was written, so that a line costs
/// nothing more; what is between two marks is taken for as old as the newer one.
extension MetaStore {
    /// Between two marks of a store that changes little, in milliseconds.
    static var markInterval: Int64 { 60_000 }

    /// The most lines that one step of upkeep removes.
    static var pruneLimit: Int64 { 1024 }

    /// Marks and compacts the feed each 256 revisions, in the transaction that reaches them.
    func keepWindow(from before: Int64) throws(StoreError) {
        guard counters.revision >> 8 != before >> 8 else { return }
        if moment > 0 { try mark(at: moment) }
        try prune(to: try windowEnd(now: moment))
    }

    /// Marks and compacts the feed of a store that changes little.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: true when more lines have to go.
    /// - Throws: `StoreError` that names the file and the cure.
    func ageFeed(now: Int64) throws(StoreError) -> Bool {
        // A clock that was set back must not leave the feed without marks until it is where it was.
        let isLong = now - upkeep.marked.time >= Self.markInterval || now < upkeep.marked.time
        let isDue = isLong && counters.revision > upkeep.marked.revision
        let end = try windowEnd(now: now)
        let first = try firstLine()
        let isOld = first.map { $0 <= end } ?? false
        guard isDue || isOld else { return false }
        let stop = min(end, (first ?? end) + Self.pruneLimit)
        try transaction(writing: true) { _ throws(StoreError) in
            if isDue { try mark(at: now) }
            if isOld { try prune(to: stop) }
        }
        return stop < end
    }

    private func mark(at time: Int64) throws(StoreError) {
        let statement = try statements[.feedMark]
        statement.bind(1, counters.revision)
        statement.bind(2, time)
        try statement.run()
        upkeep.marked = (counters.revision, time)
    }

    /// The newest revision that is out of the window; the newest of all never is: the next start counts on from it.
    private func windowEnd(now: Int64) throws(StoreError) -> Int64 {
        var end = counters.revision - max(1, feedWindow)
        if now > feedAge {
            let statement = try statements[.feedMarkAt]
            statement.bind(1, now - feedAge)
            if try statement.step() { end = max(end, statement.integer(0)) }
            statement.reset()
        }
        return min(end, counters.revision - 1)
    }

    func firstLine() throws(StoreError) -> Int64? {
        let statement = try statements[.feedFirst]
        defer { statement.reset() }
        guard try statement.step(), statement.integer(0) > 0 else { return nil }
        return statement.integer(0)
    }

    private func prune(to end: Int64) throws(StoreError) {
        let lines = try statements[.feedPrune]
        lines.bind(1, end)
        try lines.run()
        // The last mark before the window stays out as well: it tells of nothing that is still there.
        let marks = try statements[.feedMarkPrune]
        marks.bind(1, end + 1)
        try marks.run()
    }

    /// How many lines the feed has, and when the oldest was written at the latest, as far as a mark tells.
    func feedExtent() throws(StoreError) -> (lines: Int64, since: Int64?) {
        guard let first = try firstLine() else { return (0, nil) }
        let since = try connection.integer(
            "SELECT time FROM feed_mark WHERE revision >= \(first) ORDER BY revision LIMIT 1")
        return (counters.revision - first + 1, since)
    }
}
