public import Beehive
public import MetaStore

/// MetaManager's one loop: takes a batch, plans and applies each input in one transaction, commits, delivers.
///
/// It runs on a thread of its own, which is also the store's only writer. A batch is whatever has arrived while the
/// last one committed: one message when idle, hundreds under load.
public final class MetadataLoop: @unchecked Sendable {
    // `@unchecked` since confinement to a thread is nothing the compiler sees: `store`, `planner` and `delivered` belong to the loop's thread once `run` is called; before that, to
    // who makes the loop. `report` has its own lock.
    private let store: MetaStore
    private var planner: Planner
    /// The revision whose deliveries have left, to be noted in the next writing transaction.
    private var delivered: Int64
    /// What waits for the cloud, as of the last transaction.
    private var depth = OutboxDepth()
    /// What the store could not take and nobody would send again.
    private var held = HeldInputs()

    private let inbox: Inbox<Input>
    private let bus: ModuleBus
    private let cloud: any CloudPort
    private let time: any TimeSource
    private let observer: (@Sendable ([Decision]) -> Void)?
    private let recorder: FlightRecorder?
    private let committed: (@Sendable (Int64) -> Void)?
    /// The revision that was last told to `committed`.
    private var told: Int64 = 0
    private let report: Lock<LoopReport>
    private let busy = Lock<UInt64?>(nil)
    private let maintenance = Maintenance()
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
    ///   - committed: told of the store's revision after each batch that changed it; must not block.
    ///   - observer: told of every decision after its commit; must not block.
    ///   - recorder: keeps the last decisions with all they depended on; nil: nobody does.
    public init(
        store: sending MetaStore, planner: Planner, inbox: Inbox<Input>, bus: ModuleBus, cloud: any CloudPort,
        time: any TimeSource = SystemTime(), batchLimit: Int = 512, committed: (@Sendable (Int64) -> Void)? = nil,
        observer: (@Sendable ([Decision]) -> Void)? = nil, recorder: FlightRecorder? = nil
    ) {
        self.store = store
        self.planner = planner
        self.inbox = inbox
        self.bus = bus
        self.cloud = cloud
        self.time = time
        self.batchLimit = batchLimit
        self.observer = observer
        self.committed = committed
        self.recorder = recorder
        delivered = 0
        var first = LoopReport()
        first.revision = store.revision
        first.rows = store.rows
        first.conflictPolicy = planner.settings.conflictPolicy
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

    /// Tells how many objects are stored, once they are counted.
    ///
    /// - Parameter rows: how many.
    public func publish(rows: Int) { report.withLock { $0.rows = rows } }

    /// Notes that somebody else has found what looks like damage.
    public func reportDamage() { report.withLock { $0.isStoreDamaged = true } }

    /// Forgets what looked like damage and was none.
    public func forgetDamage() { report.withLock { $0.isStoreDamaged = false } }

    /// When the loop has work without being given any, in monotonic nanoseconds.
    var nextWake: UInt64? { held.retry ?? planner.nextDeadline }

    /// Has work done on the store, a step between two batches; what is left when the loop ends is not done.
    ///
    /// - Parameter work: one step, called on the loop's thread until it gives false; as short as a batch.
    public func maintain(_ work: @escaping @Sendable (MetaStore) -> Bool) { maintenance.add(work) }

    /// Runs until the inbox is closed and empty; blocks its thread.
    public func run() {
        while true {
            if maintenance.isPending {
                // A step that hangs is the loop that hangs.
                busy.withLock { $0 = time.now().ticks }
                maintenance.step(store)
                tellRevision()
                busy.withLock { $0 = nil }
            }
            forgetEvicted()
            let isBusy = maintenance.isPending
            switch inbox.take(upTo: batchLimit, deadline: isBusy ? 0 : nextWake) {
            case .items(let inputs): step(inputs)
            case .timeout:
                if isBusy, nextWake.map({ $0 > time.now().ticks }) ?? true { continue }
                step([.tick])
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
        var inputs = held.take(with: inputs, at: start)
        if held.isRested, let next = planner.nextDeadline, next <= start.ticks, !inputs.contains(where: isTick) {
            inputs.append(.tick)
        }
        guard !inputs.isEmpty else { return }
        var plans: [Plan]
        do throws(StoreError) {
            plans = try commit(inputs, at: start)
        } catch {
            plans = oneByOne(inputs, after: error, at: start)
        }
        forgetEvicted()
        deliver(plans)
        publish(inputs, plans, since: start)
    }

    /// How many revisions may have been delivered before that is noted.
    private static let deliveredStep: Int64 = 64

    /// What is no longer stored is owed to nobody: when it comes again it is new.
    private func forgetEvicted() {
        let keys = store.takeEvictedKeys()
        guard !keys.isEmpty else { return }
        planner.forget(keys)
        recorder?.forgot(keys, revision: store.revision)
    }

    private func isTick(_ input: Input) -> Bool {
        if case .tick = input { return true }
        return false
    }

    /// Plans and applies inputs in one transaction; on failure nothing has changed.
    private func commit(
        _ inputs: [Input], writing isAllowed: Bool = true, at now: Moment
    ) throws(StoreError) -> [Plan] {
        let before = planner
        let isWriting = isAllowed && inputs.contains { $0.mayWrite }
        let revision = store.revision
        let tape = recorder?.begin(before, inputs: inputs.count, depth: depth, at: now, revision: revision)
        do throws(StoreError) {
            let (plans, depth) = try store.transaction(writing: isWriting) { transaction throws(StoreError) in
                var plans: [Plan] = []
                plans.reserveCapacity(inputs.count)
                for input in inputs {
                    var plan = try planner.plan(input, in: transaction, notedOn: tape, at: now)
                    for change in plan.changes { try transaction.apply(change, now: now.wall) }
                    if !plan.verdicts.isEmpty { plan.setRevision(transaction.revision) }
                    plans.append(plan)
                }
                let sending = try planner.planSending(in: transaction, notedOn: tape, at: now)
                // One plan for each input, whatever else goes out.
                plans[plans.count - 1].cloud += sending.cloud
                // A page less for most commits; who crashes delivers a few more again.
                let isDue =
                    delivered >= transaction.deliveredRevision + Self.deliveredStep || inputs.contains(where: isTick)
                if isWriting, isDue { try transaction.setDelivered(delivered) }
                return (plans, try transaction.outboxDepth())
            }
            self.depth = depth
            if let tape { record(inputs, plans, tape, at: now, after: revision) }
            let taken = seconds(since: now)
            report.withLock { report in
                // That it can be read tells nothing of whether it can be written.
                guard isWriting else { return }
                report.storeProblem = nil
                report.commits += 1
                report.commitSeconds.record(taken)
            }
            return plans
        } catch {
            planner = before
            throw error
        }
    }

    private func record(_ inputs: [Input], _ plans: [Plan], _ tape: Tape, at now: Moment, after revision: Int64) {
        recorder?.take(
            RecordedBatch(
                now: now, revision: revision, newRevision: store.revision, inputs: inputs, plans: plans,
                readings: tape.readings, marks: tape.marks))
    }

    /// One bad message must harm no other: each gets a transaction of its own.
    private func oneByOne(_ inputs: [Input], after first: StoreError, at now: Moment) -> [Plan] {
        guard inputs.count > 1 else { return inputs.map { failed($0, first, at: now) } }
        // Each would wait for the lock anew; all have waited long enough.
        var lock: StoreError? = first.code == .locked ? first : nil
        return inputs.map { input in
            if held.holdsBack(input) { return Plan() }
            if let lock, input.mayWrite { return failed(input, lock, at: now) }
            do throws(StoreError) {
                return try commit([input], at: now).first ?? Plan()
            } catch {
                if error.code == .locked { lock = error }
                return failed(input, error, at: now)
            }
        }
    }

    private func failed(_ input: Input, _ error: StoreError, at now: Moment) -> Plan {
        recorder?.failed(error.description)
        // That one row does not open says nothing of the store.
        if !error.isAboutOneRow {
            report.withLock { report in
                report.storeProblem = error.description
                if error.isAboutTheFile { report.isStoreDamaged = true }
            }
        }
        if case .tick = input { return tickWithoutWriting(at: now) }
        held.hold(input, at: now)
        return planner.planFailure(input, because: error.description, at: now)
    }

    /// Who waits for an answer gets it in time, whether the store can be written or not; the rest is put off.
    private func tickWithoutWriting(at now: Moment) -> Plan {
        planner.putOffWriting(at: now)
        do throws(StoreError) {
            return try commit([.tick], writing: false, at: now).first ?? Plan()
        } catch {
            held.rest(at: now)
            return Plan()
        }
    }

    private func deliver(_ plans: [Plan]) {
        var deliveries: [(recipient: Recipient, message: Message)] = []
        var frames: [CloudFrame] = []
        for plan in plans {
            deliveries += plan.deliveries
            frames += plan.cloud
            for verdict in plan.verdicts { verdict.ticket.answer(verdict.answer) }
        }
        if !deliveries.isEmpty { bus.deliver(deliveries) }
        if !frames.isEmpty { cloud.send(frames) }
        delivered = store.revision
    }

    private func publish(_ inputs: [Input], _ plans: [Plan], since start: Moment) {
        let taken = seconds(since: start)
        // Counted in place: a copy of the report is made only when somebody asks for it.
        report.withLock { report in
            report.count(inputs, plans, seconds: taken)
            report.batchSizes.record(Double(inputs.count))
            if report.isLinkUp != planner.isLinkUp {
                report.isLinkUp = planner.isLinkUp
                report.linkSince = start.wall
            }
            report.revision = store.revision
            report.rows = store.rows
            report.isStoreInDoubt = store.isLogSuspect
            report.outbox = depth
            report.outboxOnTheWay = planner.outboxOnTheWay
            report.remoteRequests = planner.remoteRequests
            report.conflictPolicy = planner.settings.conflictPolicy
            if let sync = planner.lastPodStatusSync {
                report.podStatusSyncTime = sync.wall
                report.podStatusSyncResult = sync.result
            }
            report.statementCounts = store.statementCounts
            report.statementNanoseconds = store.statementNanoseconds
        }
        tellRevision()
        guard let observer else { return }
        observer(zip(inputs, plans).map { decision($0, $1, at: start) })
    }

    private func tellRevision() {
        guard let committed, store.revision != told else { return }
        told = store.revision
        committed(told)
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
            reason: plan.reason, version: Self.version(of: input))
    }

    /// The version that the cloud told of an object.
    private static func version(of input: Input) -> String {
        guard case .fromCloud(let message) = input else { return "" }
        let content = message.content
        return content.text(content.sketch.resourceVersion) ?? message.header.resourceVersion
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
