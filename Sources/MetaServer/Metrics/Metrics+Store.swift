internal import Beehive
internal import MetaManager
internal import MetaStore

/// The database: its work, its size, its health, its copies.
extension Metrics {
    static let store: [Metric] = [
        .of(
            "store_query_seconds", .summary, [.init("query", MetaStore.statementNames)],
            "Time in each of the store's statements."
        ) { snapshot in
            let (counts, times) = (snapshot.report.statementCounts, snapshot.report.statementNanoseconds)
            return zip(MetaStore.statementNames, zip(counts, times)).map {
                .init(sum: Double($1.1) / 1e9, count: $1.0, $0)
            }
        },
        .gauge("stored_objects", "Objects stored.") { $0.report.rows },
        .gauge("store_revision", "The newest revision of the store.") { $0.report.revision },
        .gauge("sealed_rows", "Rows whose value is encrypted.") { $0.stored.sealed },
        .gauge("database_bytes", "Size of the database and its log.") { $0.stored.bytes },
        .gauge("database_log_bytes", "Size of the write-ahead log.") { $0.upkeep?.figures.logBytes },
        .gauge("database_free_bytes", "Bytes of the database's pages that hold nothing.") {
            $0.upkeep?.figures.freeBytes
        },
        .gauge("database_disk_bytes", "Size of the disk that the database is on.") { $0.stored.disk?.total },
        .gauge("database_disk_available_bytes", "What the daemon may still write on the database's disk.") {
            $0.stored.disk?.free
        },
        .gauge("cached_objects", "Objects that are merely cached.") { $0.upkeep?.figures.cachedRows },
        .gauge("cached_bytes", "Bytes of their keys and values.") { $0.upkeep?.figures.cachedBytes },
        .gauge("cached_budget_bytes", "What these may be (meta.database.budget).") { $0.upkeep?.figures.cacheBudget },
        .counter("cache_evictions_total", "Cached objects that were let go.") { $0.upkeep?.figures.evictedRows },
        .gauge("feed_lines", "Lines of the change feed.") { $0.upkeep?.figures.feedLines },
        .seconds("feed_seconds", "Age of the change feed's oldest line, to a minute.") { snapshot in
            // Left out rather than guessed while no mark tells.
            snapshot.upkeep?.figures.feedSince.map(snapshot.age)
        },
        .gauge("lost_objects", "Objects that damage of the disk took and that have not come again.") { $0.stored.lost },
        .gauge("store_damaged", "1 while the database waits for a repair.") {
            $0.care.map { $0.problem == nil ? 0 : 1 }
        },
        .counter("store_repairs_total", "Repairs of the database since the start.") { $0.care?.repairs },
        .gauge("backups_enabled", "1 while backups are taken by the clock; status says why not.") {
            $0.backup.map { $0.state == .off ? 0 : 1 }
        },
        .seconds("backup_interval_seconds", "How often a backup is to be taken (meta.database.backup.every).") {
            $0.backup.map { Double($0.every.nanoseconds) / 1e9 }
        },
        .seconds("backup_age_seconds", "Age of the newest good backup.") { snapshot in
            snapshot.backup?.newest.map { snapshot.age($0.time) }
        },
        .gauge("backup_bytes", "Size of the newest good backup.") { $0.backup?.newest?.bytes },
        .of(
            "backups_total", .counter, [.init("result", BackupReport.Result.allCases.map(\.rawValue))],
            "Backups taken by the clock, by what came of them."
        ) { snapshot in
            snapshot.backup.map { backup in
                BackupReport.Result.allCases.map { .init(backup.counts[$0] ?? 0, $0.rawValue) }
            }
        },
    ]
}
