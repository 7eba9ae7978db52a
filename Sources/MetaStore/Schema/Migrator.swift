/// Brings a file to this program's schema: a new one, one of an older release, or one of KubeEdge.
struct Migrator {
    let connection: Connection
    /// Milliseconds since 1970, for the first revision.
    let now: Int64

    /// Opens, makes or takes over; on failure the file is as it was.
    func run() throws(StoreError) -> MetaStore.Opening {
        let takeover = Takeover(connection: connection, now: now)
        if try isOwn() {
            try takeover.finishCopy()
            try upgrade()
            return .opened
        }
        let encoding = try connection.text("PRAGMA encoding") ?? ""
        guard encoding == "UTF-8" else { throw foreign("its text is \(encoding)") }
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'") ?? 0
        guard tables > 0 else {
            // Only takes effect before the first table.
            try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            try inTransaction { () throws(StoreError) in try makeTables() }
            return .made
        }
        guard try takeover.isKubeEdge() else { throw foreign("it holds tables of another program") }
        if let taken = try takeover.nameInTheWay() { throw foreign("it has a table '\(taken)' of another program") }
        return try takeOver(takeover)
    }

    /// Throws unless the file is one of this program that this release can read.
    func requireOwn() throws(StoreError) {
        guard try isOwn() else {
            throw StoreError(
                .notADatabase,
                "\(connection.path) is no database of this program; start the daemon on it once to take it over")
        }
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version == Schema.version || version <= 0 else {
            throw StoreError(
                .notADatabase,
                "database \(connection.path) has schema \(version) of an older release; start the daemon on it once")
        }
    }

    private func isOwn() throws(StoreError) -> Bool {
        guard try connection.integer("PRAGMA application_id") == Schema.applicationID else { return false }
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version <= Schema.version else {
            throw StoreError(
                .schemaTooNew,
                "database \(connection.path) has schema \(version), this program knows \(Schema.version); "
                    + "run the newer release that wrote it")
        }
        return true
    }

    private func upgrade() throws(StoreError) {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version > 0, version < Schema.version else { return }
        try inTransaction { () throws(StoreError) in
            for step in Schema.steps[Int(version)...] { try connection.execute(step) }
            try FirstSums(connection: connection).fill()
            try connection.execute("PRAGMA user_version = \(Schema.version)")
        }
    }

    private func foreign(_ cause: String) -> StoreError {
        StoreError(
            .notADatabase,
            "\(connection.path) is no database of this program or of KubeEdge: \(cause); "
                + "move it away, or name another file in meta.database.path")
    }

    private func takeOver(_ takeover: Takeover) throws(StoreError) -> MetaStore.Opening {
        let before = try connection.integer("PRAGMA data_version")
        try takeover.writeCopy()
        var report = Takeover.Report()
        try inTransaction { () throws(StoreError) in
            guard try connection.integer("PRAGMA data_version") == before else {
                throw StoreError(
                    .locked,
                    "database \(connection.path): another process writes to it; stop edgecore, then start again")
            }
            let schema = try takeover.readSchema()
            try takeover.setTablesAside()
            try makeTables()
            try takeover.note(schema)
            report = try takeover.moveRows()
            try FirstSums(connection: connection).fill()
        }
        let copy = try takeover.finishCopy() ?? ""
        return .takenOver(rows: report.rows, skipped: report.skipped, copy: copy)
    }

    private func makeTables() throws(StoreError) {
        for step in Schema.steps { try connection.execute(step) }
        try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
        try connection.execute("PRAGMA user_version = \(Schema.version)")
    }

    private func inTransaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try connection.execute("BEGIN IMMEDIATE")
        do {
            try body()
            try connection.execute("COMMIT")
        } catch {
            // The first error is the one to tell; a failed rollback leaves the same state behind.
            if !connection.isIdle { try? connection.execute("ROLLBACK") }
            throw error
        }
    }
}
