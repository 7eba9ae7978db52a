internal import Beehive
internal import EdgeHub
internal import Glibc
internal import Logging
internal import MetaManager
internal import MetaStore
internal import ServiceLifecycle

/// Looks through the database behind the work, and sees to it that what was damaged comes again.
///
/// A damaged file ends the services in order: the daemon then repairs it and starts them again in the same process. A
/// damaged value concerns its object alone: its key is noted as lost, and the cloud is asked for it.
final class StoreCare: Service, StoreCaring {
    private struct State {
        var condition = StoreCondition()
        var isRepairWanted = false
        var isStopping = false
    }

    private let path: String
    private let survey: StoreSurvey
    /// Looks again when somebody has spoken of damage: a disk that fails for a while, or has dropped what is still in the
    /// log, gives the same signs.
    private let confirm: @Sendable () -> StoreSurvey
    private let readers: StoreReaders
    private let loop: MetadataLoop
    private let resync: Resync
    private let wake: @Sendable () -> Void
    private let mayRepair: Bool
    private let logger: Logger
    private let state: Lock<State>
    /// How often the loop's word that the file is damaged is looked for.
    private let interval = Duration.seconds(2)

    /// Makes the service; `earlier` is what repairs of this process have come to, and they end when they have not helped.
    init(
        path: String, sealing: Sealing, readers: StoreReaders, earlier: StoreCondition, mayRepair: Bool,
        loop: MetadataLoop, resync: Resync, wake: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.path = path
        confirm = { StoreSurvey(path: path, sealing: sealing, beside: readers) }
        survey = confirm()
        self.readers = readers
        self.loop = loop
        self.resync = resync
        self.wake = wake
        self.mayRepair = mayRepair
        self.logger = logger
        var first = State()
        first.condition.repairs = earlier.repairs
        first.condition.repair = earlier.repair
        state = Lock(first)
    }

    var condition: StoreCondition {
        var condition = state.withLock { $0.condition }
        let findings = survey.findings
        condition.rows = findings.rows
        condition.damaged = findings.damaged.count
        return condition
    }

    /// True when the file has to be repaired before the services start again.
    var isRepairWanted: Bool { state.withLock { $0.isRepairWanted } }

    var repairObstacle: String? { Repair.obstacle(path) }

    func requestRepair() -> Bool {
        state.withLock { state in
            guard !state.isStopping else { return false }
            state.isRepairWanted = true
            return true
        }
    }

    /// Runs until the program stops, or a repair is due.
    func run() async throws {
        let thread = LoopThread()
        let isDone = Lock(false)
        thread.start { [survey] in
            // Of this thread alone, and no more than a wish: whoever asks for something comes first.
            // The zeros are PRIO_PROCESS, which C libraries type differently, and the calling thread.
            _ = setpriority(0, 0, 10)
            _ = survey.run()
            isDone.withLock { $0 = true }
        }
        await cancelWhenGracefulShutdown {
            var isSurveyed = false
            while !Task.isCancelled {
                var isDamaged = self.readers.takeDamage() || self.loop.status.isStoreDamaged
                if !isSurveyed, isDone.withLock({ $0 }) {
                    isSurveyed = true
                    self.take(self.survey.findings)
                    if self.survey.findings.problem != nil { isDamaged = true }
                }
                if isDamaged { await self.confirmDamage() }
                if self.isRepairWanted { return }
                // The end of the task ends the wait.
                try? await Task.sleep(for: isSurveyed ? self.interval : .milliseconds(50))
            }
        }
        state.withLock { $0.isStopping = true }
        survey.stop()
        await thread.join()
    }

    /// Repairs what a second look finds damaged as well; what only could not be read is looked at again later.
    private func confirmDamage() async {
        loop.reportDamage()
        guard !loop.status.isStoreInDoubt else { return }
        let survey = confirm()
        let thread = LoopThread()
        thread.start { _ = survey.run() }
        await withTaskCancellationHandler {
            await thread.join()
        } onCancel: {
            survey.stop()
        }
        let findings = survey.findings
        guard findings.isFinished else { return }
        loop.forgetDamage()
        if let problem = findings.problem { needRepair(problem) }
    }

    private func take(_ findings: StoreSurvey.Findings) {
        guard findings.problem == nil else { return }
        if findings.plain > 0 { sealPlainValues() }
        let isFinished = findings.isFinished
        state.withLock {
            $0.condition.check = findings.damaged.isEmpty ? (isFinished ? .ok : .unfinished) : .damaged
        }
        guard !findings.damaged.isEmpty else { return }
        logger.error(
            "Values were damaged on the disk; the cloud is asked for them",
            metadata: [
                "store.damaged": "\(findings.damaged.count)",
                "store.keys": "\(findings.damaged.prefix(10).joined(separator: ", "))",
            ])
        let keys = findings.damaged
        loop.maintain { store in
            // What cannot be noted now is found again at the next start.
            try? store.noteLost(keys, now: SystemTime().now().wall)
            return false
        }
        wake()
        resync.recover(lost: keys)
    }

    /// Seals what somebody else has written in plain since the last look.
    private func sealPlainValues() {
        loop.maintain { [logger] store in
            do throws(StoreError) {
                try store.sealPlainValues()
            } catch {
                logger.warning("values are not sealed yet: \(error.description)")
            }
            return false
        }
        wake()
    }

    private func needRepair(_ problem: String) {
        // What still serves is not ended for a repair that must fail.
        let obstacle = mayRepair ? repairObstacle : nil
        let problem = obstacle.map { "\(problem); \($0)" } ?? problem
        let isNew = state.withLock { state in
            defer { state.condition.problem = problem }
            state.condition.check = .damaged
            if mayRepair, obstacle == nil { state.isRepairWanted = true }
            return state.condition.problem == nil
        }
        guard isNew else { return }
        logger.error(
            obstacle != nil
                ? "The database is damaged, and cannot be repaired yet"
                : mayRepair
                    ? "The database is damaged: it is repaired now"
                    : "The database is damaged again, though it was repaired",
            metadata: ["store.problem": "\(problem)"])
    }
}
