internal import MetaManager
internal import MetaStore

/// What waits for the cloud.
extension Metrics {
    private static let classes = Metric.Label("class", OutboxClass.allCases.map(\.label))
    private static let dropReasons = ["age", "conflict", "full", "operator", "unanswered", "other"]

    static let outbox: [Metric] = [
        .of("outbox_entries", .gauge, [classes], "What waits for the cloud.") {
            [
                .init($0.report.outbox.states, OutboxClass.state.label),
                .init($0.report.outbox.facts, OutboxClass.fact.label),
            ]
        },
        .of("outbox_oldest_seconds", .gauge, [classes], "Age of the oldest entry; 0 when nothing waits.") { snapshot in
            snapshot.stored.oldest.map { oldest in
                OutboxClass.allCases.map { .init(real: oldest[$0].map(snapshot.age) ?? 0, $0.label) }
            }
        },
        .of("outbox_dropped_total", .counter, [classes], "Entries that were given up.") { snapshot in
            OutboxClass.allCases.map { .init(dropped(snapshot.report, $0).values.reduce(0, +), $0.label) }
        },
        .of(
            "outbox_drops_total", .counter, [classes, .init("reason", dropReasons)],
            "Entries that were given up, by why: the same count as metamanager_outbox_dropped_total in finer parts."
        ) { snapshot in
            OutboxClass.allCases.flatMap { kind in
                let counts = Metric.samples(dropped(snapshot.report, kind), over: dropReasons)
                return counts.map { $0.with(first: kind.label) }
            }
        },
        .gauge("pending_writes", "Writes of the local API that the cloud has not answered yet.") { $0.stored.pending },
        .gauge("write_conflicts", "Writes of the local API that the cloud did not take, and nobody has dealt with.") {
            $0.stored.conflicts
        },
    ]

    /// What of a class was given up, by why.
    private static func dropped(_ report: LoopReport, _ kind: OutboxClass) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for (key, count) in report.outboxDropped where key.hasPrefix("\(kind.label)/") {
            counts[String(key.dropFirst(kind.label.count + 1)), default: 0] += count
        }
        return counts
    }
}
