/// The program as a whole, and its process.
extension Metrics {
    static let program: [Metric] = [
        .of(
            "build_info", .gauge, [.init("version", nil)], "Always 1; the label tells the release of the program."
        ) { [.init(1, $0.version)] },
        .gauge("ready", "1 while the daemon is ready: store writable, sockets bound, loop answering.") {
            $0.isReady ? 1 : 0
        },
        .of(
            "degraded", .gauge, [.init("cause", DegradedCause.allCases.map(\.rawValue))],
            "1 for each part that does less than it should; status says what is wrong with it."
        ) { snapshot in
            DegradedCause.allCases.map { .init(snapshot.degraded.contains($0) ? 1 : 0, $0.rawValue) }
        },
        .of(
            "configuration_readings_total", .counter, [.init("result", readings.map(\.rawValue))],
            "How often the configuration was read again, by what came of it."
        ) { snapshot in
            guard let configuration = snapshot.configuration else { return nil }
            return readings.map { .init(configuration.counts[$0] ?? 0, $0.rawValue) }
        },
        .gauge("configuration_pending_keys", "Keys that a restart would change, or a file that was taken back would.") {
            $0.configuration?.pending.count
        },
        .seconds("loop_busy_seconds", "For how long the loop has been busy with the batch that it has now.") {
            $0.busy
        },
    ]

    private static let readings = ConfigurationFigures.Result.allCases.filter { $0 != .started }
}
