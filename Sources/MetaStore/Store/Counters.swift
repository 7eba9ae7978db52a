/// Numbers that the writer keeps in memory, and that a rolled-back transaction must not keep.
struct Counters {
    /// The newest revision.
    var revision: Int64 = 0
    /// The revision up to which deliveries were made.
    var deliveredRevision: Int64 = 0
    // No array: it is copied for each transaction. The fourth is unused.
    /// The last place given out in each lane.
    var places = SIMD4<Int64>(repeating: 0)
    /// States in the outbox.
    var states = 0
    /// Facts in the outbox.
    var facts = 0
    /// Objects stored; until they are counted, how many came and went.
    var rows = 0
    /// Whether `rows` is a count.
    var isCounted = false
    /// Rows that are merely cached.
    var cachedRows: Int64 = 0
    /// The bytes of their keys and values.
    var cachedBytes: Int64 = 0
    /// Keys of rows that a repair could not save and that have not come again.
    var lost = 0
}

extension MetaStore {
    /// Reads the numbers as they stand in the file.
    ///
    /// - Parameters:
    ///   - counting: whether to read what only a writer needs.
    ///   - rows: whether to count the objects too, which takes the longer the more there are.
    /// - Returns: the numbers.
    /// - Throws: `StoreError` that names the file and the cure.
    func readCounters(counting: Bool, rows: Bool) throws(StoreError) -> Counters {
        var read = Counters()
        let feed = try statements[.feedLast]
        if try feed.step() { read.revision = feed.integer(0) }
        feed.reset()
        read.revision = max(read.revision, try state("revision") ?? 0)
        read.deliveredRevision = try state("delivered") ?? 0
        // No clock and no cloud come near: such numbers are damage, and would leave no room to count on.
        guard (0...Int64.max / 2).contains(read.revision) else {
            throw StoreError(
                .corrupt,
                "database \(connection.path) names revision \(read.revision), which no store reaches; "
                    + "move the file away; what the cloud has comes again")
        }
        guard counting else { return read }
        (read.cachedRows, read.cachedBytes) = try cached()
        read.lost = Int(try connection.integer("SELECT count(*) FROM lost") ?? 0)
        if rows {
            read.rows = Int(try connection.integer("SELECT count(*) FROM object") ?? 0)
            read.isCounted = true
        }
        for lane in OutboxLane.allCases {
            let range = lane.places
            let last = try connection.integer(
                "SELECT max(place) FROM outbox WHERE place >= \(range.lowerBound) AND place < \(range.upperBound)")
            read.places[Int(lane.rawValue)] = max(range.lowerBound, last ?? 0)
        }
        (read.states, read.facts) = try countOutbox()
        return read
    }

    /// One number of the table `state`; nil when it was never set.
    func state(_ name: String) throws(StoreError) -> Int64? {
        let statement = try statements[.stateGet]
        statement.bind(1, name)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.integer(0)
    }

    /// Counts what waits, in the file itself.
    func countOutbox() throws(StoreError) -> (states: Int, facts: Int) {
        let statement = try statements[.outboxCount]
        guard try statement.step() else { return (0, 0) }
        defer { statement.reset() }
        return (Int(statement.integer(0)), Int(statement.integer(1)))
    }

    /// Gives a store that has never had a revision its first one.
    ///
    /// It is above any number that a client of an older store may hold, KubeEdge's own among them, so that it is told
    /// to list again, even on a node whose clock starts in 1970.
    func beginRevisions(now: Int64) throws(StoreError) {
        guard counters.revision == 0 else { return }
        counters.revision = try firstRevision(now: now)
        let statement = try statements[.statePut]
        statement.bind(1, "revision")
        statement.bind(2, counters.revision)
        try statement.run()
    }

    /// Above the clock's and every number in the file.
    func firstRevision(now: Int64) throws(StoreError) -> Int64 {
        let newest = try connection.integer("SELECT max(revision) FROM object") ?? 0
        // Longer numbers are no versions of any cloud, and would leave no room to count on.
        let cloud =
            try connection.integer(
                "SELECT max(CAST(version AS INTEGER)) FROM object WHERE length(version) BETWEEN 1 AND 17") ?? 0
        let (clock, isTooLarge) = now.multipliedReportingOverflow(by: 1000)
        return max(isTooLarge ? 0 : clock, newest, cloud, 1)
    }
}
