/// The store and what MetaManager does with it.
public struct MetaSettings: Sendable, Hashable {
    /// `meta.sync.podstatus.interval`.
    public var podStatusInterval: Duration
    /// `meta.remote-query.timeout`.
    public var remoteQueryTimeout: Duration
    /// `meta.remote-query.stale-after`.
    public var staleAfter: Duration
    /// `meta.volume.timeout`.
    public var volumeTimeout: Duration
    /// `meta.database.path`.
    public var databasePath: String
    /// `meta.database.budget`.
    public var databaseBudget: Int
    /// `meta.database.backup.every`.
    public var backupEvery: Duration
    /// `meta.database.backup.path`.
    public var backupPath: String
    /// `meta.encryption.key-file`.
    public var keyFile: String
    /// `meta.encryption.credential`.
    public var credential: String?
    /// `meta.encryption.types`.
    public var sealedTypes: [String]

    init(_ values: ConfigurationValues) {
        podStatusInterval = values.duration("meta.sync.podstatus.interval")
        remoteQueryTimeout = values.duration("meta.remote-query.timeout")
        staleAfter = values.duration("meta.remote-query.stale-after")
        volumeTimeout = values.duration("meta.volume.timeout")
        databasePath = values.text("meta.database.path")
        databaseBudget = values.integer("meta.database.budget")
        backupEvery = values.duration("meta.database.backup.every")
        backupPath = values.text("meta.database.backup.path")
        keyFile = values.text("meta.encryption.key-file")
        credential = values.optionalText("meta.encryption.credential")
        sealedTypes = values.list("meta.encryption.types")
    }
}
