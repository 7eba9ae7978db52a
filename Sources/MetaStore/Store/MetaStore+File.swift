internal import Beehive

/// What the writer does when its file is not where it was, or when the disk has failed under it.
extension MetaStore {
    /// How long a file may be away before another is made in its place: who moves it may put it back.
    static let patience = Duration.seconds(10)

    /// Makes the file fit to be written again, as far as it can be; called before each writing transaction.
    func heal() throws(StoreError) {
        guard !isAtItsPlace else {
            missingSince = nil
            try settleRemovedLog()
            if !isConfigured || isLogSuspect { try renew() }
            return
        }
        guard !DatabaseFile.exists(path) else { throw moved("something else stands there: move that away") }
        let now = SystemTime().now().ticks
        let since = missingSince ?? now
        missingSince = since
        guard now - since >= Self.patience.nanoseconds else {
            throw moved("put it back; in a few seconds a copy of what is still open takes its place")
        }
        try rescue()
    }

    /// A log that was removed in use is still open: all of it is moved into the file before anything is added to it.
    private func settleRemovedLog() throws(StoreError) {
        let log = DatabaseFile.identity(path + "-wal")
        guard let known = logIdentity, log != known else {
            logIdentity = log
            return
        }
        let isBusy = try connection.waiting(atMost: .seconds(1)) { () throws(StoreError) in
            try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
        }
        guard isBusy == 0 else {
            throw StoreError(
                .locked, "the log \(path)-wal was removed while in use, and a reader needs what it held; try again")
        }
        try reopen()
    }

    /// Takes the write lock; who has just waited for it in vain waits for a second only, so that the reads behind go on.
    func beginWriting() throws(StoreError) {
        do throws(StoreError) {
            guard wasLocked else { return try statements[.beginWriting].run() }
            try connection.waiting(atMost: .seconds(1)) { () throws(StoreError) in
                try statements[.beginWriting].run()
            }
            wasLocked = false
        } catch {
            wasLocked = error.code == .locked
            throw error
        }
    }

    /// Refuses to write into a file that nobody will find again: SQLite does not look after the one it has open.
    func requireFile() throws(StoreError) {
        guard !isAtItsPlace else { return }
        throw moved("put it back")
    }

    private func moved(_ cure: String) -> StoreError {
        StoreError(.cannotOpen, "database \(path) was removed or replaced while in use; \(cure)")
    }

    /// Puts what can still be read through the open file into a new one at its path, and goes on with that.
    private func rescue() throws(StoreError) {
        do throws(StoreError) {
            try writeCopy()
            // The log of the file that is gone would be taken for that of the new one.
            for end in ["-wal", "-shm"] { DatabaseFile.remove(path + end) }
            try DatabaseFile.publish(copy, as: path)
        } catch {
            DatabaseFile.remove(copy)
            throw StoreError(
                error.code, "\(moved("a copy cannot be put in its place").description): \(error.description)")
        }
        missingSince = nil
        try reopen()
    }

    private var copy: String { path + ".rescue" }

    private func writeCopy() throws(StoreError) {
        // Closed to other users from the start; what an earlier try left is no use.
        try DatabaseFile.makeEmpty(copy)
        try connection.execute("VACUUM INTO '\(Self.quoted(copy))'")
        try DatabaseFile.sync(copy)
    }

    /// True unless the open file has another name by now, or none.
    var isAtItsPlace: Bool { identity == nil || DatabaseFile.identity(path) == identity }

    /// Writes what only the open file still has to its place, or beside it if that is taken; for the end.
    func leaveCopy() throws(StoreError) {
        guard DatabaseFile.exists(path) else { return try rescue() }
        try writeCopy()
        _ = try DatabaseFile.keep(copy, as: path + ".rescued")
    }

    private static func quoted(_ path: String) -> String {
        path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }

    /// Opens the file anew, so that the log is read from its first byte; on failure the old connection stays.
    func reopen() throws(StoreError) {
        try readers.whileClosed { () throws(StoreError) in
            let new = try Connection(
                path: connection.path, readOnly: false, busyTimeout: connection.busyTimeout, gathersWrites: true)
            // What this connection knows of the log is what is in doubt.
            connection.leaveLog()
            statements = NamedStatements(new)
            outboxIDs = nil
            connection = new
            identity = DatabaseFile.identity(path)
            logIdentity = nil
            isConfigured = false
        }
        try configureAnew()
    }

    private func configureAnew() throws(StoreError) {
        try Self.configure(connection)
        isConfigured = true
        if isWriter { try settleLog() }
    }

    /// After a failed sync the kernel may have dropped what it should have stored, and will not say so again: nothing
    /// is written until the whole log has been moved into the file once more.
    private func renew() throws(StoreError) {
        let now = SystemTime().now().ticks
        // Each message of a batch would try.
        if let lastRenewal, now - lastRenewal.ticks < 1_000_000_000 { throw lastRenewal.error }
        do throws(StoreError) {
            // A connection that is given up while there is no room for another index would take the reads along.
            let refusal = DatabaseFile.refusal(beside: path)
            guard refusal == 0 else { throw DatabaseFile.cannotMake(path, refusal) }
            try reopen()
            lastRenewal = nil
        } catch {
            lastRenewal = (now, error)
            throw error
        }
    }
}
