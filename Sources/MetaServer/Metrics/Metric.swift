internal import Beehive

/// One metric: what it is called, what it is, which labels it can have, and where its samples come from.
///
/// The table of them is the whole exposition, and what `docs/metrics.md` is compared with.
struct Metric: Sendable {
    /// A label, and every value that it can have: none of them is another's choice.
    struct Label: Sendable, Hashable {
        let name: String
        /// Nil for one value that the build alone decides.
        let values: [String]?

        init(_ name: String, _ values: [String]?) {
            self.name = name
            self.values = values
        }
    }

    /// One value of a metric.
    struct Sample: Sendable {
        enum Value: Sendable {
            case whole(Int64)
            case real(Double)
            case histogram(Histogram)
            /// A sum and a count.
            case summary(sum: Double, count: UInt64)
        }

        /// The values of the metric's labels, in their order.
        let labels: [String]
        let value: Value

        /// The same value with one more label before the others.
        func with(first label: String) -> Sample { Sample(value, [label] + labels) }

        private init(_ value: Value, _ labels: [String]) {
            self.labels = labels
            self.value = value
        }

        init(_ value: some BinaryInteger, _ labels: String...) {
            self.labels = labels
            self.value = .whole(Int64(clamping: value))
        }

        init(real value: Double, _ labels: String...) {
            self.labels = labels
            self.value = .real(value)
        }

        init(_ histogram: Histogram, _ labels: String...) {
            self.labels = labels
            value = .histogram(histogram)
        }

        init(sum: Double, count: UInt64, _ labels: String...) {
            self.labels = labels
            value = .summary(sum: sum, count: count)
        }
    }

    /// The whole name.
    let name: String
    let kind: PrometheusText.Kind
    /// One line.
    let help: String
    let labels: [Label]
    /// The samples; nil leaves the metric out, for what this daemon does not have or cannot know now.
    let read: @Sendable (MetricSnapshot) -> [Sample]?

    private init(
        whole name: String, _ kind: PrometheusText.Kind, _ help: String, _ labels: [Label],
        _ read: @escaping @Sendable (MetricSnapshot) -> [Sample]?
    ) {
        (self.name, self.kind, self.help, self.labels, self.read) = (name, kind, help, labels, read)
    }

    /// A metric with samples of any form.
    static func of(
        _ name: String, _ kind: PrometheusText.Kind, _ labels: [Label], _ help: String,
        _ read: @escaping @Sendable (MetricSnapshot) -> [Sample]?
    ) -> Metric { Metric(whole: "metamanager_\(name)", kind, help, labels, read) }

    /// A metric without labels, with a sample of any form.
    static func of(
        _ name: String, _ kind: PrometheusText.Kind, _ help: String,
        _ read: @escaping @Sendable (MetricSnapshot) -> [Sample]?
    ) -> Metric { of(name, kind, [], help, read) }

    /// A whole number that only grows.
    static func counter<Number: BinaryInteger & SendableMetatype>(
        _ name: String, _ help: String, _ read: @escaping @Sendable (MetricSnapshot) -> Number?
    ) -> Metric { of(name, .counter, help) { read($0).map { [Sample($0)] } } }

    /// A whole number that goes up and down.
    static func gauge<Number: BinaryInteger & SendableMetatype>(
        _ name: String, _ help: String, _ read: @escaping @Sendable (MetricSnapshot) -> Number?
    ) -> Metric { of(name, .gauge, help) { read($0).map { [Sample($0)] } } }

    /// Seconds, or a point in time as seconds since 1970.
    static func seconds(
        _ name: String, _ help: String, _ read: @escaping @Sendable (MetricSnapshot) -> Double?
    ) -> Metric { of(name, .gauge, help) { read($0).map { [Sample(real: $0)] } } }

    /// A metric under the name that all programs give it.
    static func process(
        _ name: String, _ kind: PrometheusText.Kind, _ help: String,
        _ read: @escaping @Sendable (ProcessFigures) -> Double?
    ) -> Metric {
        Metric(whole: "process_\(name)", kind, help, []) { read($0.process).map { [Sample(real: $0)] } }
    }

    /// In what it is measured; by Prometheus' rule the name ends with it.
    var unit: String {
        let words = name.split(separator: "_").filter { $0 != "total" }
        switch words.last {
        case "seconds":
            return name.hasSuffix("_timestamp_seconds") || name.hasSuffix("_time_seconds")
                ? "seconds since 1970" : "seconds"
        case "bytes": return "bytes"
        default: return labels.isEmpty && Self.flags.contains(name) ? "0 or 1" : "number"
        }
    }

    private static let flags: Set<String> = [
        "metamanager_ready", "metamanager_link_up", "metamanager_store_damaged", "metamanager_backups_enabled",
        "metamanager_node_registered",
    ]
}

extension Metric {
    /// A sample for each value of a closed set, 0 where nothing is counted: what a set does not have counts as `other`.
    static func samples(_ counts: [String: some BinaryInteger], over values: [String]) -> [Sample] {
        var sums: [String: Int64] = [:]
        for (value, count) in counts {
            sums[values.contains(value) ? value : "other", default: 0] += Int64(clamping: count)
        }
        return values.map { Sample(sums[$0] ?? 0, $0) }
    }
}
