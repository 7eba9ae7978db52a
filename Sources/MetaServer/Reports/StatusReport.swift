internal import Beehive
internal import MetaManager
internal import MetaStore

/// `status` of the command line.
enum StatusReport {
    /// The report; reads the size of the file.
    static func make(_ context: ServerContext) -> JSONValue {
        let report = context.report()
        let now = context.time.now().wall
        let bad = Health(context: context).ready().filter { $0.problem != nil }
        var problems = bad.map { "\($0.name): \($0.problem ?? "")" }
        let figures = context.link?.figures
        problems += (figures?.problems ?? []).map { "link: \($0)" }
        let node = context.node?()
        problems += (node?.problems ?? []).map { "node: \($0)" }
        let cloud = context.applications?.report
        problems += (cloud?.watches ?? []).compactMap { watch in
            watch.failure.map { "cloud: \(watch.key) is not kept fresh: \($0)" }
        }
        let configuration = context.configuration?()
        problems += (configuration?.problems ?? []).map { "configuration: \($0)" }
        // A key that is not here is told by the health check already.
        if let sealing = context.sealing, sealing.status != .locked, let problem = sealing.problem {
            problems.append("sealing: \(problem)")
        }
        let care = context.care?.condition
        var lost = (keys: [String](), count: 0)
        let backup = context.backup?.status
        if let problem = backup?.problem { problems.append("backup: \(problem)") }
        let upkeep = context.upkeep?()
        problems += (upkeep?.problems ?? []).map { "store: \($0)" }
        if let problem = context.recorder?.status.problem { problems.append("trace: \(problem)") }
        var (bytes, sealed) = (JSONValue.null, JSONValue.null)
        var writes = JSONValue.null
        do throws(StoreError) {
            bytes = JSONValue(integer: try context.reader.bytes())
            sealed = JSONValue(integer: try context.reader.sealedRows())
            lost = try context.reader.lostKeys(limit: 10)
            var counts = try context.reader.read { view throws(StoreError) in try WriteReports.counts(view) }
            counts["policy"] = JSONValue(text: report.conflictPolicy.rawValue)
            writes = counts
        } catch {
            problems.append("store: \(error.description)")
        }
        if lost.count > 0 { problems.append(StoreReports.problem(ofLost: lost.keys, count: lost.count)) }
        if let conflicts = writes["conflicts"]?.integer, conflicts > 0 {
            problems.append("writes: the cloud did not take \(conflicts); see `metamanager outbox conflicts`")
        }
        if let pending = writes["pending"]?.integer, pending > 0, cloud?.hasController == false {
            problems.append("writes: \(pending) wait for an answer that does not come: \(cloud?.cause ?? "")")
        }
        if let lost = writes["unreadable"]?.integer, lost > 0 {
            problems.append(
                "writes: \(lost) that wait for the cloud cannot be read; see GET /metamanager/v1/conflicts")
        }
        var status: JSONValue = [
            "ready": .bool(bad.isEmpty),
            "link": [
                "state": report.isLinkUp ? "up" : "down",
                "since": Timestamp.json(report.linkSince == 0 ? nil : report.linkSince),
                "reconnects": JSONValue(integer: max(0, report.connections - 1)),
            ],
            "store": [
                "path": JSONValue(text: context.reader.path), "bytes": bytes, "rows": JSONValue(integer: report.rows),
                "health": JSONValue(text: report.storeProblem ?? "ok"),
                "sealing": JSONValue(text: (context.sealing?.status ?? .off).rawValue), "sealed_rows": sealed,
                "lost": JSONValue(integer: lost.count),
            ],
            "inbox": JSONValue(integer: context.inboxDepth()),
            "modules": .array(context.modules().map(module)),
            "outbox": [
                "state": JSONValue(integer: report.outbox.states), "fact": JSONValue(integer: report.outbox.facts),
                "oldest_seconds": JSONValue(integer: report.outbox.oldest.map { max(0, now - $0) / 1000 } ?? 0),
            ],
            "podstatus_sync": [
                "last": Timestamp.json(report.podStatusSyncTime), "result": JSONValue(text: report.podStatusSyncResult),
            ],
            "problems": .array(problems.map { JSONValue(text: OneLine.of($0, limit: 1000)) }),
        ]
        if let care { add(care, to: &status) }
        if let figures { add(figures, to: &status) }
        if let backup { status["backup"] = BackupReports.json(backup, now: now) }
        if let recorder = context.recorder { status["trace"] = RecordReports.json(recorder.status) }
        if let upkeep { SizeReport.add(upkeep.figures, to: &status, now: now) }
        if let node { status["node"] = json(node) }
        if let cloud { status["cloud"] = json(cloud) }
        status["writes"] = writes
        if let configuration { status["configuration"] = configuration.json }
        return status
    }

    private static func add(_ figures: LinkFigures, to status: inout JSONValue) {
        guard var link = status["link"] else { return }
        if let phase = figures.phase { link["phase"] = JSONValue(text: phase) }
        if let end = figures.certificateEnd { link["certificate_until"] = Timestamp.json(end) }
        if let next = figures.nextRenewal { link["certificate_renewal"] = Timestamp.json(next) }
        status["link"] = link
    }

    private static func add(_ care: StoreCondition, to status: inout JSONValue) {
        guard var store = status["store"] else { return }
        store["check"] = JSONValue(text: care.check.rawValue)
        store["checked"] = JSONValue(integer: care.rows)
        store["damaged"] = JSONValue(integer: care.damaged)
        store["repairs"] = JSONValue(integer: care.repairs)
        if let problem = care.problem { store["health"] = JSONValue(text: problem) }
        if let repair = care.repair { store["repair"] = StoreReports.json(repair) }
        status["store"] = store
    }

    private static func json(_ node: NodeFigures) -> JSONValue {
        [
            "registered": .bool(node.isRegistered),
            "generation": node.generation.map { JSONValue(text: $0) } ?? .null,
            "last_status": Timestamp.json(node.lastStatus), "last_lease": Timestamp.json(node.lastLease),
        ]
    }

    private static func json(_ cloud: CloudReport) -> JSONValue {
        [
            "dynamic_controller": JSONValue(
                text: cloud.hasController.map { $0 ? "present" : "absent" } ?? "unknown"),
            "cause": cloud.cause.map { JSONValue(text: $0) } ?? .null,
            "waiting": JSONValue(integer: cloud.callers),
            "kept_fresh": .array(cloud.watches.filter(\.isActive).map { JSONValue(text: $0.key) }),
        ]
    }

    private static func module(_ listing: ModuleBus.Listing) -> JSONValue {
        [
            "name": JSONValue(text: listing.info.name.rawValue), "group": JSONValue(text: listing.info.group.rawValue),
            // A module that takes its messages directly has none waiting.
            "mailbox": JSONValue(integer: listing.mailbox?.depth ?? 0), "attached": .bool(listing.isAttached),
        ]
    }
}
