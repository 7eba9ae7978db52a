internal import Beehive
internal import MetaManager
internal import MetaStore

/// How large the store's parts are, in `status`.
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
}
