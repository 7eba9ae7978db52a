import Glibc

/// A process's resident memory, as the kernel tells it in `/proc`.
struct DaemonMemory {
    /// Now, in KiB.
    let resident: Int
    /// The most since the start or the last `forgetPeak`, in KiB.
    let peak: Int

    /// Reads it; zeros when the process is gone.
    init(_ pid: pid_t) {
        let status = ProcessFigures.read("/proc/\(pid)/status") ?? ""
        resident = ProcessFigures.field("VmRSS:", in: status) ?? 0
        peak = ProcessFigures.field("VmHWM:", in: status) ?? 0
    }

    /// Makes the peak begin anew; false when the kernel does not let us.
    static func forgetPeak(_ pid: pid_t) -> Bool {
        guard let file = fopen("/proc/\(pid)/clear_refs", "w") else { return false }
        let isWritten = fputs("5\n", file) >= 0
        return fclose(file) == 0 && isWritten
    }
}
