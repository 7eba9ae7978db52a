internal import Beehive
internal import Glibc
internal import MetaManager

/// What the process has used.
struct Usage {
    let cpu: Double

    static func now() -> Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }

    /// The most resident memory since the last reset, in KiB.
    static func peakKiB() -> Int { number(of: "VmHWM:", in: "/proc/self/status") }

    /// The resident memory, in KiB.
    static func residentKiB() -> Int { number(of: "VmRSS:", in: "/proc/self/status") }

    /// What the process has given to disks so far, in bytes; 0 where the kernel does not count it.
    static func writtenBytes() -> Int { number(of: "write_bytes:", in: "/proc/self/io") }

    private static func number(of name: String, in path: String) -> Int {
        guard var reader = try? LineReader(path: path) else { return 0 }
        defer { reader.close() }
        while let line = try? reader.next() {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(name) { return Int(text.filter(\.isNumber)) ?? 0 }
        }
        return 0
    }
}

extension BenchRun {
    /// Starts the count of peak memory anew, where the kernel allows it.
    func resetPeak() {
        let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "5", 1)
        close(file)
    }

    func report(
        count: Int, queries: Int, start: UInt64, cpu: Double, memory: (start: Int, peak: Int), written: Int,
        parts: Parts,
        tracker: BenchTracker, isUp: Bool
    ) -> JSONValue {
        let seconds = Double(tracker.lastOutput - start) / 1e9
        let sorted = tracker.latency.sorted()
        func percentile(_ share: Double) -> JSONValue {
            number(Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000)
        }
        let status = parts.loop.status
        return [
            "messages": JSONValue(integer: count), "seconds": number(seconds),
            "per_second": JSONValue(integer: Int(Double(count) / max(seconds, 1e-9))),
            "p50_us": percentile(0.5), "p99_us": percentile(0.99), "max_us": percentile(1),
            "start_rss_kib": JSONValue(integer: memory.start), "peak_rss_kib": JSONValue(integer: memory.peak),
            "written_bytes": JSONValue(integer: written), "cpu_seconds": number(cpu),
            "database_bytes": JSONValue(integer: databaseBytes()), "commits": JSONValue(integer: status.commits),
            "outputs": JSONValue(integer: tracker.outputs), "states_sent": JSONValue(integer: tracker.statesSeen),
            "queries": JSONValue(integer: queries), "found": JSONValue(integer: tracker.found),
            "states_owed": JSONValue(integer: tracker.owed.count), "unexpected": JSONValue(integer: tracker.unexpected),
            "statements": JSONValue(integer: status.statementCounts.reduce(0, +)),
            "mode": JSONValue(text: mode.rawValue), "in_flight": JSONValue(integer: inFlight),
            "link": JSONValue(text: isUp ? "up" : "down"), "synchronous": "FULL", "journal": "WAL",
        ]
    }

    private func number(_ value: Double) -> JSONValue {
        let scaled = Int((value * 1000).rounded())
        let fraction = String(scaled % 1000 + 1000).dropFirst()
        return .number(Bytes("\(scaled / 1000).\(fraction)".utf8))
    }

    private func databaseBytes() -> Int {
        ["", "-wal"].reduce(0) { sum, suffix in
            var info = stat()
            return stat(database + suffix, &info) == 0 ? sum + Int(info.st_size) : sum
        }
    }
}
