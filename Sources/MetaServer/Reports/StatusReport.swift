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
        // A key that is not here is told by the health check already.
        if let sealing = context.sealing, sealing.status != .locked, let problem = sealing.problem {
            problems.append("sealing: \(problem)")
        }
        let upkeep = context.upkeep?()
        problems += (upkeep?.problems ?? []).map { "store: \($0)" }
        var (bytes, sealed) = (JSONValue.null, JSONValue.null)
        do throws(StoreError) {
            bytes = JSONValue(integer: try context.reader.bytes())
            sealed = JSONValue(integer: try context.reader.sealedRows())
        } catch {
            problems.append("store: \(error.description)")
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
        if let figures { add(figures, to: &status) }
        if let upkeep { SizeReport.add(upkeep.figures, to: &status, now: now) }
        if let node { status["node"] = json(node) }
        return status
    }

    private static func add(_ figures: LinkFigures, to status: inout JSONValue) {
        guard var link = status["link"] else { return }
        if let phase = figures.phase { link["phase"] = JSONValue(text: phase) }
        if let end = figures.certificateEnd { link["certificate_until"] = Timestamp.json(end) }
        if let next = figures.nextRenewal { link["certificate_renewal"] = Timestamp.json(next) }
        status["link"] = link
    }

    private static func json(_ node: NodeFigures) -> JSONValue {
        [
            "registered": .bool(node.isRegistered),
            "generation": node.generation.map { JSONValue(text: $0) } ?? .null,
            "last_status": Timestamp.json(node.lastStatus), "last_lease": Timestamp.json(node.lastLease),
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
