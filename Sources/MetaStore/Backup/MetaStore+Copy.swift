internal import Beehive

/// A backup that was put in the database's place.
extension MetaStore {
    /// What `StoreBackup` notes in each copy.
    static let copyMark = "copy"

    /// How far a store that is opened from a copy begins above it, whatever the clock says: nobody writes a thousand
    /// million changes between two backups.
    static let copyGap: Int64 = 1_000_000_000

    /// Makes a copy a store of its own: it begins above every revision that the old one may have given out since, with an
    /// empty feed, so that every client is told to list again.
    ///
    /// Facts of the outbox are sent again, at least once as ever. States are not: what the old store sent since is newer,
    /// and a stale state must not overtake a fresh one; nor are stored pod statuses pushed. Their modules report anew.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: true when it was a copy.
    /// - Throws: `StoreError` that names the file and the cure; then it is still a copy.
    func beginCopy(now: Int64) throws(StoreError) -> Bool {
        guard try state(Self.copyMark) == 1 else { return false }
        let first = max(try firstRevision(now: now), counters.revision + Self.copyGap)
        try transaction(writing: true) { view throws(StoreError) in
            try connection.execute("DELETE FROM change")
            try connection.execute("DELETE FROM feed_mark")
            try connection.execute("DELETE FROM outbox WHERE class = \(OutboxClass.state.rawValue)")
            try withTriggers { () throws(StoreError) in
                try connection.execute("DELETE FROM object WHERE type = '\(ResourceType.podStatus.rawValue)'")
            }
            try connection.execute("DELETE FROM state WHERE name = '\(Self.copyMark)'")
            try view.put(state: "revision", first)
            try view.put(state: "delivered", first)
            counters = try readCounters(counting: true, rows: true)
            outboxIDs = nil
        }
        return true
    }
}
