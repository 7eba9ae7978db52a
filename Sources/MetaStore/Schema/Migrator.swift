/// Brings a file to this program's schema: a new one, one of an older release, or one of KubeEdge.
struct Migrator {
    let connection: Connection
    /// Milliseconds since 1970, for the first revision.
    let now: Int64

    /// What was found and done.
    enum Outcome: Equatable {
        case made
        case opened
        case takenOver(Takeover.Report)
    }

    func run() throws(StoreError) -> Outcome {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        if application == Schema.applicationID {
            guard version <= Schema.version else {
                throw StoreError(
                    .schemaTooNew,
                    "database \(connection.path) has schema \(version), this program knows \(Schema.version); "
                        + "run the newer release that wrote it")
            }
            return .opened
        }
        let takeover = Takeover(connection: connection, now: now)
        guard try takeover.isKubeEdge() else {
            try inTransaction { () throws(StoreError) in try makeTables() }
            return .made
        }
        try takeover.keepCopy()
        var report = Takeover.Report()
        try inTransaction { () throws(StoreError) in
            try takeover.setTablesAside()
            try makeTables()
            report = try takeover.moveRows()
        }
        return .takenOver(report)
    }

    private func makeTables() throws(StoreError) {
        try connection.execute(Schema.first)
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
