import Beehive

/// The cases of a load for people: a row for each, under a line that says what stands in it.
enum LoadTable {
    private static let columns: [(title: String, width: Int, key: String)] = [
        ("over", -4, "over"), ("work", -17, "work"), ("in flight", 9, "in_flight"), ("messages/s", 10, "per_second"),
        ("p50 us", 8, "p50_us"), ("p99 us", 8, "p99_us"), ("p99.9 us", 8, "p999_us"), ("max us", 8, "max_us"),
        ("daemon CPU s", 12, "daemon_cpu_seconds_per_10000"),
        ("generator CPU s", 15, "generator_cpu_seconds_per_10000"),
    ]

    /// The line over the rows; CPU is for 10,000 messages.
    static var head: String {
        line(columns.map(\.title)) + "  memory MiB: before, peak, end, growth"
    }

    /// The row of a case.
    static func row(_ figures: JSONValue) -> String {
        let cells = columns.map { column in figures[column.key].map(text) ?? "" }
        let growth = figures["growth_percent"].map { $0 == .null ? "-" : text($0) + " %" } ?? "-"
        let memory = ["rss_kib_before", "rss_kib_peak", "rss_kib_end"].map { mebibytes(figures[$0]) }
        return line(cells) + "  " + (memory + [growth]).joined(separator: ", ")
    }

    private static func text(_ value: JSONValue) -> String {
        value.text ?? String(decoding: value.json, as: UTF8.self)
    }

    private static func mebibytes(_ kibibytes: JSONValue?) -> String {
        let tenths = (kibibytes?.integer ?? 0) * 10 / 1024
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func line(_ cells: [String]) -> String {
        zip(columns, cells).map { column, cell in
            let gap = String(repeating: " ", count: max(0, abs(column.width) - cell.count))
            return column.width < 0 ? cell + gap : gap + cell
        }.joined(separator: "  ")
    }
}
