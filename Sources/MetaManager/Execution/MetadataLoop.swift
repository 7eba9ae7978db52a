public import Beehive
public import MetaStore

/// MetaManager's one loop: takes a batch, plans and applies each input in one transaction, commits, delivers.
///
/// It runs on a thread of its own, which is also the store's only writer. A batch is whatever has arrived while the
/// last one committed: one message when idle, hundreds under load.
public final class MetadataLoop: @unchecked Sendable {
    // `store`, `planner` and `delivered` belong to the loop's thread once `run` is called; before that, to
    // who makes the loop. `report` has its own lock.
    private let store: MetaStore
    private var planner: Planner
    /// The revision whose deliveries have left, to be noted in the next writing transaction.
    private var delivered: Int64
    /// What waits for the cloud, as of the last transaction.
    private var depth = OutboxDepth()

    private let inbox: Inbox<Input>
    private let bus: ModuleBus
    private let cloud: any CloudPort
    private let time: any TimeSource
    private let observer: (@Sendable ([Decision]) -> Void)?
    private let report: Lock<LoopReport>
    private let busy = Lock<UInt64?>(nil)
    /// The most inputs in one transaction.
    private let batchLimit: Int

    /// Makes a loop; `run` starts it.
    ///
    /// - Parameters:
    ///   - store: the writer, handed over.
    ///   - planner: what decides.
    ///   - inbox: where inputs come from.
    ///   - bus: where deliveries to modules go.
    ///   - cloud: where frames for the cloud go.
    ///   - time: where the time comes from.
    ///   - batchLimit: the most inputs in one transaction.
    ///   - observer: told of every decision after its commit; must not block.
    public init(
        store: sending MetaStore, planner: Planner, inbox: Inbox<Input>, bus: ModuleBus, cloud: any CloudPort,
        time: any TimeSource = SystemTime(), batchLimit: Int = 512,
        observer: (@Sendable ([Decision]) -> Void)? = nil
    ) {
        self.store = store
        self.planner = planner
        self.inbox = inbox
        self.bus = bus
        self.cloud = cloud
        self.time = time
        self.batchLimit = batchLimit
        self.observer = observer
        delivered = 0
        var first = LoopReport()
        first.revision = store.revision
        first.rows = store.rows
        report = Lock(first)
    }

    /// Since when the loop has been busy with one batch, in monotonic nanoseconds; nil while it waits for inputs.
    public var busySince: UInt64? { busy.withLock { $0 } }

    /// True unless one batch has kept the loop busy for too long.
    ///
    /// - Parameters:
    ///   - ticks: the monotonic clock now.
    ///   - limit: how long a batch may take.
    /// - Returns: true while it keeps up.
    public func answers(at ticks: UInt64, within limit: Duration = .seconds(15)) -> Bool {
        busySince.map { ticks < $0 + limit.nanoseconds } ?? true
    }

    /// How the loop stands, as of the last batch.
    public var status: LoopReport { report.withLock { $0 } }

    /// Runs until the inbox is closed and empty; blocks its thread.
    public func run() {
        while true {
            switch inbox.take(upTo: batchLimit, deadline: planner.nextDeadline) {
            case .items(let inputs): step(inputs)
            case .timeout: step([.tick])
            case .closed:
                finish()
                return
            }
        }
    }

    /// Handles one batch; `run` calls it, and tests that have no thread.
    ///
    /// - Parameter inputs: one or more inputs, in order.
    public func step(_ inputs: [Input]) {
        let start = time.now()
        busy.withLock { $0 = start.ticks }
        defer { busy.withLock { $0 = nil } }
        var inputs = inputs
        if let next = planner.nextDeadline, next <= start.ticks, inputs.count > 1 || !isTick(inputs) {
            inputs.append(.tick)
        }
        var plans: [Plan]
        do throws(StoreError) {
            plans = try commit(inputs, at: start)
        } catch {
            // One bad message must harm no other: each gets a transaction of its own.
            plans = inputs.count == 1 ? [failed(inputs[0], error, at: start)] : oneByOne(inputs, at: start)
        }
        deliver(plans)
        publish(inputs, plans, since: start)
    }

    private func isTick(_ inputs: [Input]) -> Bool {
        if case .tick? = inputs.first { return true }
        return false
    }

    /// Plans and applies inputs in one transaction; on failure nothing has changed.
    private func commit(_ inputs: [Input], at now: Moment) throws(StoreError) -> [Plan] {
        let before = planner
        let isWriting = inputs.contains { $0.mayWrite }
        do throws(StoreError) {
            let plans = try store.transaction(writing: isWriting) { transaction throws(StoreError) in
                var plans: [Plan] = []
                plans.reserveCapacity(inputs.count + 1)
                for input in inputs {
                    let plan = try planner.plan(input, in: transaction, at: now)
                    for change in plan.changes { try transaction.apply(change, now: now.wall) }
                    plans.append(plan)
                }
                let sending = try planner.planSending(in: transaction, at: now)
                if !sending.cloud.isEmpty { plans.append(sending) }
                if isWriting { try transaction.setDelivered(delivered) }
                depth = try transaction.outboxDepth()
                return plans
            }
            let taken = seconds(since: now)
            report.withLock { report in
                report.storeProblem = nil
                guard isWriting else { return }
                report.commits += 1
                report.commitSeconds.record(taken)
            }
            return plans
        } catch {
            planner = before
            throw error
        }
    }

    private func oneByOne(_ inputs: [Input], at now: Moment) -> [Plan] {
        inputs.flatMap { input -> [Plan] in
            do throws(StoreError) {
                return try commit([input], at: now)
            } catch {
                return [failed(input, error, at: now)]
            }
        }
    }

    private func failed(_ input: Input, _ error: StoreError, at now: Moment) -> Plan {
        report.withLock { $0.storeProblem = error.description }
        return planner.planFailure(input, because: error.description, at: now)
    }

    private func deliver(_ plans: [Plan]) {
        var deliveries: [(recipient: Recipient, message: Message)] = []
        var frames: [CloudFrame] = []
        for plan in plans {
            deliveries += plan.deliveries
            frames += plan.cloud
        }
        if !deliveries.isEmpty { bus.deliver(deliveries) }
        if !frames.isEmpty { cloud.send(frames) }
        delivered = store.revision
    }

    private func publish(_ inputs: [Input], _ plans: [Plan], since start: Moment) {
        let taken = seconds(since: start)
        // Counted in place: a copy of the report is made only when somebody asks for it.
        report.withLock { report in
            for (input, plan) in zip(inputs, plans) { report.count(input, plan, seconds: taken) }
            report.batchSizes.record(Double(inputs.count))
            if report.isLinkUp != planner.isLinkUp {
                report.isLinkUp = planner.isLinkUp
                report.linkSince = start.wall
            }
            report.revision = store.revision
            report.rows = store.rows
            report.outbox = depth
            report.outboxOnTheWay = planner.outboxOnTheWay
            report.remoteRequests = planner.remoteRequests
            if let sync = planner.lastPodStatusSync {
                report.podStatusSyncTime = sync.wall
                report.podStatusSyncResult = sync.result
            }
            report.statementCounts = store.statementCounts
        }
        guard let observer else { return }
        observer(zip(inputs, plans).map { decision($0, $1, at: start) })
    }

    private func decision(_ input: Input, _ plan: Plan, at now: Moment) -> Decision {
        let (message, source): (Message?, String) =
            switch input {
            case .fromCloud(let message): (message, "cloud")
            case .fromModule(let message, let module): (message, module.name.rawValue)
            case .linkUp: (nil, "link up")
            case .linkDown: (nil, "link down")
            default: (nil, "inside")
            }
        return Decision(
            time: now.wall, id: message?.id ?? "", source: source, route: message?.route, outcome: plan.outcome,
            reason: plan.reason)
    }

    private func seconds(since start: Moment) -> Double { Double(time.now().ticks - start.ticks) / 1e9 }

    /// The last words: what was delivered is noted, and the log is moved into the file.
    private func finish() {
        // A store that fails at the very end has been reported before; a repeated delivery is all that comes of it.
        try? store.transaction(writing: true) { transaction throws(StoreError) in
            try transaction.setDelivered(delivered)
        }
        try? store.checkpoint()
    }
}
