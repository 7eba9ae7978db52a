public import Beehive
public import MetaStore

/// A scratch store that a replay plans on: a real one, or dictionaries.
public protocol ReplayStore {
    /// Plans, and applies what the plan changes, as one transaction.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - planning: gives the plan from what is stored.
    /// - Returns: the plan.
    /// - Throws: what the planning or the store throws; then nothing has changed.
    mutating func replay(
        now: Int64, _ planning: (any StoreReading) throws(StoreError) -> Plan
    ) throws(StoreError) -> Plan
}

extension MetaStore: ReplayStore {
    /// Plans, and applies what the plan changes, as one transaction.
    public func replay(
        now: Int64, _ planning: (any StoreReading) throws(StoreError) -> Plan
    ) throws(StoreError) -> Plan {
        try transaction(writing: true) { transaction throws(StoreError) in
            let plan = try planning(transaction)
            for change in plan.changes { try transaction.apply(change, now: now) }
            return plan
        }
    }
}

/// Feeds recorded traffic to a planner: the cloud's frames as they came, the edge's as from the module that sent them.
///
/// MetaManager asks the cloud under ids of its own, so recorded answers are given the id of the request that was made
/// here for the recorded one. A keepalive stands for a pong: everything before it was read.
public struct WireReplay<Store: ReplayStore> {
    /// The store, as the traffic leaves it.
    public private(set) var store: Store
    /// Every frame that went to the cloud, in order.
    public private(set) var sent: [Message] = []
    /// Every delivery to a module, in order.
    public private(set) var delivered: [(recipient: Recipient, message: Message)] = []

    private var planner: Planner
    private var start: Moment
    private var now: Moment
    private var report = ReplayReport()
    private var connection = 0
    private var modules: Set<ModuleName> = []
    /// Our requests to the cloud, and to edged, by the recorded ids they stand for.
    private var requests: [String: String] = [:]
    private var flights: [String: String] = [:]
    private var cloudIDs: Set<String> = []
    private var places: [Int64] = []

    /// Makes a replay on an empty store.
    ///
    /// - Parameters:
    ///   - store: a scratch store.
    ///   - settings: what decisions depend on.
    ///   - start: when the recording begins.
    public init(store: Store, settings: PlanningSettings = PlanningSettings(), start: Moment) {
        self.store = store
        self.start = start
        now = start
        planner = Planner(settings: settings, ids: MessageIDSource(seed: 1), now: start)
    }

    /// Replays a recording; several can follow one another on the same store.
    ///
    /// - Parameter traffic: the recording.
    /// - Returns: decisions and divergences of this recording.
    /// - Throws: only what the store throws.
    public mutating func run(_ traffic: RecordedTraffic) throws(StoreError) -> ReplayReport {
        report = ReplayReport()
        start = now
        for line in traffic.lines {
            try advance(to: line.time)
            switch line.body {
            case .event(let what):
                if what == "connection ended" { try cut() }
            case .unreadable(let cause): report.unreadable.append((line.number, cause))
            case .fromCloud(let message):
                try connectIfDown()
                try takeFromCloud(message, line: line.number)
            case .toCloud(let message):
                try connectIfDown()
                try takeFromEdge(message)
            }
        }
        try cut()
        if traffic.expectsItself { report.compareAnswers() }
        return report
    }

    private mutating func takeFromCloud(_ message: Message, line: Int) throws(StoreError) {
        report.frames += 1
        cloudIDs.insert(message.id)
        var message = message
        if let own = requests[message.header.parentID] { message.header.parentID = own }
        let plan = try feed(.fromCloud(message))
        if plan.outcome == .asked, let request = plan.deliveries.first?.message {
            requests[message.id] = request.id
        }
        let count = plan.cloud.count { frame in
            guard case .message(let answer) = frame.body else { return false }
            return answer.header.parentID == message.id && answer.route.operation == .response
        }
        let isNeeded = Acknowledgement.isNeeded(for: message)
        if isNeeded { report.needed += 1 } else { report.unneeded.insert(message.id) }
        if isNeeded ? count != 1 : count > 1 {
            report.diverges(
                "line \(line): \(message.route.operation) of '\(message.route.resource)' (\(message.id)) needs "
                    + "\(isNeeded ? "exactly one acknowledgement" : "none"), \(count) went out")
        }
    }

    private mutating func takeFromEdge(_ message: Message) throws(StoreError) {
        let parent = message.header.parentID
        if message.route.operation == .keepalive {
            let read = places
            places = []
            _ = try feed(.confirmed(connection: connection, places: read))
            return
        }
        var message = message
        if message.route.operation.isAnswer, cloudIDs.contains(parent) {
            report.recorded.append(ReplayReport.Answer(message))
            // An answer to a volume operation was made by edged; every other one by MetaManager itself.
            guard let request = requests[parent] else { return }
            message.header.parentID = request
        }
        let module = ModuleInfo(name: message.route.source)
        if modules.insert(module.name).inserted { _ = try feed(.attached(module)) }
        let plan = try feed(.fromModule(message, module))
        let flight = "\(message.route.operation) \(message.route.resource) \(message.content.json)"
        for frame in plan.cloud where frame.kind == .request {
            guard case .message(let request) = frame.body else { continue }
            requests[message.id] = request.id
            flights[flight] = request.id
        }
        if plan.outcome == .joined { requests[message.id] = flights[flight] }
    }

    private mutating func connectIfDown() throws(StoreError) {
        guard !planner.isLinkUp else { return }
        connection += 1
        _ = try feed(.linkUp(connection: connection))
        _ = try feed(.credit(connection: connection, entries: 1 << 40))
    }

    private mutating func cut() throws(StoreError) {
        guard planner.isLinkUp else { return }
        places = []
        _ = try feed(.linkDown(connection: connection))
    }

    private mutating func advance(to time: Int64) throws(StoreError) {
        let moment = start.advanced(by: .milliseconds(max(0, time)))
        guard moment.ticks > now.ticks else { return }
        while let next = planner.nextDeadline, next <= moment.ticks {
            if next > now.ticks { now = now.advanced(by: .nanoseconds(Int64(clamping: next - now.ticks))) }
            _ = try feed(.tick)
        }
        now = moment
    }

    private mutating func feed(_ input: Input) throws(StoreError) -> Plan {
        let at = now
        var planner = self.planner
        let plan = try store.replay(now: at.wall) { view throws(StoreError) in
            try planner.plan(input, in: view, at: at)
        }
        let sending = try store.replay(now: at.wall) { view throws(StoreError) in
            try planner.planSending(in: view, at: at)
        }
        self.planner = planner
        for frame in plan.cloud + sending.cloud {
            if case .outbox(let place, _) = frame.kind { places.append(place) }
            // What the planner made can be read back; a stored frame was a message before.
            guard let message = try? MessageDecoder().decode(frame.bytes) else { continue }
            sent.append(message)
            if message.route.operation.isAnswer, cloudIDs.contains(message.header.parentID) {
                report.made.append(ReplayReport.Answer(message))
            }
        }
        delivered += plan.deliveries
        note(input, plan)
        return plan
    }

    private mutating func note(_ input: Input, _ plan: Plan) {
        let (message, source): (Message, String)
        switch input {
        case .fromCloud(let frame): (message, source) = (frame, "cloud")
        case .fromModule(let frame, let module): (message, source) = (frame, module.name.rawValue)
        default: return
        }
        report.decisions.append(
            Decision(
                time: now.wall, id: message.id, source: source, route: message.route, outcome: plan.outcome,
                reason: plan.reason))
    }
}
