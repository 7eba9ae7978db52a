public import Beehive

/// What the loop is given: everything that can change a decision, in one order.
public enum Input: Sendable {
    /// A frame that arrived through EdgeHub.
    case fromCloud(Message)
    /// A message of a module of the node.
    case fromModule(Message, ModuleInfo)
    /// The link came up; the number tells this connection from earlier ones.
    case linkUp(connection: Int)
    /// The link went down.
    case linkDown(connection: Int)
    /// A module attached, or came back.
    case attached(ModuleInfo)
    /// A module stayed away so long that its mailbox was dropped.
    case forgotten(ModuleName)
    /// EdgeHub may take this many more entries of the outbox on a connection; below zero: so many fewer.
    case credit(connection: Int, entries: Int)
    /// A pong proves that the cloud has read these entries of the outbox.
    case confirmed(connection: Int, places: [Int64])
    /// A deadline may have come.
    case tick
    /// An operator drops entries of the outbox: all, or those with an id.
    case dropOutbox(id: String?)
    /// An operator wants what waits to be sent now, whatever the rate limit says.
    case flushOutbox
    /// New values of settings that may change while running.
    case settings(PlanningSettings)
    /// A write through the local API.
    case write(LocalWrite)

    /// How much memory it holds, about.
    public var size: Int {
        switch self {
        case .fromCloud(let message), .fromModule(let message, _): message.cost
        case .write(let write): write.size
        default: 0
        }
    }

    /// True if planning it may change the store; others run in a reading transaction.
    var mayWrite: Bool {
        switch self {
        case .fromModule(let message, _): message.route.operation != .query
        case .attached, .forgotten, .credit, .flushOutbox, .settings: false
        case .fromCloud, .linkUp, .linkDown, .confirmed, .tick, .dropOutbox, .write: true
        }
    }
}

/// The settings that decisions depend on.
public struct PlanningSettings: Sendable, Hashable {
    /// `meta.remote-query.timeout`.
    public var remoteTimeout: Duration
    /// `meta.remote-query.stale-after`.
    public var staleAfter: Duration
    /// `meta.volume.timeout`.
    public var volumeTimeout: Duration
    /// `modules.timeout`.
    public var moduleTimeout: Duration
    /// `meta.sync.podstatus.interval`.
    public var podStatusInterval: Duration
    /// `edgehub.outbox.max-facts`.
    public var maximumFacts: Int
    /// `edgehub.outbox.max-age`.
    public var maximumAge: Duration
    /// How many entries may be on their way to the cloud without having ended.
    public var outboxWindow: Int
    /// How long a deleted object is remembered.
    public var tombstoneAge: Duration
    /// `metaserver.offline.conflict`.
    public var conflictPolicy: ConflictPolicy
    /// The node's name, for applications; the cloud takes the session's in its stead.
    public var nodeName: String

    /// Who wins when the cloud's object has changed since a write was accepted without it.
    public enum ConflictPolicy: String, Sendable {
        /// The cloud; the local copy is kept and shown.
        case cloud
        /// A status that was written here; of all else the cloud.
        case edge
    }

    /// The defaults of the configuration.
    public init() {
        remoteTimeout = .seconds(55)
        staleAfter = .seconds(10)
        volumeTimeout = .seconds(60)
        moduleTimeout = .seconds(60)
        podStatusInterval = .seconds(60)
        maximumFacts = 100_000
        maximumAge = .seconds(7 * 86_400)
        outboxWindow = 512
        tombstoneAge = .seconds(3600)
        conflictPolicy = .cloud
        nodeName = ""
    }
}
