import Beehive
import Glibc

/// One work with so many under way, in windows over the same keys, and what it showed.
struct LoadCase {
    let work: LoadWork
    let inFlight: Int
    private(set) var windows: [WindowFigures] = []
    /// The daemon's resident memory before the load, and the most during it, in KiB.
    private(set) var before = 0
    private(set) var peak = 0
    /// Whether the peak is the load's own, and not the start's.
    private(set) var isPeakOwn = false

    init(_ work: LoadWork, inFlight: Int) {
        self.work = work
        self.inFlight = inFlight
    }

    /// Runs the windows; ends with the first that has messages missing.
    mutating func run(_ driver: LoadDriver, windows count: Int, messages: Int, daemon: pid_t) async throws {
        before = DaemonMemory(daemon).resident
        isPeakOwn = DaemonMemory.forgetPeak(daemon)
        // Numbers are never used twice, also not by what undoes a window.
        var first = 1
        for window in 0..<count {
            if window > 0, let undo = work.undo {
                try await clear(undo, driver, window: window - 1, first: first, messages: messages)
                first += messages
            }
            let cpu = ProcessFigures.cpu(daemon) ?? 0
            let own = ProcessFigures.cpu(getpid()) ?? 0
            let ledger = try await driver.run(work, window: window, first: first, count: messages, inFlight: inFlight)
            first += messages
            var figures = WindowFigures()
            figures.cpu = (ProcessFigures.cpu(daemon) ?? cpu) - cpu
            figures.ownCPU = (ProcessFigures.cpu(getpid()) ?? own) - own
            let memory = DaemonMemory(daemon)
            figures.resident = memory.resident
            peak = memory.peak
            figures.latencies = ledger.latencies.sorted()
            figures.taken = ledger.taken
            figures.missing = ledger.missing
            figures.wrong = ledger.wrong
            figures.firstWrong = ledger.firstWrong
            windows.append(figures)
            if ledger.missing > 0 { return }
        }
    }

    private func clear(
        _ undo: FrameTemplate, _ driver: LoadDriver, window: Int, first: Int, messages: Int
    ) async throws {
        let undoing = LoadWork(
            way: work.way, name: work.name, frame: undo, answer: work.answer, undo: nil, fields: work.fields)
        let ledger = try await driver.run(undoing, window: window, first: first, count: messages, inFlight: 1024)
        guard ledger.isDone, ledger.wrong == 0 else {
            throw BenchError(
                "\(ledger.missing) deletes were not answered and \(ledger.wrong) wrongly: \(ledger.firstWrong ?? "")")
        }
    }

    // MARK: Figures over all windows

    /// Its place in the work's list of cases.
    var title: String { "\(work.way) \(work.name), \(inFlight) in flight" }

    private var answered: Int { windows.reduce(0) { $0 + $1.latencies.count } }

    private func perTenThousand(_ cpu: KeyPath<WindowFigures, UInt64>) -> Double {
        Double(windows.reduce(0) { $0 + $1[keyPath: cpu] }) / 1e9 / Double(max(1, answered)) * 10_000
    }

    /// All of it as JSON.
    var json: JSONValue {
        let latencies = windows.flatMap(\.latencies).sorted()
        let taken = windows.reduce(0) { $0 + $1.taken }
        let end = windows.last?.resident ?? 0
        let growth = LoadFigures.growth(windows.map(\.resident))
        return [
            "over": JSONValue(text: work.way.rawValue), "work": JSONValue(text: work.name),
            "in_flight": JSONValue(integer: inFlight), "messages": JSONValue(integer: latencies.count),
            "seconds": JSONValue(Double(taken) / 1e9, digits: 3),
            "per_second": JSONValue(Double(latencies.count) * 1e9 / Double(max(1, taken)), digits: 0),
            "p50_us": micros(percentile(latencies, 0.5)), "p99_us": micros(percentile(latencies, 0.99)),
            "p999_us": micros(percentile(latencies, 0.999)), "max_us": micros(latencies.last ?? 0),
            "daemon_cpu_seconds_per_10000": JSONValue(perTenThousand(\.cpu), digits: 3),
            "generator_cpu_seconds_per_10000": JSONValue(perTenThousand(\.ownCPU), digits: 3),
            "rss_kib_before": JSONValue(integer: before), "rss_kib_peak": JSONValue(integer: peak),
            "rss_kib_end": JSONValue(integer: end), "is_peak_of_load": .bool(isPeakOwn),
            "growth_percent": growth.map { JSONValue($0 * 100, digits: 1) } ?? .null,
            "missing": JSONValue(integer: windows.reduce(0) { $0 + $1.missing }),
            "wrong": JSONValue(integer: windows.reduce(0) { $0 + $1.wrong }),
            "windows": .array(windows.map(json)),
        ]
    }

    private func json(_ window: WindowFigures) -> JSONValue {
        [
            "per_second": JSONValue(window.rate, digits: 0), "p50_us": micros(percentile(window.latencies, 0.5)),
            "p99_us": micros(percentile(window.latencies, 0.99)),
            "p999_us": micros(percentile(window.latencies, 0.999)), "rss_kib": JSONValue(integer: window.resident),
        ]
    }

    private func micros(_ nanoseconds: UInt64) -> JSONValue { JSONValue(integer: nanoseconds / 1000) }
}
