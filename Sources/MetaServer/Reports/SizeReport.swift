internal import Beehive
internal import MetaManager
internal import MetaStore

/// How large the store's parts are, in `status` and in the metrics.
enum SizeReport {
    static func add(_ figures: StoreFigures, to status: inout JSONValue, now: Int64) {
        guard var store = status["store"] else { return }
        store["cached"] = [
            "rows": JSONValue(integer: figures.cachedRows), "bytes": JSONValue(integer: figures.cachedBytes),
            "budget": JSONValue(integer: figures.cacheBudget), "evicted": JSONValue(integer: figures.evictedRows),
        ]
        store["log_bytes"] = JSONValue(integer: figures.logBytes)
        store["free_bytes"] = JSONValue(integer: figures.freeBytes)
        store["feed"] = [
            "lines": JSONValue(integer: figures.feedLines),
            "seconds": figures.feedSince.map { JSONValue(integer: max(0, now - $0) / 1000) } ?? .null,
        ]
        status["store"] = store
    }

    static func add(_ figures: StoreFigures, to text: inout PrometheusText, now: Int64) {
        text.metric("cached_objects", .gauge, "Objects that are merely cached.")
        text.sample(figures.cachedRows)
        text.metric("cached_bytes", .gauge, "Bytes of their keys and values.")
        text.sample(figures.cachedBytes)
        text.metric("cached_budget_bytes", .gauge, "What these may be (meta.database.budget).")
        text.sample(figures.cacheBudget)
        text.metric("cache_evictions_total", .counter, "Cached objects that were let go.")
        text.sample(figures.evictedRows)
        text.metric("database_log_bytes", .gauge, "Size of the write-ahead log.")
        text.sample(figures.logBytes)
        text.metric("database_free_bytes", .gauge, "Bytes of the database's pages that hold nothing.")
        text.sample(figures.freeBytes)
        text.metric("feed_lines", .gauge, "Lines of the change feed.")
        text.sample(figures.feedLines)
        // Left out rather than guessed while no mark tells.
        guard let since = figures.feedSince else { return }
        text.metric("feed_seconds", .gauge, "Age of the change feed's oldest line, to a minute.")
        text.sample(Double(max(0, now - since)) / 1000)
    }
}
