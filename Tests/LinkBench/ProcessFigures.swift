import Glibc

/// What the kernel says of a process.
struct ProcessFigures {
    /// Resident memory, in KiB.
    let resident: Int
    /// The most of it so far, in KiB.
    let peak: Int
    /// The same with each shared page divided among those who share it, in KiB.
    let proportional: Int
    let threads: Int
    /// Processor time of all threads so far, in nanoseconds.
    let cpu: UInt64

    /// Reads them; nil when the process is gone.
    init?(_ pid: pid_t) {
        guard let map = Self.read("/proc/\(pid)/smaps_rollup"), let resident = Self.field("Rss:", in: map),
            let proportional = Self.field("Pss:", in: map), let status = Self.read("/proc/\(pid)/status"),
            let threads = Self.field("Threads:", in: status), let peak = Self.field("VmHWM:", in: status),
            let cpu = Self.cpu(pid)
        else { return nil }
        self.resident = resident
        self.peak = peak
        self.proportional = proportional
        self.threads = threads
        self.cpu = cpu
    }

    /// By the process's own clock, which counts the threads that have ended too.
    static func cpu(_ pid: pid_t) -> UInt64? {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func field(_ name: String, in text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
    }

    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&text, 1, text.count, file)
        return String(decoding: text[..<count], as: UTF8.self)
    }
}
