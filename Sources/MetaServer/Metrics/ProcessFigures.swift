#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the process takes of the machine; each figure is nil where the system does not tell.
struct ProcessFigures: Sendable {
    /// Time on processors since the start, in seconds.
    var processor: Double?
    /// Bytes of memory that it holds.
    var resident: Double?
    /// Bytes of addresses that it uses.
    var virtual: Double?
    /// When it was started, in seconds since 1970.
    var start: Double?
    /// Files and sockets that are open.
    var openFiles: Double?
    /// How many may be.
    var maximumFiles: Double?

    /// The figures of this process, now.
    static func now() -> ProcessFigures {
        var figures = ProcessFigures()
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            figures.processor = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        if let stat = ProcessStat(read("/proc/self/stat")) {
            figures.virtual = Double(stat.virtualBytes)
            figures.resident = Double(stat.residentPages) * Double(sysconf(Int32(_SC_PAGESIZE)))
            if let boot = bootTime(read("/proc/stat")) {
                figures.start = Double(boot) + Double(stat.startTicks) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
            }
        }
        figures.openFiles = countFiles().map(Double.init)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.maximumFiles = Double(limit.rlim_cur)
        }
        return figures
    }

    /// The line `btime` of `/proc/stat`: when the machine was started, in seconds since 1970.
    static func bootTime(_ text: [UInt8]) -> Int? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("btime ".utf8)) {
            return Int(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
        return nil
    }

    /// Open files, without the one that the counting opens itself.
    private static func countFiles() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            // `.` and `..` are none.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return max(0, count - 1)
    }

    /// A small file of the system, up to 1 MiB of it; empty when there is none.
    private static func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while all.count < 1 << 20 {
            #if canImport(Glibc)
                let count = Glibc.read(file, &chunk, chunk.count)
            #else
                let count = Musl.read(file, &chunk, chunk.count)
            #endif
            guard count > 0 else { break }
            all += chunk[..<count]
        }
        return all
    }
}

/// The fields of `/proc/self/stat` that are wanted.
struct ProcessStat: Hashable {
    /// When the process was started, in ticks since the machine was.
    let startTicks: Int
    let virtualBytes: Int
    let residentPages: Int

    /// Reads the line; nil when it is none.
    init?(_ text: [UInt8]) {
        // The program's name may hold blanks and parentheses: the last one closes it.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(end + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        func number(_ field: Int) -> Int? {
            // The first one behind the name is the third of the line.
            fields.indices.contains(field - 3) ? Int(String(decoding: fields[field - 3], as: UTF8.self)) : nil
        }
        guard let start = number(22), let virtual = number(23), let resident = number(24) else { return nil }
        (startTicks, virtualBytes, residentPages) = (start, virtual, resident)
    }
}
