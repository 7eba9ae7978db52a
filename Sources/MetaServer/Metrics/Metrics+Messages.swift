internal import Beehive
internal import MetaManager

/// What the loop does with messages.
extension Metrics {
    private static let operations = LoopReport.knownOperations.map(\.rawValue).sorted() + ["other"]
    private static let sources = ["cloud"] + LoopReport.knownModules.map(\.rawValue).sorted() + ["other"]
    private static let outcomes = Outcome.known.map(\.rawValue)
    private static let refusals = [Outcome.refused, .otherUID, .failed].map(\.rawValue)

    static let messages: [Metric] = [
        .gauge("inbox_depth", "Inputs that wait for the loop.") { $0.inboxDepth },
        .of(
            "messages_total", .counter, [.init("operation", operations), .init("source", sources)],
            "Messages handled, by operation and source."
        ) { snapshot in
            let counts = snapshot.report.messages.sorted {
                ($0.key.operation, $0.key.source) < ($1.key.operation, $1.key.source)
            }
            return counts.map { .init($0.value, $0.key.operation, $0.key.source) }
        },
        .of(
            "message_seconds", .histogram, [.init("operation", operations)],
            "Time of a message's batch, from planning to delivery."
        ) { snapshot in
            snapshot.report.seconds.sorted { $0.key < $1.key }.map { .init($0.value, $0.key) }
        },
        .of(
            "message_outcomes_total", .counter, [.init("outcome", outcomes + ["other"])],
            "Messages handled, by what they came to."
        ) { snapshot in
            let counts = snapshot.report.outcomes.map { ($0.key.rawValue, $0.value) }
            return Metric.samples(Dictionary(counts) { $0 + $1 }, over: outcomes + ["other"])
        },
        .counter("unknown_operations_total", "Messages whose operation no rule knows.") {
            $0.report.outcomes[.unknown] ?? 0
        },
        .counter("stale_ignored_total", "Messages older than what is stored.") { $0.report.outcomes[.older] ?? 0 },
        .of(
            "refused_total", .counter, [.init("reason", refusals)],
            "Messages that were not done: never to be, another object, failed store."
        ) { snapshot in refusals.map { .init(snapshot.report.outcomes[Outcome($0)] ?? 0, $0) } },
        .of("batch_messages", .histogram, "Inputs per batch.") { [.init($0.report.batchSizes)] },
        .counter("commits_total", "Durable commits.") { $0.report.commits },
        .of("commit_seconds", .histogram, "Time of a batch's planning and commit.") {
            [.init($0.report.commitSeconds)]
        },
        .of(
            "remote_requests_total", .counter, [.init("result", [Outcome.asked, .joined].map(\.rawValue))],
            "Messages that asked the cloud, or joined a request under way."
        ) { snapshot in
            [Outcome.asked, .joined].map { .init(snapshot.report.outcomes[$0] ?? 0, $0.rawValue) }
        },
        .gauge("remote_inflight", "Requests to the cloud under way.") { $0.report.remoteRequests },
        .seconds("podstatus_sync_timestamp_seconds", "When the statuses of all pods were last pushed.") {
            $0.report.podStatusSyncTime.map { Double($0) / 1000 }
        },
        .counter("trace_followers_refused_total", "Who was not let follow the decisions, since so many did.") {
            $0.followers.refused
        },
        .gauge("trace_followers", "Who follows the decisions.") { $0.followers.now },
        .gauge("trace_recording", "1 while decisions are recorded.") { $0.recorder?.isOn == true ? 1 : 0 },
        .counter("trace_recorded_total", "Inputs of the loop that were recorded.") { $0.recorder?.recorded ?? 0 },
        .of(
            "trace_dropped_total", .counter, [.init("reason", ["slow", "full", "failed"])],
            "Inputs that were not recorded: the writer did not keep up, no room, nothing could be written."
        ) { snapshot in
            let status = snapshot.recorder ?? FlightRecorder.Status()
            return [
                .init(status.droppedSlow, "slow"), .init(status.droppedFull, "full"),
                .init(status.droppedFailed, "failed"),
            ]
        },
        .counter("trace_written_bytes_total", "Bytes of the flight record that were written.") {
            $0.recorder?.written ?? 0
        },
    ]
}
