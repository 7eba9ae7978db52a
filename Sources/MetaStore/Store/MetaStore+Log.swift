internal import Beehive

/// Moving the write-ahead log into the file.
///
/// Not left to SQLite, which tells nobody that it failed. Why that matters is in `docs/decisions.md`, "Failed syncs".
extension MetaStore {
    /// The log's length in pages at which it is moved into the file.
    static let logPageLimit = 2000

    /// Moves a long log into the file after a commit, as far as readers allow, and does not fail it: the log holds all.
    func boundLog() {
        guard connection.logPages >= Self.logPageLimit else { return }
        do throws(StoreError) {
            _ = try connection.text("PRAGMA wal_checkpoint(PASSIVE)")
        } catch {
            note(error)
        }
    }

    /// Moves the log into the file and forgets about it, as far as readers allow within a second.
    public func checkpoint() throws(StoreError) {
        guard isAtItsPlace else { return try leaveCopy() }
        // What a failed sync took along is in the log only.
        guard !isLogSuspect else { return try reopen() }
        do throws(StoreError) {
            try connection.waiting(atMost: .seconds(1)) { () throws(StoreError) in
                _ = try connection.text("PRAGMA wal_checkpoint(TRUNCATE)")
            }
        } catch {
            note(error)
            throw error
        }
    }

    /// Moves all of the log that was found into the file before anything is added to it: part of it may never have
    /// reached the disk, and what is written behind such a hole is lost with the power.
    func settleLog() throws(StoreError) {
        do throws(StoreError) {
            let isBusy = try connection.waiting(atMost: .seconds(1)) { () throws(StoreError) in
                try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
            }
            guard isBusy == 0 || !isLogSuspect else {
                throw StoreError(
                    .locked, "database \(path): another process reads it while it is mended; end that process")
            }
            isLogSuspect = false
        } catch {
            let wasSuspect = isLogSuspect
            note(error)
            // A full disk, or a reader, takes nothing away.
            if wasSuspect || isLogSuspect { throw error }
        }
    }

    /// Notes that a disk has failed while the log was moved.
    func note(_ error: StoreError) {
        guard error.isFromDisk else { return }
        isLogSuspect = true
        connection.leaveLog()
    }
}
