internal import Beehive
internal import MetaManager
internal import MetaStore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The program's metrics; label values come from closed sets alone.
enum Metrics {
    /// All of them; reads the store, so it may block.
    static func render(_ context: ServerContext) -> String {
        let report = context.report()
        var text = PrometheusText(prefix: "metamanager_")
        link(report, context.link?.figures, &text)
        messages(report, &text)
        modules(context, &text)
        socket(context.socket?(), &text)
        outbox(report, context, &text)
        store(report, context, &text)
        if let backup = context.backup { backups(backup.status, now: context.time.now().wall, &text) }
        remote(report, &text)
        cloud(context.applications?.report ?? CloudReport(), &text)
        api(context, &text)
        if let bytes = residentBytes() {
            text.metric("process_resident_memory_bytes", .gauge, "Memory that the process holds.")
            text.sample(bytes)
        }
        return text.text
    }

    private static func link(_ report: LoopReport, _ figures: LinkFigures?, _ text: inout PrometheusText) {
        text.metric("link_up", .gauge, "1 while the link to the cloud is up.")
        text.sample(report.isLinkUp ? 1 : 0)
        text.metric("link_reconnects_total", .counter, "How often the link came up again.")
        text.sample(max(0, report.connections - 1))
        guard let figures else { return }
        text.metric("link_frames_total", .counter, "Frames of the link, by direction.")
        text.sample(figures.received, [("direction", "received")])
        text.sample(figures.sent, [("direction", "sent")])
        if !figures.ends.isEmpty {
            text.metric("link_ends_total", .counter, "Connections and tries that ended, by cause.")
            for (cause, count) in figures.ends.sorted(by: { $0.key < $1.key }) {
                text.sample(count, [("cause", cause)])
            }
        }
        text.metric("link_problems", .gauge, "What is wrong with the link or its source, in number.")
        text.sample(figures.problems.count)
        text.metric("link_frames_skipped_total", .counter, "Frames of the cloud that were skipped.")
        for skip in LinkFigures.Skip.allCases { text.sample(figures.skipped[skip] ?? 0, [("reason", skip.rawValue)]) }
    }

    private static func messages(_ report: LoopReport, _ text: inout PrometheusText) {
        text.metric("messages_total", .counter, "Messages handled, by operation and source.")
        let labels = report.messages.sorted { ($0.key.operation, $0.key.source) < ($1.key.operation, $1.key.source) }
        for (label, count) in labels {
            text.sample(count, [("operation", label.operation), ("source", label.source)])
        }
        text.metric("message_seconds", .histogram, "Time of a message's batch, from planning to delivery.")
        for (operation, histogram) in report.seconds.sorted(by: { $0.key < $1.key }) {
            text.sample(histogram, [("operation", operation)])
        }
        text.metric("unknown_operations_total", .counter, "Messages whose operation no rule knows.")
        text.sample(report.outcomes[.unknown] ?? 0)
        text.metric("stale_ignored_total", .counter, "Messages older than what is stored.")
        text.sample(report.outcomes[.older] ?? 0)
        text.metric(
            "refused_total", .counter, "Messages that were not done: never to be, another object, failed store.")
        for outcome in [Outcome.refused, .otherUID, .failed] {
            text.sample(report.outcomes[outcome] ?? 0, [("reason", outcome.rawValue)])
        }
        text.metric("batch_messages", .histogram, "Inputs per batch.")
        text.sample(report.batchSizes)
    }

    private static func modules(_ context: ServerContext, _ text: inout PrometheusText) {
        text.metric("inbox_depth", .gauge, "Inputs that wait for the loop.")
        text.sample(context.inboxDepth())
        // Names of other modules are a local program's choice: they share one label, so that the set stays closed.
        var depths: [String: (depth: Int, dropped: Int)] = [:]
        for listing in context.modules() {
            guard let mailbox = listing.mailbox else { continue }
            let label = known.contains(listing.info.name) ? listing.info.name.rawValue : "other"
            depths[label, default: (0, 0)].depth += mailbox.depth
            depths[label, default: (0, 0)].dropped += mailbox.dropped
        }
        let sorted = depths.sorted { $0.key < $1.key }
        text.metric("modules_known", .gauge, "Modules that are attached, or whose mailbox is kept.")
        text.sample(context.modules().count)
        text.metric("mailbox_depth", .gauge, "Messages that wait for a module.")
        for (label, report) in sorted { text.sample(report.depth, [("module", label)]) }
        text.metric("mailbox_dropped_total", .counter, "Messages that a module's full mailbox dropped.")
        for (label, report) in sorted { text.sample(report.dropped, [("module", label)]) }
    }

    private static func socket(_ figures: SocketFigures?, _ text: inout PrometheusText) {
        guard let figures else { return }
        text.metric("module_connections", .gauge, "Connections of the module socket.")
        text.sample(figures.connections)
        text.metric("module_refused_total", .counter, "Frames and connections of modules that were refused, by reason.")
        for (reason, count) in figures.refused.sorted(by: { $0.key < $1.key }) {
            text.sample(count, [("reason", reason)])
        }
    }

    private static func cloud(_ report: CloudReport, _ text: inout PrometheusText) {
        text.metric("cloud_requests_total", .counter, "Requests of the local API to the dynamic controller.")
        text.sample(report.counts.asked)
        text.metric("cloud_requests_merged_total", .counter, "Callers that shared the answer to another's request.")
        text.sample(report.counts.merged)
        text.metric("cloud_requests_refused_total", .counter, "Callers told at once that the cloud cannot be asked.")
        text.sample(report.counts.refused)
        text.metric("cloud_requests_timed_out_total", .counter, "Requests that were not answered in time.")
        text.sample(report.counts.timedOut)
        text.metric("cloud_requests_waiting", .gauge, "Callers that wait for the dynamic controller.")
        text.sample(report.callers)
        text.metric("cloud_watches", .gauge, "Kinds that the cloud is asked to push, by how that stands.")
        for (standing, count) in [
            ("active", report.watches.count(where: \.isActive)), ("failed", report.watches.count { $0.failure != nil }),
            ("pending", report.watches.count { !$0.isActive && $0.failure == nil }),
        ] { text.sample(count, [("standing", standing)]) }
    }

    private static let known: Set<ModuleName> = [.edged, .edgeMesh, .twin, .eventBus, .serviceBus, .edgeFunction]

    private static func outbox(
        _ report: LoopReport, _ context: ServerContext, _ text: inout PrometheusText
    ) {
        let now = context.time.now().wall
        text.metric("outbox_entries", .gauge, "What waits for the cloud.")
        text.sample(report.outbox.states, [("class", OutboxClass.state.label)])
        text.sample(report.outbox.facts, [("class", OutboxClass.fact.label)])
        // A store that cannot be read is told by readiness; the other metrics are still worth having.
        if let oldest = try? StoreReports.oldest(reader: context.reader) {
            text.metric("outbox_oldest_seconds", .gauge, "Age of the oldest entry; 0 when nothing waits.")
            for kind in OutboxClass.allCases {
                text.sample(oldest[kind].map { Double(max(0, now - $0)) / 1000 } ?? 0, [("class", kind.label)])
            }
        }
        text.metric("outbox_dropped_total", .counter, "Entries that were given up.")
        for kind in OutboxClass.allCases {
            let dropped = report.outboxDropped.reduce(0) { $0 + ($1.key.hasPrefix("\(kind.label)/") ? $1.value : 0) }
            text.sample(dropped, [("class", kind.label)])
        }
    }

    private static func store(
        _ report: LoopReport, _ context: ServerContext, _ text: inout PrometheusText
    ) {
        text.metric("commits_total", .counter, "Durable commits.")
        text.sample(report.commits)
        text.metric("commit_seconds", .histogram, "Time of a batch's planning and commit.")
        text.sample(report.commitSeconds)
        text.metric("store_query_seconds", .summary, "Time in each of the store's statements.")
        for (index, name) in MetaStore.statementNames.enumerated() where index < report.statementCounts.count {
            text.sample(
                sum: Double(report.statementNanoseconds[index]) / 1e9, count: report.statementCounts[index],
                [("query", name)])
        }
        // Left out rather than guessed when the file cannot be read.
        if let bytes = try? context.reader.bytes() {
            text.metric("database_bytes", .gauge, "Size of the database and its log.")
            text.sample(bytes)
        }
        if let upkeep = context.upkeep?() { SizeReport.add(upkeep.figures, to: &text, now: context.time.now().wall) }
        text.metric("stored_objects", .gauge, "Objects stored.")
        text.sample(report.rows)
        if let lost = try? context.reader.lostKeys(limit: 0).count {
            text.metric("lost_objects", .gauge, "Objects that damage of the disk took and that have not come again.")
            text.sample(lost)
        }
        if let care = context.care?.condition {
            text.metric("store_damaged", .gauge, "1 while the database waits for a repair.")
            text.sample(care.problem == nil ? 0 : 1)
            text.metric("store_repairs_total", .counter, "Repairs of the database since the start.")
            text.sample(care.repairs)
        }
        if let sealed = try? context.reader.sealedRows() {
            text.metric("sealed_rows", .gauge, "Rows whose value is encrypted.")
            text.sample(sealed)
        }
    }

    private static func backups(_ report: BackupReport, now: Int64, _ text: inout PrometheusText) {
        if let newest = report.newest {
            text.metric("backup_age_seconds", .gauge, "Age of the newest good backup.")
            text.sample(Double(max(0, now - newest.time)) / 1000)
            text.metric("backup_bytes", .gauge, "Size of the newest good backup.")
            text.sample(newest.bytes)
        }
        text.metric("backups_total", .counter, "Backups taken by the clock, by what came of them.")
        for result in BackupReport.Result.allCases {
            text.sample(report.counts[result] ?? 0, [("result", result.rawValue)])
        }
    }

    private static func remote(_ report: LoopReport, _ text: inout PrometheusText) {
        text.metric("remote_requests_total", .counter, "Messages that asked the cloud, or joined a request under way.")
        for outcome in [Outcome.asked, .joined] {
            text.sample(report.outcomes[outcome] ?? 0, [("result", outcome.rawValue)])
        }
        text.metric("remote_inflight", .gauge, "Requests to the cloud under way.")
        text.sample(report.remoteRequests)
    }

    private static func api(_ context: ServerContext, _ text: inout PrometheusText) {
        let connections = context.requests.connections
        text.metric("api_connections", .gauge, "Connections of the local API.")
        text.sample(connections.open)
        text.metric("api_connections_refused_total", .counter, "Connections of the local API that were turned away.")
        text.sample(connections.refused)
        text.metric("trace_followers", .gauge, "Who follows the decisions.")
        text.sample(context.trace.followers)
        text.metric("trace_followers_refused_total", .counter, "Who was not let follow, since so many did.")
        text.sample(context.trace.followersRefused)
        if let recorder = context.recorder { RecordReports.add(recorder.status, to: &text) }
        watches(context.watches?() ?? WatchFigures(), &text)
        text.metric("api_requests_total", .counter, "Answers of the local API.")
        for (label, count) in context.requests.values.sorted(by: { $0.key < $1.key }) {
            text.sample(count, [("verb", label.verb), ("code", "\(label.code)")])
        }
    }

    private static func watches(_ figures: WatchFigures, _ text: inout PrometheusText) {
        text.metric("watchers", .gauge, "Watches of the local API.")
        text.sample(figures.watchers)
        text.metric("watchers_refused_total", .counter, "Watches that were turned away, since so many watched.")
        text.sample(figures.refused)
        text.metric("watch_events_total", .counter, "Changes told to watches, each once however many watch.")
        text.sample(figures.events)
        text.metric("watch_expired_total", .counter, "Watches that were told to list anew.")
        text.sample(figures.expired)
        text.metric("watch_kept_events", .gauge, "Changes kept for watches that have not taken them yet.")
        text.sample(figures.keptEvents)
        text.metric("watch_kept_bytes", .gauge, "About how much memory these take.")
        text.sample(figures.keptBytes)
    }

    /// The second number of `/proc/self/statm`, in bytes.
    private static func residentBytes() -> Int? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let fields = buffer[..<count].split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
