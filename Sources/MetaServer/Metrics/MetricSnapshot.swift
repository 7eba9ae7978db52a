internal import Beehive
internal import KubeAPI
internal import MetaManager
internal import MetaStore

/// What the metrics of one scrape are made of: everything is read once, so that they tell of one moment.
struct MetricSnapshot: Sendable {
    /// Now, in milliseconds since 1970.
    let now: Int64
    let version: String
    let report: LoopReport
    let configuration: ConfigurationFigures?
    let link: LinkFigures?
    let node: NodeFigures?
    let inboxDepth: Int
    /// For how long the loop has been busy with one batch, in seconds.
    let busy: Double
    let modules: [ModuleBus.Listing]
    /// What mailboxes that are gone have dropped.
    let retired: [ModuleName: Mailbox.Report]
    let undeliverable: Int
    let socket: SocketFigures?
    let cloud: CloudReport
    let watches: WatchFigures
    let requests: RequestCounts.Values
    let connections: RequestCounts.Connections
    let audited: [Audit.Label: UInt64]?
    let followers: (now: Int, refused: UInt64)
    let recorder: FlightRecorder.Status?
    let backup: BackupReport?
    let care: StoreCondition?
    let upkeep: StoreUpkeep.Report?
    let apiCertificateEnd: Int64?
    let stored: StoredFigures
    let process: ProcessFigures
    /// What is wrong, by the words of `DegradedCause`.
    let degraded: Set<DegradedCause>
    let isReady: Bool

    /// Takes a look; reads the store, so it may block.
    init(_ context: ServerContext) {
        let moment = context.time.now()
        now = moment.wall
        version = context.version
        report = context.report()
        configuration = context.configuration?()
        link = context.link?.figures
        node = context.node?()
        inboxDepth = context.inboxDepth()
        let beat = context.heartbeat()
        busy = moment.ticks > beat ? Double(moment.ticks - beat) / 1e9 : 0
        modules = context.modules()
        retired = context.retired()
        undeliverable = context.undeliverable()
        socket = context.socket?()
        cloud = context.applications?.report ?? CloudReport()
        watches = context.watches?() ?? WatchFigures()
        requests = context.requests.all
        connections = context.requests.connections
        audited = context.audit?.counts.values
        followers = (context.trace.followers, context.trace.followersRefused)
        recorder = context.recorder?.status
        backup = context.backup?.status
        care = context.care?.condition
        upkeep = context.upkeep?()
        apiCertificateEnd = context.apiCertificateEnd?()
        stored = StoredFigures(context.reader)
        process = ProcessFigures.now()
        let failed = Health(context: context).ready().filter { $0.problem != nil }
        isReady = failed.isEmpty
        var degraded = Set(failed.compactMap { DegradedCause(check: $0.name) })
        if report.isStoreInDoubt { degraded.insert(.storeInDoubt) }
        if report.isStoreDamaged || care?.problem != nil { degraded.insert(.storeDamaged) }
        if upkeep?.problems.isEmpty == false { degraded.insert(.storeSize) }
        if let lost = stored.lost, lost > 0 { degraded.insert(.objectsLost) }
        if let conflicts = stored.conflicts, conflicts > 0 { degraded.insert(.conflicts) }
        if context.sealing?.problem != nil { degraded.insert(.sealing) }
        if backup?.problem != nil { degraded.insert(.backup) }
        if link?.problems.isEmpty == false { degraded.insert(.link) }
        if node?.problems.isEmpty == false { degraded.insert(.node) }
        if cloud.watches.contains(where: { $0.failure != nil }) { degraded.insert(.cloudWatch) }
        if configuration?.problems.isEmpty == false { degraded.insert(.configuration) }
        self.degraded = degraded
    }

    /// For how long the cloud may have changed what is not here, in seconds; nil while nobody can tell.
    ///
    /// A link that proves itself by pongs counts from the last one; another is fresh while it is up.
    var viewAge: Double? {
        if let heard = link?.heard { return age(heard) }
        if report.isLinkUp { return 0 }
        // Never up since the start: at least as old as this process.
        if report.connections == 0 { return process.start.map { max(0, Double(now) / 1000 - $0) } }
        return age(report.linkSince)
    }

    /// Seconds since a time, which is in milliseconds since 1970.
    func age(_ time: Int64) -> Double { Double(max(0, now - time)) / 1000 }
}

/// What of the program does less than it should; every word stands in the exposition, with 0 or 1.
enum DegradedCause: String, CaseIterable, Sendable {
    case store
    case storeDamaged = "store_damaged"
    case storeInDoubt = "store_in_doubt"
    case storeSize = "store_size"
    case objectsLost = "objects_lost"
    case sealing
    case backup
    case loop
    case sockets
    case link
    case node
    case cloudWatch = "cloud_watch"
    case conflicts
    case configuration

    /// The cause that a check of readiness stands for.
    init?(check: String) {
        switch check {
        case "store": self = .store
        case "sockets": self = .sockets
        case "loop": self = .loop
        case "sealing": self = .sealing
        default: return nil
        }
    }
}

/// What the store itself tells; each figure is nil when it cannot be read, for the others are still worth having.
struct StoredFigures: Sendable {
    /// When the oldest entry of each class of the outbox was queued, in milliseconds since 1970.
    let oldest: [OutboxClass: Int64]?
    let bytes: Int?
    let sealed: Int?
    let lost: Int?
    let pending: Int?
    let conflicts: Int?
    let disk: DiskSpace?

    init(_ reader: StoreReader) {
        oldest = try? StoreReports.oldest(reader: reader)
        bytes = try? reader.bytes()
        sealed = try? reader.sealedRows()
        lost = try? reader.lostKeys(limit: 0).count
        pending = try? reader.count(ofType: PendingWrite.type)
        conflicts = try? reader.count(ofType: WriteConflict.type)
        disk = DiskSpace.of(reader.path.lastIndex(of: "/").map { String(reader.path[..<$0]) } ?? ".")
    }
}
