public import Beehive
public import MetaStore

/// Decides what each input comes to: pure functions from messages and stored rows to plans.
///
/// It reads the store through `StoreReading` and the time from its arguments, and has no other effect than on its own
/// value. A batch that could not be committed is undone by putting the earlier value back.
public struct Planner: Sendable {
    var state = NodeState()
    var settings: PlanningSettings
    var ids: MessageIDSource

    /// Makes a planner that knows no module and no link.
    ///
    /// - Parameters:
    ///   - settings: what decisions depend on.
    ///   - ids: where message ids come from.
    ///   - undelivered: revisions that an earlier process committed but may not have delivered.
    ///   - now: the start, from which periodic work counts.
    public init(
        settings: PlanningSettings, ids: MessageIDSource = MessageIDSource(), undelivered: ClosedRange<Int64>? = nil,
        now: Moment
    ) {
        self.settings = settings
        self.ids = ids
        state.undelivered = undelivered
        state.deadlines.add(.podStatusSync(0), at: now.advanced(by: settings.podStatusInterval))
        state.deadlines.add(.housekeeping, at: now.advanced(by: Self.housekeepingInterval))
    }

    static let housekeepingInterval = Duration.seconds(60)

    /// When `tick` is due next, in monotonic nanoseconds.
    public var nextDeadline: UInt64? { state.deadlines.next }

    /// True while the link is up.
    public var isLinkUp: Bool { state.isUp }

    /// When statuses were last pushed, in milliseconds since 1970, and what came of it.
    public var lastPodStatusSync: (wall: Int64, result: String)? { state.lastPodStatusSync }

    /// Requests to the cloud under way.
    public var remoteRequests: Int { state.remote.requests.count }

    /// About how many bytes of requests and callers wait for answers.
    package var waitingBytes: Int { state.remote.bytes + state.local.bytes + state.outbox.waiting.bytes }

    /// Entries of the outbox on their way, which have not ended.
    public var outboxOnTheWay: Int { state.outbox.sent.count }

    /// Forgets what is remembered of rows that were evicted.
    mutating func forget(_ keys: [String]) { state.owed.subtract(keys) }

    /// Decides what an input comes to.
    ///
    /// - Parameters:
    ///   - input: the input.
    ///   - view: the store, with the changes of earlier plans of the batch applied.
    ///   - now: both clocks.
    /// - Returns: what is to be changed and delivered.
    /// - Throws: only what the store throws; then nothing was decided.
    public mutating func plan(_ input: Input, in view: some StoreReading, at now: Moment) throws(StoreError) -> Plan {
        var plan = Plan()
        switch input {
        case .fromCloud(let message): try planFromCloud(message, in: view, at: now, into: &plan)
        case .fromModule(let message, let module):
            try planFromModule(message, from: module, in: view, at: now, into: &plan)
        case .linkUp(let connection): try linkUp(connection, in: view, at: now, into: &plan)
        case .linkDown(let connection): try linkDown(connection, in: view, at: now, into: &plan)
        case .attached(let module): state.modules[module.name] = module
        case .forgotten(let name): state.modules[name] = nil
        case .credit(let connection, let entries):
            // What is taken back and was spent meanwhile is owed by the link's own account.
            if connection == state.connection { state.outbox.credit = max(0, state.outbox.credit + entries) }
        case .confirmed(let connection, let places):
            try outboxConfirmed(places, on: connection, in: view, into: &plan)
        case .tick: try runDeadlines(in: view, at: now, into: &plan)
        case .dropOutbox(let id): try dropOutbox(id: id, in: view, into: &plan)
        case .flushOutbox:
            state.outbox.mayHaveWork = true
            state.outbox.credit += settings.outboxWindow
        case .settings(let settings): changeSettings(settings, at: now)
        case .write(let write): try localWrite(write, in: view, at: now, into: &plan)
        }
        return plan
    }

    /// What the outbox can send now; asked once for each batch, after its inputs.
    ///
    /// - Parameters:
    ///   - view: the store, with the changes of the batch applied.
    ///   - now: both clocks.
    /// - Returns: frames for the cloud; no changes.
    /// - Throws: only what the store throws.
    public mutating func planSending(in view: some StoreReading, at now: Moment) throws(StoreError) -> Plan {
        var plan = Plan()
        try sendOutbox(in: view, at: now, into: &plan)
        return plan
    }

    private mutating func planFromCloud(
        _ message: Message, in view: some StoreReading, at now: Moment, into plan: inout Plan
    ) throws(StoreError) {
        let path = try? ResourcePath(parsing: message.route.resource)
        switch Rules.match(message, type: path?.type, from: .cloud) {
        case .storeObject: try storeObject(message, path: path, in: view, at: now, into: &plan)
        case .storeList: try storeList(message, in: view, at: now, into: &plan)
        case .storeForFunction: try storeForFunction(message, in: view, at: now, into: &plan)
        case .deleteObject: try deleteObject(message, in: view, at: now, into: &plan)
        case .cloudResponse: try cloudResponse(message, in: view, at: now, into: &plan)
        case .cloudError: try cloudError(message, in: view, at: now, into: &plan)
        case .applicationAnswer: try applicationAnswer(message, in: view, at: now, into: &plan)
        case .volume: startVolume(message, at: now, into: &plan)
        case .passToTwin: plan.deliveries.append((.group(ModuleGroup.twin.rawValue), message))
        case .passToBuses:
            plan.deliveries.append((.group(ModuleGroup.bus.rawValue), message))
            plan.deliveries.append((.group(ModuleGroup.user.rawValue), message))
        default: unknownFromCloud(message, at: now, into: &plan)
        }
    }

    private mutating func planFromModule(
        _ message: Message, from module: ModuleInfo, in view: some StoreReading, at now: Moment,
        into plan: inout Plan
    ) throws(StoreError) {
        if message.route.operation.isAnswer, try completeLocal(message, from: module, in: view, at: now, into: &plan) {
            return
        }
        // Before anything is passed on: no module may tell another that the link came or went.
        if message.route.resource == SpecialResource.connection {
            return refuse(
                message, from: module, because: "only EdgeHub tells the state of the link", at: now, into: &plan)
        }
        if let other = destination(of: message) {
            return relay(message, to: other, from: module, at: now, into: &plan)
        }
        let type = (try? ResourcePath(parsing: message.route.resource))?.type
        let rule = isForCloud(message) ? Rule.toCloud : Rules.match(message, type: type, from: .module)
        switch rule {
        case .remote: askCloud(message, from: module, at: now, into: &plan)
        case .event: try queueFact(message, from: module, in: view, at: now, into: &plan)
        case .nodeUpdate: try queueNodeUpdate(message, from: module, in: view, at: now, into: &plan)
        case .localState: try storeState(message, from: module, in: view, at: now, into: &plan)
        case .localPatch: try storePatch(message, from: module, in: view, at: now, into: &plan)
        case .podDelete: try queuePodDelete(message, from: module, in: view, at: now, into: &plan)
        case .query: try query(message, from: module, in: view, at: now, into: &plan)
        case .ownResponse: passResponse(message, into: &plan)
        case .functionFact: try storeFunctionFact(message, from: module, in: view, at: now, into: &plan)
        case .deviceWrite: try writeDevice(message, from: module, in: view, at: now, into: &plan)
        case .toCloud: try passToCloud(message, from: module, in: view, at: now, into: &plan)
        case .application: askDynamicController(message, from: module, at: now, into: &plan)
        case .keptAnswer: try keepAnswer(message, from: module, in: view, at: now, into: &plan)
        case .keptAnswerGone: try dropAnswer(message, from: module, in: view, at: now, into: &plan)
        case .podStatusSync:
            try syncPodStatus(in: view, at: now, into: &plan)
            if message.header.sync { answer(message, to: module, content: .ok, at: now, into: &plan) }
        default: unknownFromModule(message, from: module, at: now, into: &plan)
        }
    }
}
