public import Beehive
public import Logging
public import ServiceLifecycle

/// Registers this node and keeps it Ready, where edged does not do it itself (`node.register`).
///
/// It stands on the bus as `nodeagent`, a name that no module on the socket may take, and gets nothing but its own
/// answers and the link's comings and goings. All decisions are `NodeAgentState`'s; this service carries messages.
public final class NodeAgent: Service {
    private let bus: ModuleBus
    private let settings: NodeAgentSettings
    private let time: any TimeSource
    private let readFacts: @Sendable () async -> MachineFacts?
    private let logger: Logger
    private let info = ModuleInfo(name: .nodeAgent)
    private let state: Lock<NodeAgentState>

    /// Makes an agent; `run` attaches it.
    ///
    /// - Parameters:
    ///   - bus: the node's bus.
    ///   - settings: the node's name, labels and intervals.
    ///   - time: where the time comes from.
    ///   - facts: reads the machine's facts, on a thread that may block; nil keeps what was read before.
    ///   - logger: where it says that the node is registered, and what is wrong.
    public init(
        bus: ModuleBus, settings: NodeAgentSettings, time: any TimeSource = SystemTime(),
        facts: @escaping @Sendable () async -> MachineFacts?, logger: Logger
    ) {
        self.bus = bus
        self.settings = settings
        self.time = time
        readFacts = facts
        self.logger = logger
        state = Lock(NodeAgentState(settings: settings))
    }

    /// How the agent stands.
    public var report: NodeAgentReport { state.withLock { $0.report } }

    /// Attaches, and works until the service is shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.serve() }
    }

    private func serve() async {
        let (mailbox, attachment) = bus.attach(info)
        defer { bus.detach(info.name, attachment: attachment) }
        var readAt = await readMachine()
        await handle(.attached)
        while !Task.isCancelled, bus.isCurrent(info.name, attachment: attachment) {
            for message in await messages(of: mailbox) {
                if let event = Self.event(message) { await handle(event) }
            }
            let now = time.now()
            guard let deadline = state.withLock({ $0.nextDeadline }), deadline <= now.ticks else { continue }
            if Moment(wall: 0, ticks: readAt).advanced(by: settings.statusInterval / 2).ticks <= now.ticks {
                readAt = await readMachine()
            }
            await handle(.time)
        }
        // No other module can take the name; should one, the end of this service would end the program.
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(3600)) } catch { return }
        }
    }

    /// Reads the machine's facts, and gives the time by the monotonic clock.
    private func readMachine() async -> UInt64 {
        if let facts = await readFacts() { state.withLock { $0.facts = facts } }
        return time.now().ticks
    }

    /// What came; none when a deadline did first.
    private func messages(of mailbox: Mailbox) async -> [Message] {
        let deadline = state.withLock { $0.nextDeadline }
        let wait = deadline.map { Duration.nanoseconds(Int64(clamping: $0 - min($0, time.now().ticks))) }
        return await mailbox.next(within: wait)
    }

    /// What a message means to the agent; nil for what is none of its business.
    static func event(_ message: Message) -> NodeAgentState.Event? {
        guard message.route.resource == SpecialResource.connection else {
            return message.header.parentID.isEmpty ? nil : .answer(message)
        }
        guard message.route.source == .edgeHub else { return nil }
        switch message.content.string {
        case "cloud_connected": return .linkUp
        case "cloud_disconnected": return .linkDown
        default: return nil
        }
    }

    private func handle(_ event: NodeAgentState.Event) async {
        let now = time.now()
        let (before, messages, after) = state.withLock { state in
            let before = state.report
            let messages = state.handle(event, at: now)
            return (before, messages, state.report)
        }
        tell(before, after)
        for message in messages { await bus.send(message, from: info) }
    }

    private func tell(_ before: NodeAgentReport, _ after: NodeAgentReport) {
        if after.isRegistered, !before.isRegistered {
            logger.info(
                "The node is registered",
                metadata: [
                    "node": "\(settings.node)", "cloud.generation": "\(after.generation?.rawValue ?? "unknown")",
                ])
        }
        for problem in after.problems where !before.problems.contains(problem) {
            logger.warning("The node agent has trouble", metadata: ["cause": "\(problem)"])
        }
    }
}
