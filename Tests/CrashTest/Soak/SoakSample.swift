import Glibc

/// What the kernel and the file system say of the daemon at an instant; sizes in KiB.
struct SoakSample: Sendable {
    /// Seconds since the run began.
    let time: Double
    let resident: Int
    let anonymous: Int
    /// The resident memory with each shared page divided among those who share it.
    let proportional: Int
    let threads: Int
    let descriptors: Int
    let database: Int
    let log: Int

    /// Takes one; nil when the process is gone.
    init?(_ pid: pid_t, database path: String, time: Double) {
        guard let status = Self.read("/proc/\(pid)/status"), let resident = Self.field("VmRSS:", in: status),
            let anonymous = Self.field("RssAnon:", in: status), let threads = Self.field("Threads:", in: status),
            let map = Self.read("/proc/\(pid)/smaps_rollup"), let proportional = Self.field("Pss:", in: map),
            let descriptors = Self.count("/proc/\(pid)/fd")
        else { return nil }
        self.time = time
        self.resident = resident
        self.anonymous = anonymous
        self.proportional = proportional
        self.threads = threads
        self.descriptors = descriptors
        database = Self.size(path)
        log = Self.size(path + "-wal")
    }

    private static func field(_ name: String, in text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&text, 1, text.count, file)
        return String(decoding: text[..<count], as: UTF8.self)
    }

    private static func count(_ folder: String) -> Int? {
        guard let open = opendir(folder) else { return nil }
        defer { closedir(open) }
        var count = 0
        while readdir(open) != nil { count += 1 }
        return count - 2
    }

    private static func size(_ path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) / 1024 : 0
    }
}

/// What the samples come to.
struct SoakFigures {
    let first: [SoakSample]
    let last: [SoakSample]
    let all: [SoakSample]

    init(_ samples: [SoakSample], size: SoakSize) {
        all = samples
        first = samples.filter { $0.time >= size.warmUp && $0.time < size.warmUp + size.window }
        last = samples.filter { $0.time >= size.seconds - size.window }
    }

    static func median(_ samples: [SoakSample], _ figure: (SoakSample) -> Int) -> Int {
        let sorted = samples.map(figure).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    /// The faults of memory, descriptors, threads and log.
    func faults(_ size: SoakSize, logLimit: Int) -> [String] {
        guard first.count >= 5, last.count >= 5 else {
            return ["only \(first.count) and \(last.count) samples in the windows that are compared"]
        }
        var faults: [String] = []
        let (before, after) = (Self.median(first, \.resident), Self.median(last, \.resident))
        if Double(after) > Double(before) * (1 + size.tolerance) {
            faults.append("resident memory grew: \(Self.change(before, after))")
        }
        let opened = (Self.median(first, \.descriptors), Self.median(last, \.descriptors))
        // How many modules are there at an instant varies; a leak does not stop at that.
        if opened.1 > opened.0 + max(8, opened.0 / 10) { faults.append("descriptors grew: \(opened.0) -> \(opened.1)") }
        let threads = (Self.median(first, \.threads), Self.median(last, \.threads))
        if threads.1 > threads.0 + 2 { faults.append("threads grew: \(threads.0) -> \(threads.1)") }
        let log = all.map(\.log).max() ?? 0
        if log > logLimit { faults.append("the log grew to \(log) KiB, its bound is \(logLimit) KiB") }
        return faults
    }

    static func change(_ before: Int, _ after: Int) -> String {
        let share = before == 0 ? 0 : Double(after - before) * 100 / Double(before)
        return "\(mebibytes(before)) -> \(mebibytes(after)) MiB (\(share >= 0 ? "+" : "")\(tenths(share)) %)"
    }

    static func mebibytes(_ kibibytes: Int) -> String { tenths(Double(kibibytes) / 1024) }

    private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    var summary: String {
        let resident = Self.change(Self.median(first, \.resident), Self.median(last, \.resident))
        let anonymous = Self.change(Self.median(first, \.anonymous), Self.median(last, \.anonymous))
        let proportional = Self.change(Self.median(first, \.proportional), Self.median(last, \.proportional))
        return "medians of the first window and the last: RSS \(resident), anonymous \(anonymous), "
            + "PSS \(proportional), descriptors \(Self.median(first, \.descriptors)) -> "
            + "\(Self.median(last, \.descriptors)), threads \(Self.median(first, \.threads)) -> "
            + "\(Self.median(last, \.threads)); peak RSS \(Self.mebibytes(all.map(\.resident).max() ?? 0)) MiB; database "
            + "\(Self.mebibytes(all.map(\.database).max() ?? 0)) MiB and log "
            + "\(Self.mebibytes(all.map(\.log).max() ?? 0)) MiB at most"
    }
}
