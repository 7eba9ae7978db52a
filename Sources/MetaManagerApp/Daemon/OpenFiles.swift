#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How many files and sockets this process may have open.
enum OpenFiles {
    /// As many as the unit asks for; more are not needed.
    private static let wanted: rlim_t = 8192

    /// Takes as many as the system lets us have without being asked: a shell gives 1,024, of thousands that one may have.
    ///
    /// - Returns: how many may be open from now on.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
