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
        upkeep.tick()
        var told: [String] = []
        var plan = CodePagesPlan()
        guard await rest(Self.settling) else { return }
        giveBack(&plan, after: Self.settling)
        while await rest(Self.interval) {
            let problems = upkeep.report?.problems ?? []
            // The text changes with each size and second: once it is told, it is not told again before it is cured.
            if told.isEmpty { for problem in problems { logger.warning("\(problem)") } }
            if problems.isEmpty, !told.isEmpty { logger.notice("the store is within its bounds again") }
            told = problems
            upkeep.tick()
            giveBack(&plan, after: Self.interval)
        }
    }

    /// By then the start is over, and what it needed is not needed any more.
    private static var settling: Duration { .seconds(2) }
    private static var interval: Duration { .seconds(10) }

    /// Waits; false at the end of the daemon.
    private func rest(_ interval: Duration) async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            return true
        } catch {
            return false
        }
    }

    /// Gives back what memory is not in use.
    private func giveBack(_ plan: inout CodePagesPlan, after interval: Duration) {
        Heap.trim()
        guard let usage = ProcessUsage.now(), plan.isDue(usage, after: interval.nanoseconds) else { return }
        CodePages.release()
        plan.done(ProcessUsage.now() ?? usage)
    }
}
