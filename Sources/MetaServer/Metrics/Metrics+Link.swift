internal import Beehive
internal import MetaManager

/// The link to the cloud, and how old what it brought is.
extension Metrics {
    /// Where a link can stand, and what can end a connection; the link's own words, which a test compares.
    static let phases = ["waiting", "connecting", "upgrading", "alive", "draining", "stopped"]
    static let ends = [
        "broken", "closed", "handshake-timeout", "identity", "name", "not-websocket", "rejected-certificate",
        "renewed", "silent", "stopped", "tls", "unreachable", "untrusted-server", "upgrade-refused", "write-deadline",
        "other",
    ]
    private static let skips = LinkFigures.Skip.allCases.map(\.rawValue).sorted()

    static let link: [Metric] = [
        .gauge("link_up", "1 while the link to the cloud is up.") { $0.report.isLinkUp ? 1 : 0 },
        .of(
            "link_info", .gauge, [.init("protocol", LinkFigures.Kind.allCases.map(\.rawValue))],
            "Always 1; the label tells what the link is."
        ) { [.init(1, ($0.link?.kind ?? .none).rawValue)] },
        .of(
            "link_phase", .gauge, [.init("phase", phases)], "1 for the phase in which the link is, 0 for the others."
        ) { snapshot in
            snapshot.link?.phase.map { now in phases.map { .init($0 == now ? 1 : 0, $0) } }
        },
        .seconds("link_changed_timestamp_seconds", "When the link last went up or down.") {
            $0.report.linkSince == 0 ? nil : Double($0.report.linkSince) / 1000
        },
        .seconds(
            "view_age_seconds",
            "For how long the cloud may have changed what is not here: since its last proof of life, or since the link went."
        ) { $0.viewAge },
        .counter("link_reconnects_total", "How often the link came up again.") { max(0, $0.report.connections - 1) },
        .counter("link_failed_tries_total", "Tries that came to no connection.") { $0.link?.failedTries },
        .of(
            "link_ends_total", .counter, [.init("cause", ends)], "Connections and tries that ended, by cause."
        ) { $0.link.flatMap { $0.kind == .websocket || !$0.ends.isEmpty ? Metric.samples($0.ends, over: ends) : nil } },
        .of(
            "link_frames_total", .counter, [.init("direction", ["received", "sent"])],
            "Frames of the link, by direction."
        ) { $0.link.map { [.init($0.received, "received"), .init($0.sent, "sent")] } },
        .counter("link_pongs_total", "Pongs that came.") { $0.link?.pongs },
        .of(
            "link_frames_skipped_total", .counter, [.init("reason", skips)], "Frames of the cloud that were skipped."
        ) {
            $0.link.map { link in
                skips.map { .init(link.skipped[LinkFigures.Skip(rawValue: $0) ?? .malformed] ?? 0, $0) }
            }
        },
        .counter(
            "link_frames_unsent_total",
            "Frames given up because their connection had ended; what matters is made again."
        ) { $0.link?.unsent },
        .counter("link_stalls_total", "Times that the link was not read further because the loop had no room.") {
            $0.link?.stalls
        },
        .gauge("link_unconfirmed_entries", "Entries of the outbox that were sent and are not yet known to be read.") {
            $0.link?.unconfirmed
        },
        .gauge("link_problems", "What is wrong with the link or its source, in number.") { $0.link?.problems.count },
        .seconds("link_certificate_expiry_timestamp_seconds", "The last second of this node's certificate.") {
            $0.link?.certificateEnd.map { Double($0) / 1000 }
        },
        .seconds("link_certificate_renewal_timestamp_seconds", "When this node's certificate is renewed.") {
            $0.link?.nextRenewal.map { Double($0) / 1000 }
        },
        .of(
            "link_enrollments_total", .counter, [.init("result", ["done", "failed"])],
            "Certificates asked for, by what came of it."
        ) { $0.link.map { [.init($0.enrollments, "done"), .init($0.enrollmentFailures, "failed")] } },
        .gauge("node_registered", "1 once the cloud has this node's Node.") { $0.node.map { $0.isRegistered ? 1 : 0 } },
        .seconds("node_lease_timestamp_seconds", "When the node's lease was last renewed.") {
            $0.node?.lastLease.map { Double($0) / 1000 }
        },
    ]
}
