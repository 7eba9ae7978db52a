internal import CLinux
internal import Glibc

/// What the process takes of the machine, as of one moment.
struct ProcessUsage: Equatable {
    /// Time on processors since its start, in nanoseconds.
    var processor: UInt64 = 0
    /// Bytes of files in memory that are mapped here: code and constants for the most part.
    var mapped = 0

    /// What this process takes now; nil where the system does not tell.
    static func now() -> ProcessUsage? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        guard count > 0, let pages = shared(bytes[..<count]) else { return nil }
        return ProcessUsage(
            processor: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec),
            mapped: pages * sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The third number of `/proc/self/statm`.
    static func shared(_ text: ArraySlice<UInt8>) -> Int? {
        let fields = text.split(separator: UInt8(ascii: " "), maxSplits: 3)
        guard fields.count > 2 else { return nil }
        return Int(String(decoding: fields[2], as: UTF8.self))
    }
}

/// Decides when code that only the start, or an hour's rush, has needed is given back.
///
/// Such pages can be dropped by the system at any time, and are once it needs room. Until then they count as this process's
/// memory, which is what limits of small nodes look at. Most of what a daemon has ever run it does not run again.
struct CodePagesPlan {
    /// How much has to have come back before it is worth another round.
    static let growth = 8 << 20
    /// How many looks lie between two rounds at least.
    static let rest = 6
    /// A process that uses more of one processor than this many thousandths has work to do.
    static let quiet: UInt64 = 20

    /// What stood there just after the last round; nil before the first.
    private var left: Int?
    private var looks = 0
    private var processor: UInt64 = 0

    /// Looks at the process once, at even times.
    ///
    /// - Parameters:
    ///   - usage: what it takes.
    ///   - interval: since the last look, in nanoseconds.
    /// - Returns: true when it is time; then `done` has to follow.
    mutating func isDue(_ usage: ProcessUsage, after interval: UInt64) -> Bool {
        let used = usage.processor &- min(processor, usage.processor)
        processor = usage.processor
        looks += 1
        // The start is over, and has touched more than anything that follows.
        guard let left else { return true }
        return looks > Self.rest && used < interval / 1000 * Self.quiet && usage.mapped > left + Self.growth
    }

    /// Notes what a round has left.
    mutating func done(_ usage: ProcessUsage) {
        left = usage.mapped
        looks = 0
    }
}

/// The pages of code and constants, of the program and its libraries.
enum CodePages {
    /// Gives them back; who needs one again waits for the system to map it, a few microseconds while it is in memory still.
    static func release() { clinux_release_code() }
}
