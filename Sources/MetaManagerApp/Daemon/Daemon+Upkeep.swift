internal import Beehive
internal import Logging
internal import MetaManager
internal import ServiceLifecycle

extension Settings {
    /// The bounds of the store.
    var upkeep: StoreUpkeep.Settings {
        var upkeep = StoreUpkeep.Settings()
        upkeep.cacheBudget = Int64(meta.databaseBudget)
        upkeep.feedWindow = Int64(metaServer.feedWindow.changes)
        upkeep.feedAge = metaServer.feedWindow.age
        return upkeep
    }
}

/// Has store, heap and code kept small every ten seconds, and says once when something is wrong with the store.
struct UpkeepService: NamedService {
    let upkeep: StoreUpkeep
    let logger: Logger

    func run() async throws {
        var told: [String] = []
        var plan = CodePagesPlan()
        // The start has better to do.
        var interval = Duration.seconds(2)
        while true {
            do {
                try await cancelWhenGracefulShutdown { [interval] in try await Task.sleep(for: interval) }
            } catch {
                return
            }
            let problems = upkeep.report?.problems ?? []
            // The text changes with each size and second: once it is told, it is not told again before it is cured.
            if told.isEmpty { for problem in problems { logger.warning("\(problem)") } }
            if problems.isEmpty, !told.isEmpty { logger.notice("the store is within its bounds again") }
            told = problems
            upkeep.tick()
            Heap.trim()
            if let usage = ProcessUsage.now(), plan.isDue(usage, after: interval.nanoseconds) {
                CodePages.release()
                plan.done(ProcessUsage.now() ?? usage)
            }
            interval = .seconds(10)
        }
    }
}
