public import Beehive
public import MetaStore

/// What the loop has done and how it stands; published after each batch.
public struct LoopReport: Sendable {
    /// Whose change wins when both sides changed an object, as the planner has it.
    public var conflictPolicy = PlanningSettings.ConflictPolicy.cloud
    /// Messages by operation and source, as counted in metrics.
    public struct Label: Hashable, Sendable {
        /// The operation; unknown ones are `other`.
        public let operation: String
        /// Where it came from: `cloud`, a known module's name, or `other`.
        public let source: String
    }

    /// True while the link is up.
    public var isLinkUp = false
    /// When the link last changed, in milliseconds since 1970.
    public var linkSince: Int64 = 0
    /// How often the link came up.
    public var connections = 0
    /// The newest revision.
    public var revision: Int64 = 0
    /// Objects stored.
    public var rows = 0
    /// What waits for the cloud.
    public var outbox = OutboxDepth()
    /// Entries on their way that have not ended.
    public var outboxOnTheWay = 0
    /// Requests to the cloud under way.
    public var remoteRequests = 0
    /// When statuses were last pushed, in milliseconds since 1970.
    public var podStatusSyncTime: Int64?
    /// What came of it.
    public var podStatusSyncResult = ""
    /// Why the store cannot be written now; nil when it can.
    public var storeProblem: String?
    /// True once the file has turned out to be damaged.
    public var isStoreDamaged = false
    /// True while a failed sync may have taken a part of the file: what is read then is no proof of damage.
    public var isStoreInDoubt = false
    /// Messages by operation and source.
    public var messages: [Label: UInt64] = [:]
    /// Messages by what they came to.
    public var outcomes: [Outcome: UInt64] = [:]
    /// How long messages of an operation took from the inbox to their deliveries, in seconds.
    public var seconds: [String: Histogram] = [:]
    /// Entries of the outbox that were given up, by class and reason.
    public var outboxDropped: [String: UInt64] = [:]
    /// Durable commits.
    public var commits: UInt64 = 0
    /// How long commits took with their batch's planning, in seconds.
    public var commitSeconds = Histogram.seconds
    /// Inputs per batch.
    public var batchSizes = Histogram.sizes
    /// Operations that no rule knows, up to 64 of them.
    public var unknownOperations: Set<String> = []
    /// How often each of `MetaStore.statementNames` ran.
    public var statementCounts: [UInt64] = []
    /// How long each of them has run, in nanoseconds.
    public var statementNanoseconds: [UInt64] = []

    init() {}

    /// Counts a batch and what it came to; messages of one kind in a row are counted at once.
    mutating func count(_ inputs: [Input], _ plans: [Plan], seconds taken: Double) {
        var run: (label: Label, outcome: Outcome, times: UInt64)?
        for (input, plan) in zip(inputs, plans) {
            countOther(input, plan)
            guard let label = Self.label(input) else { continue }
            if let last = run, last.outcome == plan.outcome, last.label == label {
                run?.times += 1
            } else {
                if let run { count(run.label, run.outcome, times: run.times, seconds: taken) }
                run = (label, plan.outcome, 1)
            }
        }
        if let run { count(run.label, run.outcome, times: run.times, seconds: taken) }
    }

    private mutating func count(_ label: Label, _ outcome: Outcome, times: UInt64, seconds taken: Double) {
        messages[label, default: 0] += times
        outcomes[outcome, default: 0] += times
        seconds[label.operation, default: .seconds].record(taken, times: times)
    }

    private mutating func countOther(_ input: Input, _ plan: Plan) {
        if plan.outcome == .unknown, unknownOperations.count < 64, Self.label(input) != nil {
            unknownOperations.insert(OneLine.of(plan.reason))
        }
        for dropped in plan.outboxDropped { outboxDropped["\(dropped.kind.label)/\(dropped.reason)", default: 0] += 1 }
        if case .linkUp = input { connections += 1 }
    }

    /// The operations that are counted apart; all others are `other`.
    package static let knownOperations: Set<Operation> = [
        .insert, .update, .delete, .query, .patch, .response, .error, .keepalive, .metaInternalSync, .action,
        .actionResult, .createVolume, .deleteVolume, .controllerPublishVolume, .controllerUnpublishVolume,
        .applicationResponse,
    ]

    /// The modules that are counted apart as sources; all others are `other`.
    package static let knownModules: Set<ModuleName> = [
        .edged, .edgeMesh, .twin, .eventBus, .serviceBus, .edgeFunction, .metaManager, .metaManagerClassic,
        .nodeAgent, .resync, .metaServer,
    ]

    /// The label of an input's message; nil for inputs that are no messages.
    static func label(_ input: Input) -> Label? {
        let (message, source): (Message, String)
        switch input {
        case .fromCloud(let cloud): (message, source) = (cloud, "cloud")
        case .fromModule(let own, let module):
            (message, source) = (own, knownModules.contains(module.name) ? module.name.rawValue : "other")
        default: return nil
        }
        let operation = message.route.operation
        return Label(operation: knownOperations.contains(operation) ? operation.rawValue : "other", source: source)
    }
}

/// One decision, for traces and replays; holds no body.
public struct Decision: Sendable {
    /// When it was made, in milliseconds since 1970.
    public let time: Int64
    /// The message's id; empty for inputs that are no messages.
    public let id: String
    /// Where it came from.
    public let source: String
    /// The message's route.
    public let route: Route?
    /// What it came to.
    public let outcome: Outcome
    /// Why, if the outcome alone does not tell.
    public let reason: String
    /// The version of the object that the cloud told of; empty for none.
    public var version = ""

    /// The decision with no text longer than a line: a frame's texts may be megabytes, and a thousand decisions are kept.
    public var bounded: Decision {
        func cut(_ text: String) -> String { text.utf8.count <= 1024 ? text : OneLine.of(text, limit: 1000) }
        let texts = [
            id, source, reason, version, route?.source.rawValue, route?.destination, route?.group.rawValue,
            route?.operation.rawValue, route?.resource,
        ]
        guard route?.extras.isEmpty == false || texts.contains(where: { ($0?.utf8.count ?? 0) > 1024 }) else {
            return self
        }
        let route = self.route.map {
            Route(
                source: ModuleName(cut($0.source.rawValue)), destination: cut($0.destination),
                group: ModuleGroup(cut($0.group.rawValue)), operation: Operation(cut($0.operation.rawValue)),
                resource: cut($0.resource))
        }
        return Decision(
            time: time, id: cut(id), source: cut(source), route: route, outcome: outcome, reason: cut(reason),
            version: cut(version))
    }
}
