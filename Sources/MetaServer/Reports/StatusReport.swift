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
        problems += (context.link?.figures.problems ?? []).map { "link: \($0)" }
        var bytes = JSONValue.null
        do throws(StoreError) {
            bytes = JSONValue(integer: try context.reader.bytes())
        } catch {
            problems.append("store: \(error.description)")
        }
        return [
            "ready": .bool(bad.isEmpty),
            "link": [
                "state": report.isLinkUp ? "up" : "down",
                "since": Timestamp.json(report.linkSince == 0 ? nil : report.linkSince),
                "reconnects": JSONValue(integer: max(0, report.connections - 1)),
            ],
            "store": [
                "path": JSONValue(text: context.reader.path), "bytes": bytes, "rows": JSONValue(integer: report.rows),
                "health": JSONValue(text: report.storeProblem ?? "ok"), "sealing": "off",
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
            "problems": .array(problems.map { JSONValue(text: $0) }),
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
