public import Beehive
public import Logging
public import MetaManager
public import ServiceLifecycle

/// Asks the cloud for what the node lacks: by itself after the database was lost, and for everything by command.
///
/// It stands on the bus as `resync` and asks as any module does, so that answers are stored by the usual rules; what is
/// new goes to the module that consumes it. A recovering store is looked at again and again for a while, since pods
/// arrive one by one and each may name what is not there yet.
public final class Resync: Service, ResyncControl {
    private let bus: ModuleBus
    private let settings: ResyncSettings
    private let time: any TimeSource
    private let logger: Logger
    private let info = ModuleInfo(name: .resync)
    private let ids = Lock(MessageIDSource())
    private let state: Lock<ResyncState>
    private let isLinkUp: @Sendable () -> Bool
    private let onSettled: @Sendable (String) -> Void

    /// Makes a resync; `run` attaches it.
    ///
    /// - Parameters:
    ///   - bus: the node's bus.
    ///   - settings: the node's name and the pace.
    ///   - isStoreNew: whether the database was made anew.
    ///   - isLinkUp: whether the link is up now; later changes are heard on the bus.
    ///   - lost: keys of rows that a repair could not save.
    ///   - onSettled: told of each lost key that the cloud has answered, be it with the object or that there is none.
    ///   - time: where the time comes from.
    ///   - logger: where it says what came of a recovery.
    public init(
        bus: ModuleBus, settings: ResyncSettings, isStoreNew: Bool,
        isLinkUp: @escaping @Sendable () -> Bool, lost: [String] = [],
        onSettled: @escaping @Sendable (String) -> Void = { _ in },
        time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.bus = bus
        self.settings = settings
        self.time = time
        self.logger = logger
        self.isLinkUp = isLinkUp
        self.onSettled = onSettled
        state = Lock(ResyncState(isRecovering: isStoreNew, lost: lost))
    }

    /// The last round that somebody started.
    public var lastRound: ResyncReport? { state.withLock { $0.round } }

    /// True while a new or repaired store is looked at for what it lacks.
    public var isRecovering: Bool { state.withLock { $0.isRecovering } }

    /// Begins a round over all that can be asked, unless one is under way.
    public func start() -> ResyncReport? {
        let now = time.now()
        let report = state.withLock { $0.want(at: now) }
        wake()
        return report
    }

    /// A repair lost rows while the program runs.
    ///
    /// - Parameter lost: their keys.
    public func recover(lost: [String]) {
        let now = time.now()
        state.withLock { $0.recover(lost, at: now) }
        wake()
    }

    /// Attaches, and works until the service is shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.serve() }
        state.withLock { state in
            state.isStopping = true
            state.change { $0.isRunning = false }
        }
    }

    private func serve() async {
        let (mailbox, attachment) = bus.attach(info)
        defer { bus.detach(info.name, attachment: attachment) }
        note(.attached)
        while !Task.isCancelled, bus.isCurrent(info.name, attachment: attachment) {
            let now = time.now()
            if let round = state.withLock({ $0.due(interval: settings.interval, at: now) }) { await go(round) }
            for message in await messages(of: mailbox) {
                if let event = NodeAgent.event(message) { note(event) }
            }
        }
        // No other module can take the name; should one, the end of this service would end the program.
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(3600)) } catch { return }
        }
    }

    private func note(_ event: NodeAgentState.Event) {
        let now = time.now()
        state.withLock { state in
            switch event {
            case .linkUp: state.linkUp(window: settings.window, at: now)
            case .linkDown: state.linkDown()
            case .attached: state.attached(isLinkUp: isLinkUp(), window: settings.window, at: now)
            case .answer, .time: break
            }
        }
    }

    /// What came; none when a look is due first.
    private func messages(of mailbox: Mailbox) async -> [Message] {
        let now = time.now().ticks
        let (isWanted, next) = state.withLock { ($0.isWanted, $0.nextLook) }
        if isWanted { return mailbox.drain() }
        let wait = next.map { Duration.nanoseconds(Int64(clamping: $0 - min($0, now))) }
        return await mailbox.next(within: wait)
    }

    /// Makes `serve` look: a frame of no meaning in our own mailbox.
    private func wake() {
        let now = time.now().wall
        let message = Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: now),
            route: Route(
                source: .resync, group: info.group, operation: .relist, resource: ResourceType.module.rawValue),
            content: .null)
        bus.deliver([(.module(.resync), message)])
    }

    // MARK: - One round

    private func go(_ round: ResyncState.Round) async {
        let isByCommand = round == .all
        var fault: String?
        var plan = ResyncPlan(node: settings.node, pods: [])
        do {
            let (lost, settled) = state.withLock {
                ($0.lost, isByCommand ? [] : $0.settled(attempts: settings.attempts))
            }
            plan = ResyncPlan(
                node: settings.node, pods: try await list(.pod), others: isByCommand ? try await stored() : [],
                lost: lost, settled: settled)
        } catch {
            fault = "\(error)"
        }
        let (queries, unaskable) = (plan.queries, plan.unaskable)
        if isByCommand {
            let cause = fault
            state.withLock { state in
                state.change { report in
                    report.total = queries.count
                    report.unaskable = Array(unaskable.prefix(ResyncReport.listed))
                    if let cause {
                        report.failed += 1
                        report.failures.append(ResyncReport.Failure(key: "default/pod", cause: cause))
                    }
                }
            }
        }
        let results = await ask(queries, round)
        let end = time.now().wall
        state.withLock { state in
            if isByCommand {
                state.change { report in
                    report.isRunning = false
                    report.ended = end
                }
            }
        }
        tell(round, results, fault: fault)
    }

    /// Asks a few at once; what is left when the link or the program goes is not asked.
    private func ask(_ queries: [String], _ round: ResyncState.Round) async -> ResyncReport {
        var next = queries.makeIterator()
        var report = ResyncReport(round: 0, started: time.now().wall)
        await withTaskGroup(of: (String, ResyncOutcome).self) { group in
            func add() {
                // Whoever asks for everything does not wait for what is asked for now and again.
                if round == .missing, state.withLock({ $0.isWanted }) { return }
                guard let key = next.next(), !Task.isCancelled else { return }
                // At most `inFlight` at once: one more begins only when one has ended, and all end with the group.
                group.addTask { (key, await self.ask(key, round)) }
            }
            for _ in 0..<max(1, settings.inFlight) { add() }
            for await (key, outcome) in group {
                report.count(outcome, of: key)
                let now = time.now()
                if outcome == .answered || outcome == .notFound, state.withLock({ $0.lostKeys.contains(key) }) {
                    onSettled(key)
                }
                state.withLock { state in
                    if round == .all {
                        state.change { $0.count(outcome, of: key) }
                    } else {
                        state.settle(outcome, of: key, window: settings.window, at: now)
                    }
                }
                add()
            }
        }
        return report
    }

    private func ask(_ resource: String, _ round: ResyncState.Round) async -> ResyncOutcome {
        do {
            // What is stored of a lost object is older than the loss.
            let isLost = state.withLock { $0.lostKeys.contains(resource) }
            return ResyncOutcome(try await request(resource, toCloud: round == .all || isLost))
        } catch {
            return .failed("\(error)")
        }
    }

    /// The stored objects that can be asked for and that no pod need name, by key.
    private func stored() async throws -> [String] {
        var keys: [String] = []
        for type in [ResourceType.configMap, .secret, .persistentVolumeClaim] {
            for object in try await list(type) {
                guard let name = object["metadata"]?["name"]?.text else { continue }
                let namespace = object["metadata"]?["namespace"]?.text ?? "default"
                keys.append(ResourcePath(namespace: namespace, type: type, id: name).key)
            }
        }
        return keys
    }

    private func list(_ type: ResourceType) async throws -> [JSONValue] {
        let answer = try await request("default/\(type)", toCloud: false)
        guard answer.route.operation == .response else {
            throw ResourcePath.Fault(description: SimulatedEdged.text(of: answer))
        }
        return SimulatedEdged.objects(in: answer.content)
    }

    private func request(_ resource: String, toCloud: Bool) async throws -> Message {
        let message = Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: time.now().wall),
            route: Route(
                source: .resync, destination: toCloud ? ModuleName.websocket.rawValue : "", group: .meta,
                operation: .query, resource: resource),
            content: .null)
        return try await bus.request(message, from: info, within: settings.requestTimeout)
    }

    private func tell(_ round: ResyncState.Round, _ report: ResyncReport, fault: String?) {
        if let fault { logger.warning("The stored pods could not be listed", metadata: ["cause": "\(fault)"]) }
        guard report.asked > report.kept else { return }
        logger.info(
            "The cloud was asked for what is missing",
            metadata: [
                "resync.by": round == .all ? "command" : "recovery", "resync.asked": "\(report.asked)",
                "resync.answered": "\(report.answered)", "resync.kept": "\(report.kept)",
                "resync.not-found": "\(report.notFound)", "resync.failed": "\(report.failed)",
            ])
    }
}
