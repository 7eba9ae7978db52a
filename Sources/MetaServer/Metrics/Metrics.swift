/// The program's metrics: a table, of which each scrape reads what there is.
enum Metrics {
    /// Every metric, in the order of the exposition; those of one part stand in a file of their own.
    static let all = program + link + messages + modules + outbox + store + cloud + api + process

    /// All of them as text; reads the store, so it may block.
    static func render(_ context: ServerContext) -> String { render(MetricSnapshot(context)) }

    static func render(_ snapshot: MetricSnapshot) -> String {
        var text = PrometheusText(prefix: "metamanager_")
        for metric in all {
            guard let samples = metric.read(snapshot) else { continue }
            text.add(metric, samples)
        }
        return text.text
    }

    /// Whether a client that names these media types takes the one text that there is.
    ///
    /// Who names none takes any. Prometheus prefers OpenMetrics and takes this form as well.
    static func isAcceptable(_ accept: String?) -> Bool {
        guard let accept, accept.contains(where: { $0 != " " }) else { return true }
        return accept.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let type = parts.first, ["text/plain", "text/*", "*/*"].contains(type) else { return false }
            let version = parts.first { $0.hasPrefix("version=") }
            let isRefused = parts.contains { $0 == "q=0" || $0 == "q=0.0" || $0 == "q=0.00" || $0 == "q=0.000" }
            return !isRefused && (version == nil || version == "version=0.0.4")
        }
    }
}
