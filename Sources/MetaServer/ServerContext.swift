public import Beehive
public import MetaManager
public import MetaStore
public import NIOPosix

/// What the cloud link tells of itself, beside what the loop's report has.
public struct LinkFigures: Sendable, Hashable {
    /// Why a frame of the cloud was skipped.
    public enum Skip: String, Sendable, CaseIterable {
        /// It is no JSON, is too deep, or has no id.
        case malformed
        /// It is larger than `edgehub.websocket.max-frame`.
        case tooLarge = "too_large"
    }

    /// What the link is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A websocket to a cloud.
        case websocket
        /// A folder that stands in for the cloud.
        case directory
        /// There is none.
        case none
    }

    /// What the link is.
    public var kind = Kind.none
    /// When the cloud was last known to be there, in milliseconds since 1970: a connection or a pong; nil: never, or for
    /// a link that has no such proof.
    public var heard: Int64?
    /// Frames that came.
    public var received: UInt64 = 0
    /// Pongs that came: with `received`, what proves that the cloud is there.
    public var pongs: UInt64 = 0
    /// Frames that went out.
    public var sent: UInt64 = 0
    /// Frames that were skipped.
    public var skipped: [Skip: UInt64] = [:]
    /// Frames that were handed over while there was no connection, or for one that had ended.
    public var unsent: UInt64 = 0
    /// Times that the link was not read further because the loop had no room.
    public var stalls: UInt64 = 0
    /// Tries that came to no connection.
    public var failedTries: UInt64 = 0
    /// Entries of the outbox that were sent and are not yet known to be read.
    public var unconfirmed = 0
    /// Where the link stands: waiting, connecting, upgrading, alive, draining; nil for links that have no such states.
    public var phase: String?
    /// Connections and tries that ended, by what ended them; a closed set of words.
    public var ends: [String: UInt64] = [:]
    /// The last second of this node's certificate, in milliseconds since 1970.
    public var certificateEnd: Int64?
    /// When the certificate is renewed, in milliseconds since 1970.
    public var nextRenewal: Int64?
    /// Certificates that were got.
    public var enrollments: UInt64 = 0
    /// Certificates that were asked for in vain.
    public var enrollmentFailures: UInt64 = 0
    /// What is wrong with the link or its source, one line each.
    public var problems: [String] = []

    /// Figures of zero.
    public init() {}
}

/// What the node agent tells of itself.
public struct NodeFigures: Sendable, Hashable {
    /// True once the cloud has this node's Node.
    public var isRegistered: Bool
    /// Which generation of clouds it found; nil before that is known.
    public var generation: String?
    /// When a status was last taken, in milliseconds since 1970.
    public var lastStatus: Int64?
    /// When the lease was last renewed, in milliseconds since 1970.
    public var lastLease: Int64?
    /// What is wrong, one line each.
    public var problems: [String]

    /// Makes figures.
    ///
    /// - Parameters:
    ///   - isRegistered: whether the cloud has this node's Node.
    ///   - generation: which generation of clouds it found.
    ///   - lastStatus: when a status was last taken.
    ///   - lastLease: when the lease was last renewed.
    ///   - problems: what is wrong.
    public init(
        isRegistered: Bool, generation: String?, lastStatus: Int64?, lastLease: Int64?, problems: [String]
    ) {
        self.isRegistered = isRegistered
        self.generation = generation
        self.lastStatus = lastStatus
        self.lastLease = lastLease
        self.problems = problems
    }
}

/// What the module socket tells of itself.
public struct SocketFigures: Sendable, Hashable {
    /// Connections open now.
    public var connections: Int
    /// Frames and connections refused, by reason; a closed set of words.
    public var refused: [String: Int]
    /// Messages that MetaManager took.
    public var framesIn = 0
    /// Messages that were written to modules.
    public var framesOut = 0
    /// How often reading stopped because MetaManager was full.
    public var pauses = 0

    /// Makes figures.
    ///
    /// - Parameters:
    ///   - connections: connections open now.
    ///   - refused: frames and connections refused, by reason.
    public init(connections: Int, refused: [String: Int]) {
        self.connections = connections
        self.refused = refused
    }
}

/// The cloud link, as reports see it.
public protocol LinkReporting: Sendable {
    /// The figures, now.
    var figures: LinkFigures { get }
}

/// What the local API is made of: the parts of the program that it shows, handed in by whoever composes them.
public struct ServerContext: Sendable {
    /// Where the time comes from.
    public var time: any TimeSource = SystemTime()
    /// How the loop stands.
    public var report: @Sendable () -> LoopReport
    /// Items in the loop's inbox.
    public var inboxDepth: @Sendable () -> Int
    /// The modules.
    public var modules: @Sendable () -> [ModuleBus.Listing]
    /// Messages for modules that nobody has ever attached as.
    public var undeliverable: @Sendable () -> Int = { 0 }
    /// What mailboxes that are gone have dropped.
    package var retired: @Sendable () -> [ModuleName: Mailbox.Report] = { [:] }
    /// The cloud link; nil without one.
    public var link: (any LinkReporting)?
    /// The node agent; nil when this program does not register the node.
    public var node: (@Sendable () -> NodeFigures)?
    /// Asks the cloud's dynamic controller; nil when there is no local API.
    package var applications: CloudApplications?
    /// How the configuration was read last; nil when nobody reads it again.
    package var configuration: (@Sendable () -> ConfigurationFigures)?
    /// The settings in force, secrets masked; nil when nobody tells.
    package var runningConfiguration: (@Sendable () -> JSONValue)?
    /// The watches of the local API; nil when there is no local API.
    public var watches: (@Sendable () -> WatchFigures)?
    /// How many watch one object, whose value is given; nil when there is no local API.
    package var watchersOf: (@Sendable (ResourcePath, Bytes) -> Int)?
    /// The module socket; nil without one.
    public var socket: (@Sendable () -> SocketFigures)?
    /// Reads beside the writer.
    public var reader: StoreReader
    /// When the loop last answered, in monotonic nanoseconds.
    public var heartbeat: @Sendable () -> UInt64
    /// How old that may be.
    public var heartbeatLimit: Duration = .seconds(15)
    /// Sockets that are not bound, by name.
    public var unboundSockets: @Sendable () -> [String] = { [] }
    /// Drops an entry of the outbox, or all; false when the program is stopping.
    public var dropOutbox: @Sendable (String?) async -> Bool
    /// Sends what waits without waiting for its turn; false when there is no link.
    public var flushOutbox: @Sendable () async -> Bool
    /// Asks the cloud again for all that can be asked; nil when nothing can.
    public var resync: (any ResyncControl)?
    /// Which values are sealed; nil when none can be.
    public var sealing: Sealing?
    /// Changes the data key; nil when nothing is sealed.
    public var rekey: (any RekeyControl)?
    /// Looks after the database; nil when nobody does.
    public var care: (any StoreCaring)?
    /// Takes backups; nil when none are taken.
    public var backup: (any BackupControl)?
    /// Gives free space in the database back; nil when nobody can.
    public var compact: (any CompactControl)?
    /// Reads a KubeEdge file into the store; nil when nobody can.
    public var importer: (any ImportControl)?
    /// How the store was kept small the last time; nil when nobody does.
    public var upkeep: (@Sendable () -> StoreUpkeep.Report?)?
    /// The places in the outbox that are on their way; nil when nobody can tell.
    public var placesOnTheWay: (@Sendable () -> Set<Int64>)?
    /// Writes down who reads secrets; nil: nobody does.
    public var audit: Audit?
    /// The last second of the certificate that the API serves with, in milliseconds since 1970; nil without TLS.
    public var apiCertificateEnd: (@Sendable () -> Int64)?
    /// The release of the program.
    public var version = "unknown"
    /// What the console tells of the node beside the reports.
    public var console = ConsoleFacts()
    /// The decisions, as they are made.
    public var trace: DecisionTrace
    /// Keeps the last decisions with all they depended on; nil: nobody does.
    public var recorder: FlightRecorder?
    /// The answers of this server.
    public var requests: RequestCounts
    /// Where reads of the store block.
    public var threads: NIOThreadPool

    /// Makes a context; the rest has defaults that can be set.
    ///
    /// - Parameters:
    ///   - report: how the loop stands.
    ///   - inboxDepth: items in the loop's inbox.
    ///   - modules: the modules.
    ///   - reader: reads beside the writer.
    ///   - heartbeat: when the loop last answered, in monotonic nanoseconds.
    ///   - dropOutbox: drops an entry of the outbox, or all.
    ///   - flushOutbox: sends what waits without waiting for its turn.
    ///   - trace: the decisions, as they are made.
    ///   - requests: the answers of this server.
    ///   - threads: where reads of the store block.
    public init(
        report: @escaping @Sendable () -> LoopReport, inboxDepth: @escaping @Sendable () -> Int,
        modules: @escaping @Sendable () -> [ModuleBus.Listing], reader: StoreReader,
        heartbeat: @escaping @Sendable () -> UInt64, dropOutbox: @escaping @Sendable (String?) async -> Bool,
        flushOutbox: @escaping @Sendable () async -> Bool, trace: DecisionTrace, requests: RequestCounts,
        threads: NIOThreadPool
    ) {
        self.report = report
        self.inboxDepth = inboxDepth
        self.modules = modules
        self.reader = reader
        self.heartbeat = heartbeat
        self.dropOutbox = dropOutbox
        self.flushOutbox = flushOutbox
        self.trace = trace
        self.requests = requests
        self.threads = threads
    }

    /// Runs blocking work on a thread that may block.
    func blocking(_ work: @escaping @Sendable () throws -> APIResponse) async -> APIResponse {
        do {
            return try await threads.runIfActive(work)
        } catch let error as StoreError {
            return .failure(500, reason: "InternalError", error.description)
        } catch {
            return .failure(503, reason: "ServiceUnavailable", "the program is stopping: \(error)")
        }
    }
}
