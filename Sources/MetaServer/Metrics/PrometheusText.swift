public import Beehive

/// Writes metrics in Prometheus' text format 0.0.4.
public struct PrometheusText: Sendable {
    /// What a metric is.
    public enum Kind: String, Sendable {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts in buckets.
        case histogram
        /// A sum and a count.
        case summary
    }

    /// The media type.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written.
    public private(set) var text = ""
    private let prefix: String
    private var name = ""

    /// Makes an empty text.
    ///
    /// - Parameter prefix: how every name starts.
    public init(prefix: String) { self.prefix = prefix }

    /// Starts a metric; its samples follow.
    ///
    /// - Parameters:
    ///   - name: the name without the prefix.
    ///   - kind: what it is.
    ///   - help: one line.
    public mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
        self.name = prefix + name
        start(kind, help)
    }

    /// Writes a metric under its whole name, with its samples.
    ///
    /// A label's value that is none of its set is left out with its sample: no series comes to be by another's choice.
    mutating func add(_ metric: Metric, _ samples: [Metric.Sample]) {
        name = metric.name
        start(metric.kind, metric.help)
        for sample in samples {
            guard sample.labels.count == metric.labels.count,
                zip(metric.labels, sample.labels).allSatisfy({ $0.values?.contains($1) ?? true })
            else { continue }
            let labels = zip(metric.labels, sample.labels).map { ($0.name, $1) }
            switch sample.value {
            case .whole(let value): self.sample(value, labels)
            case .real(let value): self.sample(value, labels)
            case .histogram(let histogram): self.sample(histogram, labels)
            case .summary(let sum, let count): self.sample(sum: sum, count: count, labels)
            }
        }
    }

    private mutating func start(_ kind: Kind, _ help: String) {
        let escaped = Self.escape(help, quotes: false)
        text += "# HELP \(name) \(escaped)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes a value of the metric that was started.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - labels: the labels, in order.
    public mutating func sample(_ value: Double, _ labels: [(String, String)] = []) {
        line("", Self.number(value), labels)
    }

    /// Writes a whole value of the metric that was started.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - labels: the labels, in order.
    public mutating func sample(_ value: some BinaryInteger, _ labels: [(String, String)] = []) {
        line("", "\(value)", labels)
    }

    /// Writes the buckets, sum and count of the metric that was started.
    ///
    /// - Parameters:
    ///   - histogram: the counts.
    ///   - labels: the labels, in order.
    public mutating func sample(_ histogram: Histogram, _ labels: [(String, String)] = []) {
        var total: UInt64 = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            total += count
            line("_bucket", "\(total)", labels + [("le", Self.number(bound))])
        }
        total += histogram.counts.last ?? 0
        line("_bucket", "\(total)", labels + [("le", "+Inf")])
        line("_sum", Self.number(histogram.sum), labels)
        line("_count", "\(total)", labels)
    }

    /// Writes the sum and count of the metric that was started.
    ///
    /// - Parameters:
    ///   - sum: the sum of all values.
    ///   - count: how many there were.
    ///   - labels: the labels, in order.
    public mutating func sample(sum: Double, count: UInt64, _ labels: [(String, String)] = []) {
        line("_sum", Self.number(sum), labels)
        line("_count", "\(count)", labels)
    }

    private mutating func line(_ suffix: String, _ value: String, _ labels: [(String, String)]) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escape($0.1, quotes: true))\"" }
        text += "\(name)\(suffix)\(pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") \(value)\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
