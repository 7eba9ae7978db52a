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

/// Has store and heap kept small every ten seconds, and says once when something is wrong with it.
struct UpkeepService: NamedService {
    let upkeep: StoreUpkeep
    let logger: Logger

    func run() async throws {
        var told: [String] = []
        while true {
            upkeep.tick()
            Heap.trim()
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(10)) }
            } catch {
                return
            }
            let problems = upkeep.report?.problems ?? []
            // The text changes with each size and second: once it is told, it is not told again before it is cured.
            if told.isEmpty { for problem in problems { logger.warning("\(problem)") } }
            if problems.isEmpty, !told.isEmpty { logger.notice("the store is within its bounds again") }
            told = problems
        }
    }
}
